// d * (q - 8). Byte j holds column j in its low and column j + 16 in its high nibble. Scales: one half per block.
fn nibbles(word: u32) -> vec4<f32> {
  return unpack_bytes(word & 0x0f0f0f0fu) - 8.0;
}

fn dequantize_block(index: u32) -> Block32 {
  let d = unpack2x16float(scales[index >> 1u])[index & 1u];
  let q = quants[index];
  let h = q >> vec4<u32>(4u);
  return Block32(d * nibbles(q.x), d * nibbles(q.y), d * nibbles(q.z), d * nibbles(q.w),
                 d * nibbles(h.x), d * nibbles(h.y), d * nibbles(h.z), d * nibbles(h.w));
}
