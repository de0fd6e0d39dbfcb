// A rectangle of one head's attention, computed again: rows and keys in steps, a cell being what its rows give to its
// keys (summed over keys, averaged over rows), or for single tokens the score. Cells behind the mask hold MASKED.
// Constants: WORKGROUP, those of lib/attention_score.wgsl.
struct Tile {
  head: u32,
  length: u32,      // tokens in the cache
  row_start: u32,
  row_step: u32,    // rows of a cell
  row_count: u32,   // cells
  key_start: u32,
  key_step: u32,
  key_count: u32,
  wants_scores: u32,
  goes_on: u32,     // 1: added to what the cell holds
  share: f32,       // factor of this head
}
@group(0) @binding(0) var<uniform> tile: Tile;
@group(0) @binding(3) var<storage, read> denominators: array<f32>;   // [CAPACITY, H]
@group(0) @binding(4) var<storage, read_write> cells: array<f32>;    // [row_count, key_count]

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let index = (group.y * groups.x + group.x) * WORKGROUP + thread;
  if (index >= tile.row_count * tile.key_count) {
    return;
  }
  let first_row = tile.row_start + (index / tile.key_count) * tile.row_step;
  let first_key = tile.key_start + (index % tile.key_count) * tile.key_step;
  let end_row = min(first_row + tile.row_step, tile.length);
  var sum = 0.0;
  var is_seen = false;
  for (var row = first_row; row < end_row; row++) {
    let end_key = min(first_key + tile.key_step, row + 1u);
    for (var s = max(first_key, first_seen(row)); s < end_key; s++) {
      let score = score_of(row, tile.head, s);
      sum += select(exp(score - denominators[row * H + tile.head]), score, tile.wants_scores == 1u);
      is_seen = true;
    }
  }
  let value = sum * tile.share / f32(max(1u, end_row - min(first_row, end_row)));
  if (!is_seen) {
    cells[index] = select(MASKED, cells[index], tile.goes_on == 1u);
  } else if (tile.goes_on == 1u && cells[index] > MASKED * 0.5) {
    cells[index] += value;
  } else {
    cells[index] = value;
  }
}
