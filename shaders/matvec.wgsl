// y = epilogue(W norm(x) + bias) for one token. Decode's kernel: each weight is read once.
// LANES threads share a pair of rows; LANES is 1 in the barrier-free variant.
// Constants: WORKGROUP, LANES, COLUMNS, BLOCKS, ROWS (of this part of W), ROW_START (of this part), PAIRS,
// PARTNER (distance of a pair's rows), NORM, NORM_EPS, BIAS_OFFSET (in floats; NO_BIAS without), EPILOGUE, ACTIVATION.
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;        // [BLOCKS * 32]
// norm weight [BLOCKS * 32], norm bias [BLOCKS * 32] (layer norm only), linear bias at BIAS_OFFSET
@group(0) @binding(1) var<storage, read> vectors: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> quants: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> scales: array<u32>;
@group(0) @binding(4) var<storage, read> high_bits: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

const NO_BIAS: u32 = 0xffffffffu;
const EPILOGUE_STORE: u32 = 0u;
// y += result: the residual stream.
const EPILOGUE_ADD: u32 = 1u;
// Rows come as (gate, up): y = act(gate) * up.
const EPILOGUE_GATED: u32 = 2u;

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

fn store(row: u32, value: f32) {
  if (row >= ROWS) {
    return;
  }
  let at = ROW_START + row;
  if (EPILOGUE == EPILOGUE_ADD) {
    y[at] += value;
  } else {
    y[at] = value;
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let lane = thread & (LANES - 1u);
  let wanted = (group.y * groups.x + group.x) * (WORKGROUP / LANES) + thread / LANES;
  // Threads beyond the end compute the last pair again, because all must reach the reduction.
  let pair = min(wanted, PAIRS - 1u);
  let row0 = select(pair, pair * 2u, PARTNER == 1u);
  let row1 = min(row0 + PARTNER, ROWS - 1u);

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
  if (lane != 0u || wanted >= PAIRS) {
    return;
  }
  var factor = 1.0;
  if (NORM == NORM_RMS) {
    factor = inverseSqrt(sums.z / f32(COLUMNS) + NORM_EPS);
  }
  let value0 = sums.x * factor + bias(ROW_START + row0);
  let value1 = sums.y * factor + bias(ROW_START + row1);
  if (EPILOGUE == EPILOGUE_GATED) {
    y[pair] = activate(value0) * value1;
  } else {
    store(row0, activate(value0));
    if (row0 + PARTNER < ROWS) {
      store(row1, activate(value1));
    }
  }
}
