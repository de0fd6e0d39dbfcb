// d * (s - 32) * table[q], the table of iq4_nl. Each group of 32 columns has 16 bytes, nibbles as in q4_0.
// Scales, 2 words a block of 256: half d, upper two bits of eight s; their low nibbles.
fn dequantize_block(index: u32) -> Block32 {
  let block = index >> 3u;
  let group = index & 7u;
  let first = scales[block * 2u];
  let low = (scales[block * 2u + 1u] >> (group * 4u)) & 15u;
  let high = (first >> (16u + group * 2u)) & 3u;
  return table_block(unpack2x16float(first).x * (f32(low | (high << 4u)) - 32.0), index);
}
