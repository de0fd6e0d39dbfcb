// Every weight format and every kernel meets in blocks of 32 consecutive columns of one row.
struct Block32 {
  v0: vec4<f32>, v1: vec4<f32>, v2: vec4<f32>, v3: vec4<f32>,
  v4: vec4<f32>, v5: vec4<f32>, v6: vec4<f32>, v7: vec4<f32>,
}

fn dot32(a: Block32, b: Block32) -> f32 {
  return dot(a.v0, b.v0) + dot(a.v1, b.v1) + dot(a.v2, b.v2) + dot(a.v3, b.v3)
       + dot(a.v4, b.v4) + dot(a.v5, b.v5) + dot(a.v6, b.v6) + dot(a.v7, b.v7);
}

fn mul32(a: Block32, b: Block32) -> Block32 {
  return Block32(a.v0 * b.v0, a.v1 * b.v1, a.v2 * b.v2, a.v3 * b.v3,
                 a.v4 * b.v4, a.v5 * b.v5, a.v6 * b.v6, a.v7 * b.v7);
}

fn add32(a: Block32, b: Block32) -> Block32 {
  return Block32(a.v0 + b.v0, a.v1 + b.v1, a.v2 + b.v2, a.v3 + b.v3,
                 a.v4 + b.v4, a.v5 + b.v5, a.v6 + b.v6, a.v7 + b.v7);
}

// (a - shift) * scale
fn affine32(a: Block32, shift: f32, scale: f32) -> Block32 {
  return Block32((a.v0 - shift) * scale, (a.v1 - shift) * scale, (a.v2 - shift) * scale, (a.v3 - shift) * scale,
                 (a.v4 - shift) * scale, (a.v5 - shift) * scale, (a.v6 - shift) * scale, (a.v7 - shift) * scale);
}

fn sum32(a: Block32) -> f32 {
  return dot(a.v0 + a.v1 + a.v2 + a.v3 + a.v4 + a.v5 + a.v6 + a.v7, vec4<f32>(1.0));
}

fn unpack_bytes(word: u32) -> vec4<f32> {
  return vec4<f32>(vec4<u32>(word, word >> 8u, word >> 16u, word >> 24u) & vec4<u32>(255u));
}

fn signed_bytes(word: u32) -> vec4<f32> {
  return vec4<f32>(vec4<i32>(bitcast<vec4<i32>>(vec4<u32>(word << 24u, word << 16u, word << 8u, word))) >> vec4<u32>(24u));
}
