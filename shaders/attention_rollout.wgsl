// One layer of attention rollout (Abnar and Zuidema 2020, arXiv 2005.00928), from the last layer down: how much of a row
// comes from each token, y = r (A + I) / 2 with A the mean over the heads' patterns. One row in, one row out; the pattern
// is computed again and never kept. LANES threads share a key.
// Constants: WORKGROUP, LANES, those of lib/attention_score.wgsl.
struct Rollout {
  count: u32,  // rows: those up to the one that is rolled out
}
@group(0) @binding(0) var<uniform> rollout: Rollout;
@group(0) @binding(3) var<storage, read> denominators: array<f32>;  // [CAPACITY, H]
@group(0) @binding(4) var<storage, read> above: array<f32>;         // [CAPACITY] r
@group(0) @binding(5) var<storage, read_write> below: array<f32>;   // [CAPACITY] y

var<workgroup> partial: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let key = (group.y * groups.x + group.x) * (WORKGROUP / LANES) + thread / LANES;
  var sum = 0.0;
  if (key < rollout.count) {
    for (var row = key + thread % LANES; row < rollout.count; row += LANES) {
      if (above[row] == 0.0 || key < first_seen(row)) {
        continue;
      }
      var weight = 0.0;
      for (var head = 0u; head < H; head++) {
        weight += exp(score_of(row, head, key) - denominators[row * H + head]);
      }
      sum += above[row] * weight;
    }
  }
  if (LANES > 1u) {
    partial[thread] = sum;
    workgroupBarrier();
    if (thread % LANES == 0u) {
      for (var lane = 1u; lane < LANES; lane++) {
        sum += partial[thread + lane];
      }
    }
  }
  if (key < rollout.count && thread % LANES == 0u) {
    below[key] = 0.5 * above[key] + 0.5 * sum / f32(H);
  }
}
