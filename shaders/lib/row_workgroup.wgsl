// A row is a workgroup's. Every thread must call these.
var<workgroup> row_sums: array<f32, WORKGROUP>;
var<workgroup> row_bests: array<Best, WORKGROUP>;

fn row_sum(value: f32, thread: u32) -> f32 {
  row_sums[thread] = value;
  for (var width = WORKGROUP / 2u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (thread < width) {
      row_sums[thread] += row_sums[thread + width];
    }
  }
  workgroupBarrier();
  let total = row_sums[0];
  workgroupBarrier();
  return total;
}

fn row_best(best: Best, thread: u32) -> Best {
  row_bests[thread] = best;
  for (var width = WORKGROUP / 2u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (thread < width) {
      let other = row_bests[thread + width];
      if (is_better(other.value, other.id, row_bests[thread])) {
        row_bests[thread] = other;
      }
    }
  }
  workgroupBarrier();
  let winner = row_bests[0];
  workgroupBarrier();
  return winner;
}
