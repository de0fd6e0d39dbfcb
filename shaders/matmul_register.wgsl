// Y = epilogue(X W^T + bias) for T tokens without barriers: each thread holds two rows of W against TILE_T tokens,
// so that a block of weights is decoded once per tile.
// Constants: WORKGROUP, COLUMNS, BLOCKS, ROWS, ROW_START, PAIRS, TILE_T, Y_STRIDE, BIAS_OFFSET, EPILOGUE, ACTIVATION,
// BY_LANES (1: products of a block are added lane by lane, another order of the same sum).
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;        // [T, BLOCKS * 32]
@group(0) @binding(2) var<storage, read> vectors: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> quants: array<vec4<u32>>;
@group(0) @binding(4) var<storage, read> scales: array<u32>;
@group(0) @binding(5) var<storage, read> high_bits: array<u32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;        // [T, Y_STRIDE]

fn load_x(t: u32, block: u32) -> Block32 {
  let at = (t * BLOCKS + block) * 8u;
  return Block32(x[at], x[at + 1u], x[at + 2u], x[at + 3u], x[at + 4u], x[at + 5u], x[at + 6u], x[at + 7u]);
}

fn block_dot(weights: Block32, input: Block32) -> f32 {
  if (BY_LANES == 1u) {
    return sum32(mul32(weights, input));
  }
  return dot32(weights, input);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let pair = (group.y * groups.x + group.x) * WORKGROUP + thread;
  if (pair >= PAIRS) {
    return;
  }
  let row0 = pair * 2u;
  let row1 = min(row0 + 1u, ROWS - 1u);
  let first = group.z * TILE_T;
  let tokens = min(TILE_T, step.count - first);
  var sums: array<vec2<f32>, TILE_T>;
  for (var b = 0u; b < BLOCKS; b++) {
    let w0 = dequantize_block(row0 * BLOCKS + b);
    let w1 = dequantize_block(row1 * BLOCKS + b);
    for (var t = 0u; t < tokens; t++) {
      let input = load_x(first + t, b);
      sums[t] += vec2<f32>(block_dot(w0, input), block_dot(w1, input));
    }
  }
  for (var t = 0u; t < tokens; t++) {
    finish(first + t, row0, sums[t].x);
    if (row0 + 1u < ROWS) {
      finish(first + t, row1, sums[t].y);
    }
  }
}
