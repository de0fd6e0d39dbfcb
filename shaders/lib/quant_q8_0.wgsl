// d * q, q signed bytes. Scales: one half per block.
fn signed_bytes(word: u32) -> vec4<f32> {
  return vec4<f32>(vec4<i32>(bitcast<vec4<i32>>(vec4<u32>(word << 24u, word << 16u, word << 8u, word))) >> vec4<u32>(24u));
}

fn dequantize_block(index: u32) -> Block32 {
  let d = unpack2x16float(scales[index >> 1u])[index & 1u];
  let a = quants[index * 2u];
  let b = quants[index * 2u + 1u];
  return Block32(
    d * signed_bytes(a.x), d * signed_bytes(a.y), d * signed_bytes(a.z), d * signed_bytes(a.w),
    d * signed_bytes(b.x), d * signed_bytes(b.y), d * signed_bytes(b.z), d * signed_bytes(b.w));
}
