// See k_scales.wgsl; bit g of high byte j is the fifth bit of column j of group g.
fn quints(nibbles: u32, fifths: u32, group: u32) -> vec4<f32> {
  return unpack_bytes(nibbles | (((fifths >> group) & 0x01010101u) << 4u));
}

fn dequantize_block(index: u32) -> Block32 {
  let block = index >> 3u;
  let group = index & 7u;
  let scale = group_scale(block, group);
  let s = scale.x;
  let m = scale.y;
  let q = low_nibbles(block, group);
  let h = block * 8u;
  return Block32(
    s * quints(q.a.x, high_bits[h], group) - m, s * quints(q.a.y, high_bits[h + 1u], group) - m,
    s * quints(q.a.z, high_bits[h + 2u], group) - m, s * quints(q.a.w, high_bits[h + 3u], group) - m,
    s * quints(q.b.x, high_bits[h + 4u], group) - m, s * quints(q.b.y, high_bits[h + 5u], group) - m,
    s * quints(q.b.z, high_bits[h + 6u], group) - m, s * quints(q.b.w, high_bits[h + 7u], group) - m);
}
