// What happens to one element of Y, shared by the matmul variants.
const NO_BIAS: u32 = 0xffffffffu;
const EPILOGUE_ADD: u32 = 1u;

fn finish(t: u32, row: u32, sum: f32) {
  var value = sum;
  if (BIAS_OFFSET != NO_BIAS) {
    let at = BIAS_OFFSET + ROW_START + row;
    value += vectors[at >> 2u][at & 3u];
  }
  let at = t * Y_STRIDE + ROW_START + row;
  if (EPILOGUE == EPILOGUE_ADD) {
    y[at] += value;
  } else {
    y[at] = activate(value);
  }
}
