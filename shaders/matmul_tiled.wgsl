// Y = epilogue(X W^T + bias) for T tokens: 64 tokens x 16 ROWS_EACH rows per workgroup of 256 threads, one block of 32
// columns at a time in workgroup memory (8 + 8 KiB). Each thread keeps 4 tokens x ROWS_EACH rows in registers: sums of
// four tokens for row tx + 16 i in sum<i>. Named, because an array that is indexed by a variable goes to slow memory.
// Constants: COLUMNS, BLOCKS, ROWS, ROW_START, Y_STRIDE, BIAS_OFFSET, EPILOGUE, ACTIVATION.
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;        // [T, BLOCKS * 32]
@group(0) @binding(2) var<storage, read> vectors: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> quants: array<vec4<u32>>;
@group(0) @binding(4) var<storage, read> scales: array<u32>;
@group(0) @binding(5) var<storage, read> high_bits: array<u32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;        // [T, Y_STRIDE]

const TILE_ROWS: u32 = 16u * ROWS_EACH;
const TILE_TOKENS: u32 = 64u;
const LOADERS: u32 = 256u - TILE_ROWS;

var<workgroup> weight_tile: array<TileQuad, TILE_ROWS * 8u>;
var<workgroup> input_tile: array<vec4<f32>, TILE_TOKENS * 8u>;

// Quad q of line i, eight to a line. Neighbouring lines begin in different banks.
fn place(i: u32, q: u32) -> u32 {
  return i * 8u + (q ^ (i & 7u));
}

fn keep(i: u32, q: u32, value: vec4<f32>) {
  weight_tile[place(i, q)] = TileQuad(value);
}

fn weights_at(i: u32, q: u32) -> vec4<f32> {
  return vec4<f32>(weight_tile[place(i, q)]);
}

fn finish_row(row: u32, first_token: u32, sums: vec4<f32>) {
  if (row < ROWS) {
    for (var i = 0u; i < 4u; i++) {
      let token = first_token + 16u * i;
      if (token < step.count) {
        finish(token, row, sums[i]);
      }
    }
  }
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let first_row = (group.y * groups.x + group.x) * TILE_ROWS;
  let first_token = group.z * TILE_TOKENS;
  let tx = thread % 16u;
  let ty = thread / 16u;
  var sum0 = vec4<f32>(0.0);
  var sum1 = vec4<f32>(0.0);
  var sum2 = vec4<f32>(0.0);
  var sum3 = vec4<f32>(0.0);
  var sum4 = vec4<f32>(0.0);
  var sum5 = vec4<f32>(0.0);
  var sum6 = vec4<f32>(0.0);
  var sum7 = vec4<f32>(0.0);
  for (var b = 0u; b < BLOCKS; b++) {
    // Some threads bring weights while the others bring inputs.
    if (thread < TILE_ROWS) {
      let w = dequantize_block(min(first_row + thread, ROWS - 1u) * BLOCKS + b);
      keep(thread, 0u, w.v0);
      keep(thread, 1u, w.v1);
      keep(thread, 2u, w.v2);
      keep(thread, 3u, w.v3);
      keep(thread, 4u, w.v4);
      keep(thread, 5u, w.v5);
      keep(thread, 6u, w.v6);
      keep(thread, 7u, w.v7);
    } else {
      for (var i = thread - TILE_ROWS; i < TILE_TOKENS * 8u; i += LOADERS) {
        let token = i / 8u;
        let source = min(first_token + token, step.count - 1u);
        input_tile[place(token, i % 8u)] = x[(source * BLOCKS + b) * 8u + i % 8u];
      }
    }
    workgroupBarrier();
    for (var q = 0u; q < 8u; q++) {
      let x0 = input_tile[place(ty, q)];
      let x1 = input_tile[place(ty + 16u, q)];
      let x2 = input_tile[place(ty + 32u, q)];
      let x3 = input_tile[place(ty + 48u, q)];
      let w0 = weights_at(tx, q);
      let w1 = weights_at(tx + 16u, q);
      let w2 = weights_at(tx + 32u, q);
      let w3 = weights_at(tx + 48u, q);
      sum0 += vec4<f32>(dot(x0, w0), dot(x1, w0), dot(x2, w0), dot(x3, w0));
      sum1 += vec4<f32>(dot(x0, w1), dot(x1, w1), dot(x2, w1), dot(x3, w1));
      sum2 += vec4<f32>(dot(x0, w2), dot(x1, w2), dot(x2, w2), dot(x3, w2));
      sum3 += vec4<f32>(dot(x0, w3), dot(x1, w3), dot(x2, w3), dot(x3, w3));
      if (ROWS_EACH == 8u) {
        let w4 = weights_at(tx + 64u, q);
        let w5 = weights_at(tx + 80u, q);
        let w6 = weights_at(tx + 96u, q);
        let w7 = weights_at(tx + 112u, q);
        sum4 += vec4<f32>(dot(x0, w4), dot(x1, w4), dot(x2, w4), dot(x3, w4));
        sum5 += vec4<f32>(dot(x0, w5), dot(x1, w5), dot(x2, w5), dot(x3, w5));
        sum6 += vec4<f32>(dot(x0, w6), dot(x1, w6), dot(x2, w6), dot(x3, w6));
        sum7 += vec4<f32>(dot(x0, w7), dot(x1, w7), dot(x2, w7), dot(x3, w7));
      }
    }
    workgroupBarrier();
  }
  finish_row(first_row + tx, first_token + ty, sum0);
  finish_row(first_row + tx + 16u, first_token + ty, sum1);
  finish_row(first_row + tx + 32u, first_token + ty, sum2);
  finish_row(first_row + tx + 48u, first_token + ty, sum3);
  if (ROWS_EACH == 8u) {
    finish_row(first_row + tx + 64u, first_token + ty, sum4);
    finish_row(first_row + tx + 80u, first_token + ty, sum5);
    finish_row(first_row + tx + 96u, first_token + ty, sum6);
    finish_row(first_row + tx + 112u, first_token + ty, sum7);
  }
}
