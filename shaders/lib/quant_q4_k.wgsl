// See k_scales.wgsl; the nibbles are all there is.
fn dequantize_block(index: u32) -> Block32 {
  let block = index >> 3u;
  let group = index & 7u;
  let scale = group_scale(block, group);
  let s = scale.x;
  let m = scale.y;
  let q = low_nibbles(block, group);
  return Block32(s * unpack_bytes(q.a.x) - m, s * unpack_bytes(q.a.y) - m,
                 s * unpack_bytes(q.a.z) - m, s * unpack_bytes(q.a.w) - m,
                 s * unpack_bytes(q.b.x) - m, s * unpack_bytes(q.b.y) - m,
                 s * unpack_bytes(q.b.z) - m, s * unpack_bytes(q.b.w) - m);
}
