// q4_k and q5_k: d * s * q - dmin * m. Bytes 32 n + j hold the low bits of column j of group 2 n in the low and of group
// 2 n + 1 in the high nibble. Scales: 4 words a block of 256: halves d, dmin; 12 bytes with eight 6-bit s and m. Groups 0 to 3 keep s in the
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

// The low four bits of 32 columns, one a byte, in order.
struct LowNibbles {
  a: vec4<u32>,
  b: vec4<u32>,
}

fn low_nibbles(block: u32, group: u32) -> LowNibbles {
  let at = block * 8u + (group >> 1u) * 2u;
  let shift = vec4<u32>((group & 1u) * 4u);
  let mask = vec4<u32>(0x0f0f0f0fu);
  return LowNibbles((quants[at] >> shift) & mask, (quants[at + 1u] >> shift) & mask);
}
