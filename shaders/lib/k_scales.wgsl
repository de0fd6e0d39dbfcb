// q4_k and q5_k: 4 words a block of 256: halves d, dmin; 12 bytes with eight 6-bit s and m. Groups 0 to 3 keep s in the
// low six bits of bytes 0 to 3 and m in those of bytes 4 to 7; groups 4 to 7 keep low nibbles (s, m) in bytes 8 to 11
// and their upper two bits above the six of the groups before.

// d * s and dmin * m of a group of 32 columns.
fn group_scale(block: u32, group: u32) -> vec2<f32> {
  let at = block * 4u;
  let shift = (group & 3u) * 8u;
  let first = scales[at + 1u] >> shift;
  let second = scales[at + 2u] >> shift;
  var whole = vec2<u32>(first, second) & vec2<u32>(63u);
  if (group >= 4u) {
    let third = scales[at + 3u] >> shift;
    let low = vec2<u32>(third, third >> 4u) & vec2<u32>(15u);
    whole = low | ((vec2<u32>(first, second) >> vec2<u32>(2u)) & vec2<u32>(48u));
  }
  return unpack2x16float(scales[at]) * vec2<f32>(whole);
}
