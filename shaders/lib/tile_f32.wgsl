// Weights in workgroup memory as f32: 64 rows.
alias TileQuad = vec4<f32>;
const ROWS_EACH: u32 = 4u;
