// softmax(q K^T scale) V without barriers: one thread per query and head walks the cache with an online softmax
// (Milakov and Gimelshein, arXiv 1805.02867).
// Constants: WORKGROUP, H, K, QUADS (D / 4), CAPACITY, WINDOW (0: none), SCALE, OUT_STRIDE (in vec4), CAUSAL (0: every row sees all rows).
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> queries: array<vec4<f32>>;      // [T, H, QUADS]
@group(0) @binding(2) var<storage, read> keys: array<CacheQuad>;         // [K, CAPACITY, QUADS]
@group(0) @binding(3) var<storage, read> values: array<CacheQuad>;       // [K, CAPACITY, QUADS]
@group(0) @binding(4) var<storage, read> head_scales: array<f32>;        // [H]
@group(0) @binding(5) var<storage, read_write> mixed: array<vec4<f32>>;  // [T, OUT_STRIDE]

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let index = (group.y * groups.x + group.x) * WORKGROUP + thread;
  let head = index % H;
  let t = index / H;
  if (t >= step.count) {
    return;
  }
  var query: array<vec4<f32>, QUADS>;
  for (var i = 0u; i < QUADS; i++) {
    query[i] = queries[index * QUADS + i] * SCALE;
  }
  let start = (head / (H / K)) * CAPACITY;
  let end = step.position + select(step.count, t + 1u, CAUSAL == 1u);
  var first = 0u;
  if (WINDOW > 0u && end > WINDOW) {
    first = end - WINDOW;
  }
  var highest = MASKED;
  var total = 0.0;
  var sums: array<vec4<f32>, QUADS>;
  for (var s = first; s < end; s++) {
    let at = (start + s) * QUADS;
    var score = 0.0;
    for (var i = 0u; i < QUADS; i++) {
      score += dot(query[i], from_cache(keys[at + i]));
    }
    if (score > highest) {
      let shrink = exp(highest - score);
      total *= shrink;
      for (var i = 0u; i < QUADS; i++) {
        sums[i] *= shrink;
      }
      highest = score;
    }
    let weight = exp(score - highest);
    total += weight;
    for (var i = 0u; i < QUADS; i++) {
      sums[i] += weight * from_cache(values[at + i]);
    }
  }
  let factor = head_scales[head] / total;
  for (var i = 0u; i < QUADS; i++) {
    mixed[t * OUT_STRIDE + head * QUADS + i] = sums[i] * factor;
  }
}
