// A rectangle of one head's attention, computed again: rows and keys in steps or between edges, a cell being what its
// rows give to its keys (summed over keys, averaged over rows), or for single tokens the score. Cells behind the mask
// hold MASKED.
// Constants: WORKGROUP, MOST_EDGES of an axis, those of lib/attention_score.wgsl.
struct Tile {
  head: u32,
  length: u32,      // tokens in the cache
  row_start: u32,
  row_step: u32,    // rows of a cell; 0: between edges
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

@group(0) @binding(5) var<storage, read> edges: array<u32>;   // [2, MOST_EDGES]: of the rows, of the keys

fn row_edge(cell: u32) -> u32 {
  if (tile.row_step == 0u) {
    return edges[cell];
  }
  return tile.row_start + cell * tile.row_step;
}

fn key_edge(cell: u32) -> u32 {
  if (tile.key_step == 0u) {
    return edges[MOST_EDGES + cell];
  }
  return tile.key_start + cell * tile.key_step;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let index = (group.y * groups.x + group.x) * WORKGROUP + thread;
  if (index >= tile.row_count * tile.key_count) {
    return;
  }
  let first_row = row_edge(index / tile.key_count);
  let first_key = key_edge(index % tile.key_count);
  let end_row = min(row_edge(index / tile.key_count + 1u), tile.length);
  let last_key = key_edge(index % tile.key_count + 1u);
  var sum = 0.0;
  var is_seen = false;
  for (var row = first_row; row < end_row; row++) {
    let end_key = min(last_key, row + 1u);
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
