// Rotary pairs. Queries and keys are stored pair after pair whichever layout the model rotates in: both are permuted
// alike, so scores do not change.
// Constants: D, ROTARY_PAIRS, INTERLEAVED. Needs rotation: array<vec2<f32>>, [CAPACITY, ROTARY_PAIRS] of cos, sin.

// The two dimensions of a head that belong to a rotary pair, or two neighbours beyond the rotated ones.
fn pair_dimensions(pair: u32) -> vec2<u32> {
  if (INTERLEAVED == 1u || pair >= ROTARY_PAIRS) {
    return vec2<u32>(pair * 2u, pair * 2u + 1u);
  }
  return vec2<u32>(pair, pair + ROTARY_PAIRS);
}

fn turned(value: vec2<f32>, pair: u32, position: u32) -> vec2<f32> {
  if (pair >= ROTARY_PAIRS) {
    return value;
  }
  let turn = rotation[position * ROTARY_PAIRS + pair];
  return vec2<f32>(value.x * turn.x - value.y * turn.y, value.x * turn.y + value.y * turn.x);
}
