// d * q + m. Byte j holds column j in its low and column j + 16 in its high nibble. Scales: halves d, m per block.
fn nibbles(word: u32) -> vec4<f32> {
  return unpack_bytes(word & 0x0f0f0f0fu);
}

fn dequantize_block(index: u32) -> Block32 {
  let dm = unpack2x16float(scales[index]);
  let d = dm.x;
  let m = dm.y;
  let q = quants[index];
  let h = q >> vec4<u32>(4u);
  return Block32(d * nibbles(q.x) + m, d * nibbles(q.y) + m, d * nibbles(q.z) + m, d * nibbles(q.w) + m,
                 d * nibbles(h.x) + m, d * nibbles(h.y) + m, d * nibbles(h.z) + m, d * nibbles(h.w) + m);
}
