// From rows of q | k | v: norm of q and k per head (where the model has one), rotation, queries out, keys and values
// into the cache. One thread per pair of dimensions.
// Constants: WORKGROUP, H, K, D, CAPACITY, QKV_STRIDE, ROTARY_PAIRS, INTERLEAVED, QK_NORM, NORM_EPS.
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> qkv: array<f32>;              // [T, QKV_STRIDE]
@group(0) @binding(2) var<storage, read> head_norms: array<f32>;       // q weight [D], k weight [D]
@group(0) @binding(3) var<storage, read> rotation: array<vec2<f32>>;   // [CAPACITY, ROTARY_PAIRS] cos, sin
@group(0) @binding(4) var<storage, read_write> queries: array<vec2<f32>>;     // [T, H, D/2]
@group(0) @binding(5) var<storage, read_write> keys: array<CachePair>;        // [K, CAPACITY, D/2]
@group(0) @binding(6) var<storage, read_write> values: array<CachePair>;      // [K, CAPACITY, D/2]

const PAIRS: u32 = D / 2u;

fn inverse_rms(start: u32) -> f32 {
  var squares = 0.0;
  for (var i = 0u; i < D; i++) {
    squares += qkv[start + i] * qkv[start + i];
  }
  return inverseSqrt(squares / f32(D) + NORM_EPS);
}

fn rotated(start: u32, norm_start: u32, pair: u32, position: u32) -> vec2<f32> {
  let at = pair_dimensions(pair);
  var value = vec2<f32>(qkv[start + at.x], qkv[start + at.y]);
  if (QK_NORM == 1u) {
    value *= inverse_rms(start) * vec2<f32>(head_norms[norm_start + at.x], head_norms[norm_start + at.y]);
  }
  return turned(value, pair, position);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let index = (group.y * groups.x + group.x) * WORKGROUP + thread;
  let pair = index % PAIRS;
  let head = (index / PAIRS) % (H + 2u * K);
  let t = index / (PAIRS * (H + 2u * K));
  if (t >= step.count) {
    return;
  }
  let position = step.position + t;
  let start = t * QKV_STRIDE + head * D;
  if (head < H) {
    queries[(t * H + head) * PAIRS + pair] = rotated(start, 0u, pair, position);
  } else if (head < H + K) {
    keys[((head - H) * CAPACITY + position) * PAIRS + pair] = to_cache(rotated(start, D, pair, position));
  } else {
    let value = vec2<f32>(qkv[start + pair * 2u], qkv[start + pair * 2u + 1u]);
    values[((head - H - K) * CAPACITY + position) * PAIRS + pair] = to_cache(value);
  }
}
