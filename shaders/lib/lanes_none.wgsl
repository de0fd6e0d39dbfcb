// Reduction over the LANES threads that share one result. Here LANES is 1: nothing to add, no barrier.
fn lanes_sum(value: vec4<f32>, thread: u32) -> vec4<f32> {
  return value;
}
