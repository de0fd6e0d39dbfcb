// One score q k scale, from kept queries and cached keys.
// Constants: H, K, QUADS (D / 4), CAPACITY, WINDOW (0: none), SCALE.
@group(0) @binding(1) var<storage, read> queries: array<CacheQuad>;  // [CAPACITY, H, QUADS]
@group(0) @binding(2) var<storage, read> keys: array<CacheQuad>;     // [K, CAPACITY, QUADS]

fn score_of(row: u32, head: u32, s: u32) -> f32 {
  let query = (row * H + head) * QUADS;
  let key = ((head / (H / K)) * CAPACITY + s) * QUADS;
  var score = 0.0;
  for (var i = 0u; i < QUADS; i++) {
    score += dot(from_cache(queries[query + i]) * SCALE, from_cache(keys[key + i]));
  }
  return score;
}

// The first token that a row sees; the last is itself.
fn first_seen(row: u32) -> u32 {
  return select(0u, row + 1u - WINDOW, WINDOW > 0u && row + 1u > WINDOW);
}
