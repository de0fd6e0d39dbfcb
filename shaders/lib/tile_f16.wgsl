// Weights in workgroup memory as f16: twice as many rows in the same 8 KiB, half as many bytes to read. They are rounded
// to 11 bits there; products and sums stay f32.
alias TileQuad = vec4<f16>;
const ROWS_EACH: u32 = 8u;
