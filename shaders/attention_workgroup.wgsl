// softmax(q K^T scale) V: one workgroup per query and head, WORKGROUP keys at a time. Each thread scores one key;
// then SLICES groups of QUADS threads add up the values, each its share of the keys.
// Constants: WORKGROUP (a multiple of QUADS), SLICES, H, K, QUADS (D / 4), CAPACITY, WINDOW (0: none), SCALE,
// OUT_STRIDE (in vec4), CAUSAL (0: every row sees all rows).
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> queries: array<vec4<f32>>;      // [T, H, QUADS]
@group(0) @binding(2) var<storage, read> keys: array<CacheQuad>;         // [K, CAPACITY, QUADS]
@group(0) @binding(3) var<storage, read> values: array<CacheQuad>;       // [K, CAPACITY, QUADS]
@group(0) @binding(4) var<storage, read> head_scales: array<f32>;        // [H]
@group(0) @binding(5) var<storage, read_write> mixed: array<vec4<f32>>;  // [T, OUT_STRIDE]

var<workgroup> query: array<vec4<f32>, QUADS>;
var<workgroup> weights: array<f32, WORKGROUP>;
var<workgroup> folded: array<f32, WORKGROUP>;
var<workgroup> slices: array<vec4<f32>, WORKGROUP>;

// Largest (or summed) value of all threads; every thread must call it.
fn fold(value: f32, thread: u32, largest: bool) -> f32 {
  folded[thread] = value;
  workgroupBarrier();
  for (var step_size = WORKGROUP / 2u; step_size > 0u; step_size /= 2u) {
    if (thread < step_size) {
      let other = folded[thread + step_size];
      folded[thread] = select(folded[thread] + other, max(folded[thread], other), largest);
    }
    workgroupBarrier();
  }
  let result = folded[0];
  workgroupBarrier();
  return result;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let index = group.y * groups.x + group.x;
  let head = index % H;
  // Spare workgroups of the grid repeat the last query; they may not leave before a barrier.
  let wanted = index / H;
  let t = min(wanted, step.count - 1u);
  if (thread < QUADS) {
    query[thread] = queries[(t * H + head) * QUADS + thread] * SCALE;
  }
  workgroupBarrier();
  let start = (head / (H / K)) * CAPACITY;
  let end = step.position + select(step.count, t + 1u, CAUSAL == 1u);
  var first = 0u;
  if (WINDOW > 0u && end > WINDOW) {
    first = end - WINDOW;
  }
  let slice = thread / QUADS;
  let quad = thread % QUADS;
  var highest = MASKED;
  var total = 0.0;
  var sums = vec4<f32>(0.0);
  for (var base = first; base < end; base += WORKGROUP) {
    let s = base + thread;
    var score = MASKED;
    if (s < end) {
      score = 0.0;
      let at = (start + s) * QUADS;
      for (var i = 0u; i < QUADS; i++) {
        score += dot(query[i], from_cache(keys[at + i]));
      }
    }
    let now_highest = max(highest, fold(score, thread, true));
    let weight = select(0.0, exp(score - now_highest), s < end);
    weights[thread] = weight;
    let shrink = exp(highest - now_highest);
    total = total * shrink + fold(weight, thread, false);
    highest = now_highest;
    sums *= shrink;
    let count = min(WORKGROUP, end - base);
    if (slice < SLICES) {
      for (var i = slice; i < count; i += SLICES) {
        sums += weights[i] * from_cache(values[(start + base + i) * QUADS + quad]);
      }
    }
    workgroupBarrier();
  }
  slices[thread] = sums;
  workgroupBarrier();
  if (thread < QUADS && wanted < step.count) {
    var result = vec4<f32>(0.0);
    for (var i = 0u; i < SLICES; i++) {
      result += slices[i * QUADS + thread];
    }
    mixed[t * OUT_STRIDE + head * QUADS + thread] = result * (head_scales[head] / total);
  }
}
