// d * s * q - dmin * m, see k_scales.wgsl. Nibbles as in q4_k; bit g of high byte j is the fifth bit of column j of group g.
fn quints(word: u32, fifths: u32, group: u32) -> vec4<f32> {
  return unpack_bytes((word & 0x0f0f0f0fu) | (((fifths >> group) & 0x01010101u) << 4u));
}

fn dequantize_block(index: u32) -> Block32 {
  let block = index >> 3u;
  let group = index & 7u;
  let scale = group_scale(block, group);
  let s = scale.x;
  let m = scale.y;
  let at = block * 8u + (group >> 1u) * 2u;
  let shift = vec4<u32>((group & 1u) * 4u);
  let a = quants[at] >> shift;
  let b = quants[at + 1u] >> shift;
  let h = block * 8u;
  return Block32(
    s * quints(a.x, high_bits[h], group) - m, s * quints(a.y, high_bits[h + 1u], group) - m,
    s * quints(a.z, high_bits[h + 2u], group) - m, s * quints(a.w, high_bits[h + 3u], group) - m,
    s * quints(b.x, high_bits[h + 4u], group) - m, s * quints(b.y, high_bits[h + 5u], group) - m,
    s * quints(b.z, high_bits[h + 6u], group) - m, s * quints(b.w, high_bits[h + 7u], group) - m);
}
