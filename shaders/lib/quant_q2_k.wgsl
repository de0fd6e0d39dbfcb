// d * s * q - dmin * m; s and m are the low and high nibble of one byte for each 16 columns. Bytes 32 n + j hold
// column j of groups 4 n to 4 n + 3, two bits each. Scales, 5 words a block of 256: halves d, dmin; 16 bytes.
fn pairs(word: u32, shift: u32) -> vec4<f32> {
  return unpack_bytes((word >> shift) & 0x03030303u);
}

fn dequantize_block(index: u32) -> Block32 {
  let block = index >> 3u;
  let group = index & 7u;
  let d = unpack2x16float(scales[block * 5u]);
  // Two bytes: of columns 0 to 15, of columns 16 to 31.
  let packed = scales[block * 5u + 1u + (group >> 1u)] >> ((group & 1u) * 16u);
  let s = d.x * vec2<f32>(f32(packed & 15u), f32((packed >> 8u) & 15u));
  let m = d.y * vec2<f32>(f32((packed >> 4u) & 15u), f32((packed >> 12u) & 15u));
  let at = block * 4u + (group >> 2u) * 2u;
  let a = quants[at];
  let b = quants[at + 1u];
  let shift = (group & 3u) * 2u;
  return Block32(
    s.x * pairs(a.x, shift) - m.x, s.x * pairs(a.y, shift) - m.x, s.x * pairs(a.z, shift) - m.x, s.x * pairs(a.w, shift) - m.x,
    s.y * pairs(b.x, shift) - m.y, s.y * pairs(b.y, shift) - m.y, s.y * pairs(b.z, shift) - m.y, s.y * pairs(b.w, shift) - m.y);
}
