// d * table[q]. Nibbles and scales as in q4_0.
fn dequantize_block(index: u32) -> Block32 {
  return table_block(unpack2x16float(scales[index >> 1u])[index & 1u], index);
}
