// Keeps the step's rotated queries at their positions, stored as the cache stores keys, so that attention can be
// computed again later.
// Constants: WORKGROUP, ROW_PAIRS (H D / 2), CAPACITY.
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> queries: array<vec2<f32>>;    // [T, ROW_PAIRS]
@group(0) @binding(2) var<storage, read_write> kept: array<CachePair>; // [CAPACITY, ROW_PAIRS]

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let index = (group.y * groups.x + group.x) * WORKGROUP + thread;
  let t = index / ROW_PAIRS;
  if (t < step.count && step.position + t < CAPACITY) {
    kept[step.position * ROW_PAIRS + index] = to_cache(queries[index]);
  }
}
