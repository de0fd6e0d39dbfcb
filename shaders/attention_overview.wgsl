// Attention of many rows reduced while it is computed: per head a square of CELLS x CELLS sums of weight, six figures,
// and the logarithm of each row's softmax denominator. One workgroup per head and row of cells; LANES threads share a
// column of cells. Every thread walks its keys with an online softmax (arXiv 1805.02867) that also carries what entropy
// and distance need: with m the highest score, z = sum e^(s-m), a = sum e^(s-m) (s-m), d = sum e^(s-m) (row - key).
// Entropy is ln z - a / z.
// Constants: CELLS, LANES, STATE (floats of a row of cells: CELLS, then the figures), those of lib/attention_score.wgsl.
struct Scan {
  first: u32,  // row
  end: u32,    // row behind the last
  shift: u32,  // log2 of tokens per cell
}
@group(0) @binding(0) var<uniform> scan: Scan;
@group(0) @binding(3) var<storage, read> targets: array<u32>;         // [CAPACITY] key of the induction figure
@group(0) @binding(4) var<storage, read_write> state: array<f32>;     // [CELLS, H, STATE]
@group(0) @binding(5) var<storage, read_write> denominators: array<f32>;  // [CAPACITY, H]

const THREADS: u32 = CELLS * LANES;
const NATS_TO_BITS: f32 = 1.4426950408889634;

var<workgroup> partial: array<vec4<f32>, THREADS>;
var<workgroup> columns: array<vec4<f32>, CELLS>;

// (m, z, a, d) of two sets of keys together.
fn joined(x: vec4<f32>, y: vec4<f32>) -> vec4<f32> {
  let highest = max(x.x, y.x);
  let ex = exp(x.x - highest);
  let ey = exp(y.x - highest);
  return vec4<f32>(
    highest,
    x.y * ex + y.y * ey,
    ex * (x.z + x.y * (x.x - highest)) + ey * (y.z + y.y * (y.x - highest)),
    x.w * ex + y.w * ey,
  );
}

// The share of one key, if the row sees it.
fn weight_of(row: u32, head: u32, s: u32, denominator: f32) -> f32 {
  if (s < first_seen(row) || s > row) {
    return 0.0;
  }
  return exp(score_of(row, head, s) - denominator);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let head = group.y;
  let cell_row = (scan.first >> scan.shift) + group.x;
  let row_start = max(scan.first, cell_row << scan.shift);
  let row_end = min(scan.end, (cell_row + 1u) << scan.shift);
  let column = thread / LANES;
  var cell = 0.0;
  var figure = 0.0;
  for (var row = row_start; row < row_end; row++) {
    var own = vec4<f32>(MASKED, 0.0, 0.0, 0.0);
    let first = max(first_seen(row), column << scan.shift);
    let end = min(row + 1u, (column + 1u) << scan.shift);
    for (var s = first + thread % LANES; s < end; s += LANES) {
      own = joined(own, vec4<f32>(score_of(row, head, s), 1.0, 0.0, f32(row - s)));
    }
    partial[thread] = own;
    workgroupBarrier();
    if (thread < CELLS) {
      var sum = partial[thread * LANES];
      for (var lane = 1u; lane < LANES; lane++) {
        sum = joined(sum, partial[thread * LANES + lane]);
      }
      columns[thread] = sum;
    }
    workgroupBarrier();
    var all = columns[0];
    for (var i = 1u; i < CELLS; i++) {
      all = joined(all, columns[i]);
    }
    let denominator = all.x + log(all.y);
    if (thread < CELLS) {
      cell += columns[thread].y * exp(columns[thread].x - denominator);
    }
    if (thread == 0u) {
      denominators[row * H + head] = denominator;
    }
    // The first row can only look at itself: it would count as everything at once.
    if (row > 0u) {
      switch (thread) {
        case 0u: { figure += weight_of(row, head, 0u, denominator); }
        case 1u: { figure += weight_of(row, head, row - 1u, denominator); }
        case 2u: { figure += weight_of(row, head, row, denominator); }
        case 3u: { figure += weight_of(row, head, targets[row], denominator); }
        case 4u: { figure += max(0.0, (log(all.y) - all.z / all.y) * NATS_TO_BITS); }
        case 5u: { figure += all.w / all.y; }
        default: {}
      }
    }
  }
  let at = (cell_row * H + head) * STATE;
  let goes_on = row_start > (cell_row << scan.shift);
  if (thread < CELLS) {
    state[at + thread] = cell + select(0.0, state[at + thread], goes_on);
  }
  if (thread < STATE - CELLS) {
    state[at + CELLS + thread] = figure + select(0.0, state[at + CELLS + thread], goes_on);
  }
}
