// d * s * q - dmin * m, see k_scales.wgsl. Bytes 32 n + j hold column j of group 2 n in the low and of group 2 n + 1 in
// the high nibble.
fn nibbles(word: u32) -> vec4<f32> {
  return unpack_bytes(word & 0x0f0f0f0fu);
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
  return Block32(s * nibbles(a.x) - m, s * nibbles(a.y) - m, s * nibbles(a.z) - m, s * nibbles(a.w) - m,
                 s * nibbles(b.x) - m, s * nibbles(b.y) - m, s * nibbles(b.z) - m, s * nibbles(b.w) - m);
}
