// d * (s - 32) * table[q], the table of iq4_nl. Each group of 32 columns has 16 bytes, nibbles as in q4_0.
// Scales, 2 words a block of 256: half d, upper two bits of eight s; their low nibbles.
const TABLE: vec4<u32> = vec4<u32>(0xbfad9881u, 0xf6eaddcfu, 0x26190d01u, 0x71594535u);

fn dequantize_block(index: u32) -> Block32 {
  let block = index >> 3u;
  let group = index & 7u;
  let first = scales[block * 2u];
  let low = (scales[block * 2u + 1u] >> (group * 4u)) & 15u;
  let high = (first >> (16u + group * 2u)) & 3u;
  let d = unpack2x16float(first).x * (f32(low | (high << 4u)) - 32.0);
  let q = quants[index];
  let h = q >> vec4<u32>(4u);
  return Block32(d * look_up(q.x), d * look_up(q.y), d * look_up(q.z), d * look_up(q.w),
                 d * look_up(h.x), d * look_up(h.y), d * look_up(h.z), d * look_up(h.w));
}
