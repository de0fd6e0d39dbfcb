// What changes from step to step. The sampler advances it on the GPU; prefill writes it from the CPU.
struct Step {
  // Tokens in the cache before this step: the position of row 0.
  position: u32,
  // Rows of this step: T.
  count: u32,
}
