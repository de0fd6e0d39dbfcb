// d * (s - 32) * (q - 4). Two bits of q as in q2_k; bit g of high byte j is the third bit of column j of group g.
// Scales, 14 bytes a block of 256: low nibbles of 16 scales in 8 bytes, their upper two bits in 4 bytes, half d.
fn scale_byte(at: u32) -> u32 {
  return (scales[at >> 2u] >> ((at & 3u) * 8u)) & 255u;
}

// Of 16 columns.
fn group_scale(start: u32, i: u32) -> f32 {
  let low = (scale_byte(start + (i & 7u)) >> ((i >> 3u) * 4u)) & 15u;
  let high = (scale_byte(start + 8u + (i & 3u)) >> ((i >> 2u) * 2u)) & 3u;
  return f32(low | (high << 4u)) - 32.0;
}

fn triples(word: u32, shift: u32, thirds: u32, group: u32) -> vec4<f32> {
  return unpack_bytes(((word >> shift) & 0x03030303u) | (((thirds >> group) & 0x01010101u) << 2u)) - 4.0;
}

fn dequantize_block(index: u32) -> Block32 {
  let block = index >> 3u;
  let group = index & 7u;
  // Even: a half never straddles two words.
  let start = block * 14u;
  let d = unpack2x16float(scales[(start + 12u) >> 2u])[(start >> 1u) & 1u];
  let s = d * group_scale(start, group * 2u);
  let t = d * group_scale(start, group * 2u + 1u);
  let at = block * 4u + (group >> 2u) * 2u;
  let a = quants[at];
  let b = quants[at + 1u];
  let shift = (group & 3u) * 2u;
  let h = block * 8u;
  return Block32(
    s * triples(a.x, shift, high_bits[h], group), s * triples(a.y, shift, high_bits[h + 1u], group),
    s * triples(a.z, shift, high_bits[h + 2u], group), s * triples(a.w, shift, high_bits[h + 3u], group),
    t * triples(b.x, shift, high_bits[h + 4u], group), t * triples(b.y, shift, high_bits[h + 5u], group),
    t * triples(b.z, shift, high_bits[h + 6u], group), t * triples(b.w, shift, high_bits[h + 7u], group));
}
