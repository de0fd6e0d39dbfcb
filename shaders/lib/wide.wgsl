// Unsigned 64-bit numbers.
struct Wide {
  high: u32,
  low: u32,
}

fn wide_add(a: Wide, b: Wide) -> Wide {
  let low = a.low + b.low;
  return Wide(a.high + b.high + select(0u, 1u, low < a.low), low);
}

fn wide_sub(a: Wide, b: Wide) -> Wide {
  return Wide(a.high - b.high - select(0u, 1u, a.low < b.low), a.low - b.low);
}

fn wide_at_least(a: Wide, b: Wide) -> bool {
  return a.high > b.high || (a.high == b.high && a.low >= b.low);
}

fn wide_float(a: Wide) -> f32 {
  return f32(a.high) * 4294967296.0 + f32(a.low);
}
