// Two models' logits after the same tokens, row by row, to the numbers that a comparison keeps. P is the reference.
// Constants: WORKGROUP, LANES (threads of a row), V, STRIDE, TOP.
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> logits_p: array<f32>;     // [T, STRIDE]
@group(0) @binding(2) var<storage, read> logits_q: array<f32>;     // [T, STRIDE]
@group(0) @binding(3) var<storage, read> next_tokens: array<u32>;  // [T]
@group(0) @binding(4) var<storage, read_write> scores: array<Score>;  // [T]
@group(0) @binding(5) var<storage, read_write> tops: array<Likely>;   // [T, 2, TOP]: by P, by Q

struct Score {
  // -ln P(next), -ln Q(next)
  nll_p: f32,
  nll_q: f32,
  kld: f32,
  // Largest P.
  top_p: f32,
  // Logits that are not finite, of both.
  bad: f32,
}

struct Likely {
  id: u32,
  ln_p: f32,
  ln_q: f32,
}

const HIGHEST: f32 = 3.4028234e38;

fn logit(of_q: bool, at: u32) -> f32 {
  if (of_q) {
    return logits_q[at];
  }
  return logits_p[at];
}

// The most likely token among those after `last` in the order of is_better.
fn next_best(of_q: bool, start: u32, last: Best, thread: u32, lane: u32) -> Best {
  var best = Best(LOWEST, 0xffffffffu);
  for (var v = lane; v < V; v += LANES) {
    let value = logit(of_q, start + v);
    if ((value < last.value || (value == last.value && v > last.id)) && is_better(value, v, best)) {
      best = Best(value, v);
    }
  }
  return row_best(best, thread);
}

// All of them in one pass, where one thread has the row to itself: few logits come before the last one kept.
fn most_likely(of_q: bool, start: u32) -> array<Best, TOP> {
  var found: array<Best, TOP>;
  for (var n = 0u; n < TOP; n++) {
    found[n] = Best(LOWEST, 0xffffffffu);
  }
  for (var v = 0u; v < V; v++) {
    let value = logit(of_q, start + v);
    if (!is_better(value, v, found[TOP - 1u])) {
      continue;
    }
    var at = TOP - 1u;
    while (at > 0u && is_better(value, v, found[at - 1u])) {
      found[at] = found[at - 1u];
      at -= 1u;
    }
    found[at] = Best(value, v);
  }
  return found;
}

fn ln_sum(of_q: bool, start: u32, highest: f32, thread: u32, lane: u32) -> f32 {
  var total = 0.0;
  for (var first = lane; first < V; first += LANES * RUN) {
    var part = 0.0;
    for (var v = first; v < min(V, first + LANES * RUN); v += LANES) {
      part += exp(logit(of_q, start + v) - highest);
    }
    total += part;
  }
  return highest + log(row_sum(total, thread));
}

fn is_bad(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7f800000u) == 0x7f800000u;
}

// P (ln P - ln Q) + Q - P with x = ln Q - ln P, which is P (e^x - 1 - x): the sums of Q and P cancel over the vocabulary,
// no term is negative, and errors of the two normalizations cancel to first order.
fn kld_term(p: f32, q: f32, x: f32) -> f32 {
  if (abs(x) < 0.5) {
    let series = 1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0 * (1.0 + x / 7.0 * (1.0 + x / 8.0)))));
    return p * x * x * 0.5 * series;
  }
  return max(0.0, q - p - p * x);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let wanted = (group.y * groups.x + group.x) * (WORKGROUP / LANES) + thread / LANES;
  // Threads beyond the end do the last row again, because all must reach the reductions.
  let row = min(wanted, step.count - 1u);
  let lane = thread % LANES;
  let writes = lane == 0u && wanted < step.count;
  let start = row * STRIDE;
  var likely: array<array<Best, TOP>, 2>;
  for (var side = 0u; side < 2u; side++) {
    if (LANES == 1u) {
      likely[side] = most_likely(side == 1u, start);
      continue;
    }
    var last = Best(HIGHEST, 0u);
    for (var n = 0u; n < TOP; n++) {
      last = next_best(side == 1u, start, last, thread, lane);
      likely[side][n] = last;
    }
  }
  let best_p = likely[0][0];
  let best_q = likely[1][0];
  let ln_p = ln_sum(false, start, best_p.value, thread, lane);
  let ln_q = ln_sum(true, start, best_q.value, thread, lane);
  var total = 0.0;
  var bad = 0.0;
  for (var first = lane; first < V; first += LANES * RUN) {
    var part = 0.0;
    for (var v = first; v < min(V, first + LANES * RUN); v += LANES) {
      let a = logits_p[start + v];
      let b = logits_q[start + v];
      part += kld_term(exp(a - ln_p), exp(b - ln_q), (b - a) - (ln_q - ln_p));
      if (is_bad(a) || is_bad(b)) {
        bad += 1.0;
      }
    }
    total += part;
  }
  let kld = row_sum(total, thread);
  let all_bad = row_sum(bad, thread);
  if (writes) {
    let at = start + min(next_tokens[row], V - 1u);
    scores[row] = Score(ln_p - logits_p[at], ln_q - logits_q[at], kld, exp(best_p.value - ln_p), all_bad);
  }
  if (!writes) {
    return;
  }
  for (var side = 0u; side < 2u; side++) {
    for (var n = 0u; n < TOP; n++) {
      let id = likely[side][n].id;
      let at = start + min(id, V - 1u);
      tops[(row * 2u + side) * TOP + n] = Likely(id, logits_p[at] - ln_p, logits_q[at] - ln_q);
    }
  }
}
