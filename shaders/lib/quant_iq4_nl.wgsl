// d * table[q]. Nibbles and scales as in q4_0.
// -127 -104 -83 -65 | -49 -35 -22 -10 | 1 13 25 38 | 53 69 89 113
const TABLE: vec4<u32> = vec4<u32>(0xbfad9881u, 0xf6eaddcfu, 0x26190d01u, 0x71594535u);

fn dequantize_block(index: u32) -> Block32 {
  let d = unpack2x16float(scales[index >> 1u])[index & 1u];
  let q = quants[index];
  let h = q >> vec4<u32>(4u);
  return Block32(d * look_up(q.x), d * look_up(q.y), d * look_up(q.z), d * look_up(q.w),
                 d * look_up(h.x), d * look_up(h.y), d * look_up(h.z), d * look_up(h.w));
}
