// q, k and v of one token in one go: W norm(x) + bias, norm of q and k per head, rotation, queries out, key and value
// into the cache. A workgroup takes WORKGROUP / LANES pairs of rows, or with QK_NORM (which needs all of a head) one head.
// Constants: those of lib/matvec_core.wgsl; PAIRS, H, K, D, CAPACITY, VALUES_OFFSET (pairs before the values),
// ROTARY_PAIRS, INTERLEAVED, QK_NORM, QK_NORM_EPS, HEAD_NORM_OFFSET (in floats: q weight [D], k weight [D]).
// Parts of W begin and end with whole heads.
@group(0) @binding(5) var<uniform> step: Step;
@group(0) @binding(6) var<storage, read> rotation: array<vec2<f32>>;       // [CAPACITY, ROTARY_PAIRS] cos, sin
@group(0) @binding(7) var<storage, read_write> queries: array<vec2<f32>>;  // [H, D/2]
@group(0) @binding(8) var<storage, read_write> cache: array<CachePair>;    // keys [K, CAPACITY, D/2], then values

const HEAD_PAIRS: u32 = D / 2u;

var<workgroup> head_values: array<vec2<f32>, HEAD_PAIRS>;

// Rows of a pair within its head.
fn rows_of(head: u32, pair: u32) -> vec2<u32> {
  if (head < H + K) {
    return pair_dimensions(pair);
  }
  return vec2<u32>(pair * 2u, pair * 2u + 1u);
}

fn head_norm(head: u32, dimension: u32) -> f32 {
  let at = HEAD_NORM_OFFSET + select(0u, D, head >= H) + dimension;
  return vectors[at >> 2u][at & 3u];
}

fn deliver(head: u32, pair: u32, value: vec2<f32>) {
  let position = step.position;
  if (head < H) {
    queries[head * HEAD_PAIRS + pair] = turned(value, pair, position);
  } else if (head < H + K) {
    cache[((head - H) * CAPACITY + position) * HEAD_PAIRS + pair] = to_cache(turned(value, pair, position));
  } else {
    cache[VALUES_OFFSET + ((head - H - K) * CAPACITY + position) * HEAD_PAIRS + pair] = to_cache(value);
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let lane = thread & (LANES - 1u);
  let slot = thread / LANES;
  let slots = WORKGROUP / LANES;
  let group_index = group.y * groups.x + group.x;
  if (QK_NORM == 1u) {
    let part_head = min(group_index, PAIRS / HEAD_PAIRS - 1u);
    let head = part_head + ROW_START / D;
    for (var base = 0u; base < HEAD_PAIRS; base += slots) {
      let pair = min(base + slot, HEAD_PAIRS - 1u);
      let rows = rows_of(head, pair) + part_head * D;
      let value = row_pair(rows.x, rows.y, thread);
      if (lane == 0u) {
        head_values[pair] = value;
      }
    }
    workgroupBarrier();
    var squares = 0.0;
    for (var pair = 0u; pair < HEAD_PAIRS; pair++) {
      squares += dot(head_values[pair], head_values[pair]);
    }
    let inverse = inverseSqrt(squares / f32(D) + QK_NORM_EPS);
    for (var pair = thread; pair < HEAD_PAIRS; pair += WORKGROUP) {
      var value = head_values[pair];
      if (head < H + K) {
        let rows = rows_of(head, pair);
        value *= inverse * vec2<f32>(head_norm(head, rows.x), head_norm(head, rows.y));
      }
      deliver(head, pair, value);
    }
  } else {
    let wanted = group_index * slots + slot;
    let index = min(wanted, PAIRS - 1u);
    let pair = index % HEAD_PAIRS;
    let part_head = index / HEAD_PAIRS;
    let head = part_head + ROW_START / D;
    let rows = rows_of(head, pair) + part_head * D;
    let value = row_pair(rows.x, rows.y, thread);
    if (lane == 0u && wanted < PAIRS) {
      deliver(head, pair, value);
    }
  }
}
