// Sum over LANES neighbouring threads of one subgroup. LANES is at most the smallest subgroup the adapter makes.
fn lanes_sum(value: vec4<f32>, thread: u32) -> vec4<f32> {
  var total = value;
  for (var step = LANES / 2u; step > 0u; step /= 2u) {
    total += subgroupShuffleXor(total, step);
  }
  return total;
}
