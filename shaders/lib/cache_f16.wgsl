// Keys and values as halves, two to a word: needs no shader-f16.
alias CachePair = u32;
alias CacheQuad = vec2<u32>;

fn to_cache(value: vec2<f32>) -> CachePair {
  return pack2x16float(clamp(value, vec2<f32>(-65504.0), vec2<f32>(65504.0)));
}

fn from_cache(value: CacheQuad) -> vec4<f32> {
  return vec4<f32>(unpack2x16float(value.x), unpack2x16float(value.y));
}
