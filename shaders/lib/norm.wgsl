// Statistics of one row of activations, shared by the norm kernel and the matvec that norms its own input.
// Constants: NORM, NORM_EPS, COLUMNS (without padding), BLOCKS (padded columns / 32), LANES.
// Needs load_x(block) -> Block32 and lanes_sum.
const NORM_NONE: u32 = 0u;
const NORM_RMS: u32 = 1u;
const NORM_LAYER: u32 = 2u;

struct RowStats {
  mean: f32,
  // 1 / sqrt(variance + eps); for rms the mean of squares stands for the variance.
  inverse: f32,
}

fn row_stats(thread: u32, lane: u32) -> RowStats {
  let count = f32(COLUMNS);
  var mean = 0.0;
  if (NORM == NORM_LAYER) {
    var sum = 0.0;
    for (var b = lane; b < BLOCKS; b += LANES) {
      sum += sum32(load_x(b));
    }
    mean = lanes_sum(vec4<f32>(sum, 0.0, 0.0, 0.0), thread).x / count;
  }
  var squares = 0.0;
  for (var b = lane; b < BLOCKS; b += LANES) {
    let x = affine32(load_x(b), mean, 1.0);
    squares += dot32(x, x);
  }
  squares = lanes_sum(vec4<f32>(squares, 0.0, 0.0, 0.0), thread).x;
  // Padding columns are zero, so each added mean^2.
  squares -= f32(BLOCKS * 32u - COLUMNS) * mean * mean;
  return RowStats(mean, inverseSqrt(squares / count + NORM_EPS));
}
