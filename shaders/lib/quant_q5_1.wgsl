// d * q + m. Nibbles as in q4_1; bit j of the block's high_bits word is the fifth bit of column j.
fn quints(word: u32, fifths: u32) -> vec4<f32> {
  let bits = (vec4<u32>(fifths, fifths >> 1u, fifths >> 2u, fifths >> 3u) & vec4<u32>(1u)) << vec4<u32>(4u);
  return unpack_bytes(word & 0x0f0f0f0fu) + vec4<f32>(bits);
}

fn dequantize_block(index: u32) -> Block32 {
  let dm = unpack2x16float(scales[index]);
  let d = dm.x;
  let m = dm.y;
  let q = quants[index];
  let h = q >> vec4<u32>(4u);
  let f = high_bits[index];
  return Block32(
    d * quints(q.x, f) + m, d * quints(q.y, f >> 4u) + m, d * quints(q.z, f >> 8u) + m, d * quints(q.w, f >> 12u) + m,
    d * quints(h.x, f >> 16u) + m, d * quints(h.y, f >> 20u) + m, d * quints(h.z, f >> 24u) + m, d * quints(h.w, f >> 28u) + m);
}
