// Layer norm or rms norm of whole rows: prefill's norms, and the final norm of one row.
// Constants: WORKGROUP, LANES (threads per row), COLUMNS, BLOCKS, NORM, NORM_EPS, LAST_ROW_ONLY.
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;        // [T, BLOCKS * 32]
@group(0) @binding(2) var<storage, read> vectors: array<vec4<f32>>;  // weight, then bias (layer norm)
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>;  // [T, BLOCKS * 32], or [1, ...]

var<private> row: u32;

fn load_x(block: u32) -> Block32 {
  let at = (row * BLOCKS + block) * 8u;
  return Block32(x[at], x[at + 1u], x[at + 2u], x[at + 3u], x[at + 4u], x[at + 5u], x[at + 6u], x[at + 7u]);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let lane = thread & (LANES - 1u);
  let wanted = (group.y * groups.x + group.x) * (WORKGROUP / LANES) + thread / LANES;
  let last = step.count - 1u;
  row = select(min(wanted, last), last, LAST_ROW_ONLY == 1u);
  let stats = row_stats(thread, lane);
  if (wanted > select(last, 0u, LAST_ROW_ONLY == 1u)) {
    return;
  }
  let out_row = select(row, 0u, LAST_ROW_ONLY == 1u);
  for (var quad = lane; quad < BLOCKS * 8u; quad += LANES) {
    var value = (x[row * BLOCKS * 8u + quad] - stats.mean) * stats.inverse * vectors[quad];
    if (NORM == NORM_LAYER) {
      value += vectors[BLOCKS * 8u + quad];
    }
    y[out_row * BLOCKS * 8u + quad] = value;
  }
}
