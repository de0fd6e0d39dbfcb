// Four cells become one, in place: the text has outgrown the square, and a cell now stands for twice as many tokens.
// One workgroup per head. Constants: CELLS (even), STATE, H.
@group(0) @binding(0) var<storage, read_write> state: array<f32>;  // [CELLS, H, STATE]

const HALF: u32 = CELLS / 2u;
const FIGURES: u32 = STATE - CELLS;

fn at(row: u32, head: u32, column: u32) -> u32 {
  return (row * H + head) * STATE + column;
}

@compute @workgroup_size(HALF)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) column: u32) {
  let head = group.x;
  for (var row = 0u; row < HALF; row++) {
    let upper = state[at(row * 2u, head, column * 2u)] + state[at(row * 2u, head, column * 2u + 1u)];
    let lower = state[at(row * 2u + 1u, head, column * 2u)] + state[at(row * 2u + 1u, head, column * 2u + 1u)];
    var figure = 0.0;
    if (column < FIGURES) {
      figure = state[at(row * 2u, head, CELLS + column)] + state[at(row * 2u + 1u, head, CELLS + column)];
    }
    // Rows are folded from the top: what is written has been read by every thread before.
    storageBarrier();
    workgroupBarrier();
    state[at(row, head, column)] = upper + lower;
    state[at(row, head, HALF + column)] = 0.0;
    if (column < FIGURES) {
      state[at(row, head, CELLS + column)] = figure;
    }
    storageBarrier();
    workgroupBarrier();
  }
  for (var row = HALF; row < CELLS; row++) {
    state[at(row, head, column)] = 0.0;
    state[at(row, head, HALF + column)] = 0.0;
    if (column < FIGURES) {
      state[at(row, head, CELLS + column)] = 0.0;
    }
  }
}
