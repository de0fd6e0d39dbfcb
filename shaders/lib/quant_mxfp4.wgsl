// 2^(e - 127) * q, q a float of sign, two bits of exponent, one of fraction. The table holds 2 q. Nibbles as in q4_0,
// scales: one byte e per block.
// 0 1 2 3 | 4 6 8 12 | 0 -1 -2 -3 | -4 -6 -8 -12
const TABLE: vec4<u32> = vec4<u32>(0x03020100u, 0x0c080604u, 0xfdfeff00u, 0xf4f8fafcu);

// 2^(e - 128), whose two smallest values are subnormal.
fn half_power(e: u32) -> f32 {
  return bitcast<f32>(select((e - 1u) << 23u, 0x00200000u << e, e < 2u));
}

fn dequantize_block(index: u32) -> Block32 {
  return table_block(half_power((scales[index >> 2u] >> ((index & 3u) * 8u)) & 255u), index);
}
