// Stands for minus infinity: finite, so that differences of masked scores stay numbers.
const MASKED: f32 = -3.0e38;
