// Sum over LANES neighbouring threads through workgroup memory. Every thread of the workgroup must call it.
// Constants: WORKGROUP, LANES (a power of two that divides WORKGROUP).
var<workgroup> lane_values: array<vec4<f32>, WORKGROUP>;

fn lanes_sum(value: vec4<f32>, thread: u32) -> vec4<f32> {
  lane_values[thread] = value;
  for (var step = LANES / 2u; step > 0u; step /= 2u) {
    workgroupBarrier();
    if ((thread & (LANES - 1u)) < step) {
      lane_values[thread] += lane_values[thread + step];
    }
  }
  workgroupBarrier();
  let total = lane_values[thread & ~(LANES - 1u)];
  workgroupBarrier();
  return total;
}
