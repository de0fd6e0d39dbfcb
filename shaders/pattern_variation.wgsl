// How far apart two patterns of one head are, row by row: sum over keys of |q - p| / 2, the total variation. What lies
// behind a mask has no weight.
// Constants: WORKGROUP.
struct Patterns {
  rows: u32,
  keys: u32,
  at: u32,    // of the first row, in `variation`
}
@group(0) @binding(0) var<uniform> patterns: Patterns;
@group(0) @binding(1) var<storage, read> reference: array<f32>;  // [rows, keys]
@group(0) @binding(2) var<storage, read> level: array<f32>;      // [rows, keys]
@group(0) @binding(3) var<storage, read_write> variation: array<f32>;  // [at + rows]

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let row = (group.y * groups.x + group.x) * WORKGROUP + thread;
  if (row >= patterns.rows) {
    return;
  }
  let start = row * patterns.keys;
  var sum = 0.0;
  for (var key = 0u; key < patterns.keys; key++) {
    sum += abs(max(level[start + key], 0.0) - max(reference[start + key], 0.0));
  }
  variation[patterns.at + row] = 0.5 * sum;
}
