// Keys and values as f32. Pairs for the writer, quads for the reader of the same bytes.
alias CachePair = vec2<f32>;
alias CacheQuad = vec4<f32>;

fn to_cache(value: vec2<f32>) -> CachePair {
  return value;
}

fn from_cache(value: CacheQuad) -> vec4<f32> {
  return value;
}
