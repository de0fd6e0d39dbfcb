// Four bytes of a word, each with a nibble, to four of the 16 signed bytes that TABLE packs into words. Selections
// instead of an indexed array, which compilers put into memory.
fn look_up(word: u32) -> vec4<f32> {
  let q = vec4<u32>(word, word >> 8u, word >> 16u, word >> 24u) & vec4<u32>(15u);
  let odd = (q & vec4<u32>(4u)) != vec4<u32>(0u);
  let low = select(vec4<u32>(TABLE.x), vec4<u32>(TABLE.y), odd);
  let high = select(vec4<u32>(TABLE.z), vec4<u32>(TABLE.w), odd);
  let packed = select(low, high, (q & vec4<u32>(8u)) != vec4<u32>(0u));
  // The wanted byte to the top, then down again with its sign.
  return vec4<f32>(bitcast<vec4<i32>>(packed << (vec4<u32>(24u) - (q & vec4<u32>(3u)) * 8u)) >> vec4<u32>(24u));
}

// d * table[nibble] of 32 columns, nibbles as in q4_0.
fn table_block(d: f32, index: u32) -> Block32 {
  let q = quants[index];
  let h = q >> vec4<u32>(4u);
  return Block32(d * look_up(q.x), d * look_up(q.y), d * look_up(q.z), d * look_up(q.w),
                 d * look_up(h.x), d * look_up(h.y), d * look_up(h.z), d * look_up(h.w));
}
