// d * s * (q - 32). Each half of a block, 128 columns, has 64 bytes of nibbles and 32 bytes of high bits: groups 0 and 1
// are the low nibbles of the first and second 32 bytes, groups 2 and 3 the high ones; group g has bits 2 g, 2 g + 1 of
// the high bytes. Scales, 18 bytes a block of 256: 16 signed bytes, one for each 16 columns, and half d.
fn sixes(word: u32, upper: u32, shift: u32) -> vec4<f32> {
  return unpack_bytes((word & 0x0f0f0f0fu) | (((upper >> shift) & 0x03030303u) << 4u)) - 32.0;
}

fn dequantize_block(index: u32) -> Block32 {
  let block = index >> 3u;
  let group = index & 7u;
  // Even: neither a half nor the two scales of a group straddle two words.
  let start = block * 18u;
  let d = unpack2x16float(scales[(start + 16u) >> 2u])[(start >> 1u) & 1u];
  let pair_at = start + group * 2u;
  let both = signed_bytes(scales[pair_at >> 2u] >> ((pair_at & 2u) * 8u));
  let s = d * both.x;
  let t = d * both.y;
  let quarter = group & 3u;
  let at = block * 8u + (group >> 2u) * 4u + (quarter & 1u) * 2u;
  let nibble = vec4<u32>((quarter >> 1u) * 4u);
  let a = quants[at] >> nibble;
  let b = quants[at + 1u] >> nibble;
  let h = block * 16u + (group >> 2u) * 8u;
  let shift = quarter * 2u;
  return Block32(
    s * sixes(a.x, high_bits[h], shift), s * sixes(a.y, high_bits[h + 1u], shift),
    s * sixes(a.z, high_bits[h + 2u], shift), s * sixes(a.w, high_bits[h + 3u], shift),
    t * sixes(b.x, high_bits[h + 4u], shift), t * sixes(b.y, high_bits[h + 5u], shift),
    t * sixes(b.z, high_bits[h + 6u], shift), t * sixes(b.w, high_bits[h + 7u], shift));
}
