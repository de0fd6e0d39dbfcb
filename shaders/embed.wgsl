// Row of the embedding for each token, plus the learned position where the model has one.
// Constants: WORKGROUP, BLOCKS, ROWS and ROW_START of this part of the table, LEARNED_POSITIONS.
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> tokens: array<u32>;            // [T]
@group(0) @binding(2) var<storage, read> positions: array<vec4<f32>>;   // [context, BLOCKS * 32]
@group(0) @binding(3) var<storage, read> quants: array<vec4<u32>>;
@group(0) @binding(4) var<storage, read> scales: array<u32>;
@group(0) @binding(5) var<storage, read> high_bits: array<u32>;
@group(0) @binding(6) var<storage, read_write> hidden: array<vec4<f32>>; // [T, BLOCKS * 32]

fn position_block(row: u32, b: u32) -> Block32 {
  let at = (row * BLOCKS + b) * 8u;
  return Block32(positions[at], positions[at + 1u], positions[at + 2u], positions[at + 3u],
                 positions[at + 4u], positions[at + 5u], positions[at + 6u], positions[at + 7u]);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let index = (group.y * groups.x + group.x) * WORKGROUP + thread;
  let t = index / BLOCKS;
  let b = index % BLOCKS;
  if (t >= step.count) {
    return;
  }
  // Unsigned: a token of an earlier part wraps far above ROWS.
  let row = tokens[t] - ROW_START;
  if (row >= ROWS) {
    return;
  }
  var value = dequantize_block(row * BLOCKS + b);
  if (LEARNED_POSITIONS == 1u) {
    value = add32(value, position_block(step.position + t, b));
  }
  let at = index * 8u;
  hidden[at] = value.v0;
  hidden[at + 1u] = value.v1;
  hidden[at + 2u] = value.v2;
  hidden[at + 3u] = value.v3;
  hidden[at + 4u] = value.v4;
  hidden[at + 5u] = value.v5;
  hidden[at + 6u] = value.v6;
  hidden[at + 7u] = value.v7;
}
