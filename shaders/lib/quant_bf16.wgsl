// A bf16 is the upper half of an f32: shifting the bits is exact where multiplying would flush subnormals.
fn brain_floats(low: u32, high: u32) -> vec4<f32> {
  return bitcast<vec4<f32>>(vec4<u32>(low << 16u, low & 0xffff0000u, high << 16u, high & 0xffff0000u));
}

fn dequantize_block(index: u32) -> Block32 {
  let at = index * 4u;
  let a = quants[at];
  let b = quants[at + 1u];
  let c = quants[at + 2u];
  let d = quants[at + 3u];
  return Block32(brain_floats(a.x, a.y), brain_floats(a.z, a.w), brain_floats(b.x, b.y), brain_floats(b.z, b.w),
                 brain_floats(c.x, c.y), brain_floats(c.z, c.w), brain_floats(d.x, d.y), brain_floats(d.z, d.w));
}
