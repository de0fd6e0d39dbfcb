// Y = epilogue(X W^T + bias) for T tokens: 32 tokens x 64 rows per workgroup of 256 threads, one block of 32 columns
// at a time in workgroup memory (4 + 8 KiB). Each thread keeps 2 tokens x 4 rows in registers.
// Constants: COLUMNS, BLOCKS, ROWS, ROW_START, Y_STRIDE, BIAS_OFFSET, EPILOGUE, ACTIVATION.
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;        // [T, BLOCKS * 32]
@group(0) @binding(2) var<storage, read> vectors: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> quants: array<vec4<u32>>;
@group(0) @binding(4) var<storage, read> scales: array<u32>;
@group(0) @binding(5) var<storage, read> high_bits: array<u32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;        // [T, Y_STRIDE]

const TILE_ROWS: u32 = 64u;
const TILE_TOKENS: u32 = 32u;
// One spare vec4 per line of eight keeps neighbouring lines in different banks.
const LINE: u32 = 9u;

var<workgroup> weight_tile: array<vec4<f32>, 576>; // [TILE_ROWS, LINE]
var<workgroup> input_tile: array<vec4<f32>, 288>;  // [TILE_TOKENS, LINE]

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let first_row = (group.y * groups.x + group.x) * TILE_ROWS;
  let first_token = group.z * TILE_TOKENS;
  let tx = thread % 16u;
  let ty = thread / 16u;
  var sums0 = vec4<f32>(0.0);
  var sums1 = vec4<f32>(0.0);
  for (var b = 0u; b < BLOCKS; b++) {
    if (thread < TILE_ROWS) {
      let w = dequantize_block(min(first_row + thread, ROWS - 1u) * BLOCKS + b);
      let at = thread * LINE;
      weight_tile[at] = w.v0;
      weight_tile[at + 1u] = w.v1;
      weight_tile[at + 2u] = w.v2;
      weight_tile[at + 3u] = w.v3;
      weight_tile[at + 4u] = w.v4;
      weight_tile[at + 5u] = w.v5;
      weight_tile[at + 6u] = w.v6;
      weight_tile[at + 7u] = w.v7;
    }
    let token = thread / 8u;
    let source = min(first_token + token, step.count - 1u);
    input_tile[token * LINE + thread % 8u] = x[(source * BLOCKS + b) * 8u + thread % 8u];
    workgroupBarrier();
    for (var quad = 0u; quad < 8u; quad++) {
      let x0 = input_tile[ty * LINE + quad];
      let x1 = input_tile[(ty + 16u) * LINE + quad];
      let w0 = weight_tile[tx * LINE + quad];
      let w1 = weight_tile[(tx + 16u) * LINE + quad];
      let w2 = weight_tile[(tx + 32u) * LINE + quad];
      let w3 = weight_tile[(tx + 48u) * LINE + quad];
      sums0 += vec4<f32>(dot(x0, w0), dot(x0, w1), dot(x0, w2), dot(x0, w3));
      sums1 += vec4<f32>(dot(x1, w0), dot(x1, w1), dot(x1, w2), dot(x1, w3));
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < 4u; i++) {
    let row = first_row + tx + 16u * i;
    if (row < ROWS) {
      if (first_token + ty < step.count) {
        finish(first_token + ty, row, sums0[i]);
      }
      if (first_token + ty + 16u < step.count) {
        finish(first_token + ty + 16u, row, sums1[i]);
      }
    }
  }
}
