// y = act(gate) * up for rows that hold gate and up side by side. Prefill only: decode does it in the matvec.
// Constants: WORKGROUP, F (mlp width), X_STRIDE, Y_STRIDE, UP_OFFSET (column of the first up value), ACTIVATION.
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> x: array<f32>;        // [T, X_STRIDE]
@group(0) @binding(2) var<storage, read_write> y: array<f32>;  // [T, Y_STRIDE]

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let index = (group.y * groups.x + group.x) * WORKGROUP + thread;
  let t = index / F;
  let f = index % F;
  if (t >= step.count) {
    return;
  }
  y[t * Y_STRIDE + f] = activate(x[t * X_STRIDE + f]) * x[t * X_STRIDE + UP_OFFSET + f];
}
