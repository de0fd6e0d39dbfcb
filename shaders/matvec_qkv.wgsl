// q, k and v of one token in one go: W norm(x) + bias, rotation, queries out, key and value into the cache.
// For models without a norm on q and k (that one needs a whole head at once: see rope_append.wgsl).
// Constants: those of lib/matvec_core.wgsl; PAIRS, H, K, D, CAPACITY, VALUES_OFFSET (pairs before the values),
// ROTARY_PAIRS, INTERLEAVED. Parts of W begin and end with whole heads.
@group(0) @binding(5) var<uniform> step: Step;
@group(0) @binding(6) var<storage, read> rotation: array<vec2<f32>>;       // [CAPACITY, ROTARY_PAIRS] cos, sin
@group(0) @binding(7) var<storage, read_write> queries: array<vec2<f32>>;  // [H, D/2]
@group(0) @binding(8) var<storage, read_write> cache: array<CachePair>;    // keys [K, CAPACITY, D/2], then values

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let wanted = (group.y * groups.x + group.x) * (WORKGROUP / LANES) + thread / LANES;
  let index = min(wanted, PAIRS - 1u);
  let pair = index % (D / 2u);
  let part_head = index / (D / 2u);
  let head = part_head + ROW_START / D;
  var rows = vec2<u32>(pair * 2u, pair * 2u + 1u);
  if (head < H + K) {
    rows = pair_dimensions(pair);
  }
  rows += part_head * D;
  var values = row_pair(rows.x, rows.y, thread);
  if ((thread & (LANES - 1u)) != 0u || wanted >= PAIRS) {
    return;
  }
  let position = step.position;
  if (head < H + K) {
    values = turned(values, pair, position);
  }
  if (head < H) {
    queries[head * (D / 2u) + pair] = values;
  } else {
    let kv_head = select(head - H - K, head - H, head < H + K);
    let start = select(VALUES_OFFSET, 0u, head < H + K);
    cache[start + (kv_head * CAPACITY + position) * (D / 2u) + pair] = to_cache(values);
  }
}
