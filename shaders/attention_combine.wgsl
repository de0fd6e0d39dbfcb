// Adds up the pieces of attention_split.wgsl: one thread per head and quad of dimensions.
// Constants: WORKGROUP, SPLIT, H, QUADS (D / 4).
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> pieces: array<vec4<f32>>;       // [splits, H, QUADS + 1]
@group(0) @binding(2) var<storage, read> head_scales: array<f32>;        // [H]
@group(0) @binding(3) var<storage, read_write> mixed: array<vec4<f32>>;  // [H, QUADS]

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let index = group.x * WORKGROUP + thread;
  let head = index / QUADS;
  if (head >= H) {
    return;
  }
  let splits = step.position / SPLIT + 1u;
  var highest = MASKED;
  for (var i = 0u; i < splits; i++) {
    highest = max(highest, pieces[(i * H + head) * (QUADS + 1u) + QUADS].x);
  }
  var total = 0.0;
  var sums = vec4<f32>(0.0);
  for (var i = 0u; i < splits; i++) {
    let at = (i * H + head) * (QUADS + 1u);
    let share = exp(pieces[at + QUADS].x - highest);
    total += share * pieces[at + QUADS].y;
    sums += share * pieces[at + index % QUADS];
  }
  mixed[index] = sums * (head_scales[head] / total);
}
