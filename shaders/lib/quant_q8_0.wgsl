// d * q, q signed bytes. Scales: one half per block.
fn dequantize_block(index: u32) -> Block32 {
  let d = unpack2x16float(scales[index >> 1u])[index & 1u];
  let a = quants[index * 2u];
  let b = quants[index * 2u + 1u];
  return Block32(
    d * signed_bytes(a.x), d * signed_bytes(a.y), d * signed_bytes(a.z), d * signed_bytes(a.w),
    d * signed_bytes(b.x), d * signed_bytes(b.y), d * signed_bytes(b.z), d * signed_bytes(b.w));
}
