// One pair of rows of W times a normed input, shared by every matvec.
// LANES threads share a pair of rows; LANES is 1 in the barrier-free variant.
// Constants: WORKGROUP, LANES, COLUMNS, BLOCKS, ROWS (of this part of W), ROW_START (of this part), NORM, NORM_EPS,
// BIAS_OFFSET (in floats; NO_BIAS without).
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;        // [BLOCKS * 32]
// norm weight [BLOCKS * 32], norm bias [BLOCKS * 32] (layer norm only), linear bias at BIAS_OFFSET
@group(0) @binding(1) var<storage, read> vectors: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> quants: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> scales: array<u32>;
@group(0) @binding(4) var<storage, read> high_bits: array<u32>;

const NO_BIAS: u32 = 0xffffffffu;

fn load_x(block: u32) -> Block32 {
  let at = block * 8u;
  return Block32(x[at], x[at + 1u], x[at + 2u], x[at + 3u], x[at + 4u], x[at + 5u], x[at + 6u], x[at + 7u]);
}

fn load_vector(block: u32) -> Block32 {
  let at = block * 8u;
  return Block32(vectors[at], vectors[at + 1u], vectors[at + 2u], vectors[at + 3u],
                 vectors[at + 4u], vectors[at + 5u], vectors[at + 6u], vectors[at + 7u]);
}

fn bias(row: u32) -> f32 {
  if (BIAS_OFFSET == NO_BIAS) {
    return 0.0;
  }
  let at = BIAS_OFFSET + row;
  return vectors[at >> 2u][at & 3u];
}

// Dot products of two rows of this part with the normed input, plus bias; right in lane 0. Every thread must call it.
fn row_pair(row0: u32, row1: u32, thread: u32) -> vec2<f32> {
  let lane = thread & (LANES - 1u);
  var stats = RowStats(0.0, 1.0);
  if (NORM == NORM_LAYER) {
    stats = row_stats(thread, lane);
  }
  var sums = vec4<f32>(0.0);
  for (var b = lane; b < BLOCKS; b += LANES) {
    var input = load_x(b);
    if (NORM == NORM_RMS) {
      // The inverse rms is one factor for the whole row: gathered on the way, applied to the sums.
      sums.z += dot32(input, input);
      input = mul32(input, load_vector(b));
    } else if (NORM == NORM_LAYER) {
      input = add32(mul32(affine32(input, stats.mean, stats.inverse), load_vector(b)), load_vector(BLOCKS + b));
    }
    sums.x += dot32(dequantize_block(row0 * BLOCKS + b), input);
    sums.y += dot32(dequantize_block(row1 * BLOCKS + b), input);
  }
  sums = lanes_sum(sums, thread);
  var factor = 1.0;
  if (NORM == NORM_RMS) {
    factor = inverseSqrt(sums.z / f32(COLUMNS) + NORM_EPS);
  }
  return sums.xy * factor + vec2<f32>(bias(ROW_START + row0), bias(ROW_START + row1));
}
