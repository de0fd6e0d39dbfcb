// Rows of logits to what a grid of the logit lens shows of them: the most likely token (the lower id on a tie), ln of its
// probability over the whole vocabulary, and the same of one token that is followed.
// Constants: WORKGROUP, LANES (threads of a row), V, STRIDE.
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> followed: vec4<u32>;            // x: id
@group(0) @binding(2) var<storage, read> logits: array<f32>;       // [T, STRIDE]
@group(0) @binding(3) var<storage, read_write> cells: array<Cell>;  // [T]

struct Cell {
  id: u32,
  ln_p: f32,
  ln_followed: f32,
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let wanted = (group.y * groups.x + group.x) * (WORKGROUP / LANES) + thread / LANES;
  // Threads beyond the end do the last row again, because all must reach the reductions.
  let row = min(wanted, step.count - 1u);
  let lane = thread % LANES;
  let start = row * STRIDE;
  var own = Best(LOWEST, 0xffffffffu);
  for (var v = lane; v < V; v += LANES) {
    let value = logits[start + v];
    if (is_better(value, v, own)) {
      own = Best(value, v);
    }
  }
  let best = row_best(own, thread);
  var total = 0.0;
  for (var first = lane; first < V; first += LANES * RUN) {
    var part = 0.0;
    for (var v = first; v < min(V, first + LANES * RUN); v += LANES) {
      part += exp(logits[start + v] - best.value);
    }
    total += part;
  }
  let ln_sum = log(row_sum(total, thread));
  if (lane == 0u && wanted < step.count) {
    let at = start + min(followed.x, V - 1u);
    cells[row] = Cell(best.id, -ln_sum, logits[at] - best.value - ln_sum);
  }
}
