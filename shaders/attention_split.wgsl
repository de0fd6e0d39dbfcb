// One token's attention over SPLIT keys: the first half of a long decode step, one workgroup per piece of the cache and
// group of query heads that share a kv head (so that keys and values are read once for all of them). Leaves sums, the
// highest score and the total weight of its piece; attention_combine.wgsl adds the pieces up (Flash-Decoding).
// Constants: SPLIT (keys and threads of a workgroup, a power of two, a multiple of QUADS or above it), SLICES, GROUP
// (heads of a workgroup, divides H / K), H, K, QUADS (D / 4), CAPACITY, WINDOW (0: none), SCALE.
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> queries: array<vec4<f32>>;       // [H, QUADS]
@group(0) @binding(2) var<storage, read> keys: array<CacheQuad>;          // [K, CAPACITY, QUADS]
@group(0) @binding(3) var<storage, read> values: array<CacheQuad>;        // [K, CAPACITY, QUADS]
@group(0) @binding(4) var<storage, read_write> pieces: array<vec4<f32>>;  // [splits, H, QUADS + 1], last: highest, total

var<workgroup> query: array<vec4<f32>, GROUP * QUADS>;
var<workgroup> weights: array<f32, GROUP * SPLIT>;
var<workgroup> folded: array<f32, GROUP * SPLIT>;
var<workgroup> slice_sums: array<vec4<f32>, SPLIT>;

// Largest (or summed) value of each head over all threads, left in folded[g * SPLIT]. Every thread must call it.
fn fold(thread: u32, largest: bool) {
  for (var distance = SPLIT / 2u; distance > 0u; distance /= 2u) {
    workgroupBarrier();
    if (thread < distance) {
      for (var g = 0u; g < GROUP; g++) {
        let at = g * SPLIT + thread;
        folded[at] = select(folded[at] + folded[at + distance], max(folded[at], folded[at + distance]), largest);
      }
    }
  }
  workgroupBarrier();
}

@compute @workgroup_size(SPLIT)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let first_head = group.x * GROUP;
  for (var i = thread; i < GROUP * QUADS; i += SPLIT) {
    query[i] = queries[first_head * QUADS + i] * SCALE;
  }
  workgroupBarrier();
  let start = (first_head / (H / K)) * CAPACITY;
  let end = step.position + 1u;
  var first = 0u;
  if (WINDOW > 0u && end > WINDOW) {
    first = end - WINDOW;
  }
  let base = group.y * SPLIT;
  let s = base + thread;
  let visible = s >= first && s < end;
  var scores: array<f32, GROUP>;
  for (var i = 0u; i < QUADS; i++) {
    let key = from_cache(keys[(start + select(0u, s, visible)) * QUADS + i]);
    for (var g = 0u; g < GROUP; g++) {
      scores[g] += dot(query[g * QUADS + i], key);
    }
  }
  for (var g = 0u; g < GROUP; g++) {
    scores[g] = select(MASKED, scores[g], visible);
    folded[g * SPLIT + thread] = scores[g];
  }
  fold(thread, true);
  var highest: array<f32, GROUP>;
  for (var g = 0u; g < GROUP; g++) {
    highest[g] = folded[g * SPLIT];
  }
  workgroupBarrier();
  for (var g = 0u; g < GROUP; g++) {
    let weight = select(0.0, exp(scores[g] - highest[g]), visible);
    weights[g * SPLIT + thread] = weight;
    folded[g * SPLIT + thread] = weight;
  }
  fold(thread, false);
  let slice = thread / QUADS;
  let quad = thread % QUADS;
  let last = min(SPLIT, max(end, base) - base);
  var sums: array<vec4<f32>, GROUP>;
  if (slice < SLICES) {
    for (var i = slice; i < last; i += SLICES) {
      let value = from_cache(values[(start + base + i) * QUADS + quad]);
      for (var g = 0u; g < GROUP; g++) {
        sums[g] += weights[g * SPLIT + i] * value;
      }
    }
  }
  for (var g = 0u; g < GROUP; g++) {
    slice_sums[thread] = sums[g];
    workgroupBarrier();
    let at = (group.y * H + first_head + g) * (QUADS + 1u);
    if (thread < QUADS) {
      var total = vec4<f32>(0.0);
      for (var i = 0u; i < SLICES; i++) {
        total += slice_sums[i * QUADS + thread];
      }
      pieces[at + thread] = total;
    }
    if (thread == 0u) {
      pieces[at + QUADS] = vec4<f32>(highest[g], folded[g * SPLIT], 0.0, 0.0);
    }
    workgroupBarrier();
  }
}
