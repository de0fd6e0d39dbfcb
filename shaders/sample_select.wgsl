// Draws the next token from adjusted logits: top-k, then top-p of what is left, then min-p, then temperature and a
// Gumbel-max draw. One workgroup; WORKGROUP is 1 in the barrier-free variant.
//
// No sort: a cut is found by radix selection on order-preserving keys. Mass is summed in 64-bit fixed point (2^45 is
// the most likely token), so sums do not depend on the order of the threads and cuts are the same in every variant.
// Constants: WORKGROUP, V.
@group(0) @binding(0) var<uniform> settings: Settings;
@group(0) @binding(1) var<storage, read_write> adjusted: array<f32>;  // [V]
@group(0) @binding(2) var<storage, read_write> history: History;
@group(0) @binding(3) var<storage, read_write> step: Step;
@group(0) @binding(4) var<storage, read_write> tokens: array<u32>;    // next input in tokens[0]
@group(0) @binding(5) var<storage, read_write> drawn: Drawn;

// What the CPU reads back, one per step.
struct Drawn {
  token: u32,
  // 1 when some logit was not finite: nothing was drawn.
  non_finite: u32,
  // Tokens that survived every cut.
  survivors: u32,
  position: u32,
}

// Tokens ordered by logit, ties by id: those up to the cut are in.
struct Cut {
  key: u32,
  id: u32,
}

// Unsigned 64-bit sum.
struct Wide {
  high: u32,
  low: u32,
}

struct Best {
  score: f32,
  id: u32,
}

const BINS: u32 = 256u;
const FAR: u32 = 0xffffffffu;

var<workgroup> bin_low: array<atomic<u32>, BINS>;
var<workgroup> bin_high: array<atomic<u32>, BINS>;
var<workgroup> group_low: array<u32, 16>;
var<workgroup> group_high: array<u32, 16>;
var<workgroup> prefix: u32;
var<workgroup> need: Wide;
var<workgroup> chosen: Wide;
var<workgroup> best: array<Best, WORKGROUP>;
var<workgroup> survivor_count: atomic<u32>;
var<workgroup> bad: atomic<u32>;
var<workgroup> shared_cut: Cut;
var<workgroup> needs_ids: u32;

fn is_finite(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7f800000u) != 0x7f800000u;
}

// Larger logit, larger key; both zeros alike.
fn key_of(value: f32) -> u32 {
  let bits = bitcast<u32>(select(value, 0.0, value == 0.0));
  return select(bits ^ 0x80000000u, ~bits, (bits >> 31u) == 1u);
}

fn is_in(key: u32, id: u32, cut: Cut) -> bool {
  return key > cut.key || (key == cut.key && id <= cut.id);
}

// 2^45: coarser, and a long tail of unlikely tokens would be rounded away; finer, and 2^19 equal ones would not fit.
fn weight_of(logit: f32, highest: f32) -> Wide {
  let mass = exp(logit - highest) * 0x1p45;
  let high = floor(mass * 0x1p-32);
  return Wide(u32(high), u32(mass - high * 0x1p32));
}

fn wide_add(a: Wide, b: Wide) -> Wide {
  let low = a.low + b.low;
  return Wide(a.high + b.high + select(0u, 1u, low < a.low), low);
}

fn wide_sub(a: Wide, b: Wide) -> Wide {
  return Wide(a.high - b.high - select(0u, 1u, a.low < b.low), a.low - b.low);
}

fn wide_at_least(a: Wide, b: Wide) -> bool {
  return a.high > b.high || (a.high == b.high && a.low >= b.low);
}

fn wide_float(a: Wide) -> f32 {
  return f32(a.high) * 4294967296.0 + f32(a.low);
}

fn clear_bins(thread: u32) {
  for (var i = thread; i < BINS; i += WORKGROUP) {
    atomicStore(&bin_low[i], 0u);
    atomicStore(&bin_high[i], 0u);
  }
  workgroupBarrier();
}

fn add_to_bin(bin: u32, amount: Wide) {
  let before = atomicAdd(&bin_low[bin], amount.low);
  let high = amount.high + select(0u, 1u, before + amount.low < before);
  if (high > 0u) {
    atomicAdd(&bin_high[bin], high);
  }
}

fn bin_value(bin: u32) -> Wide {
  return Wide(atomicLoad(&bin_high[bin]), atomicLoad(&bin_low[bin]));
}

// Walks bins in order until `need` is covered: returns the bin, leaves in `need` what it must give and in `chosen`
// what it holds. Sixteen sums of sixteen bins shorten the walk. Every thread must call it.
fn walk_bins(thread: u32, descending: bool) -> u32 {
  workgroupBarrier();
  for (var g = thread; g < 16u; g += WORKGROUP) {
    var sum = Wide(0u, 0u);
    for (var i = 0u; i < 16u; i++) {
      sum = wide_add(sum, bin_value(g * 16u + i));
    }
    group_low[g] = sum.low;
    group_high[g] = sum.high;
  }
  workgroupBarrier();
  if (thread == 0u) {
    var wanted = need;
    var found = 0u;
    for (var i = 0u; i < 16u; i++) {
      let g = select(i, 15u - i, descending);
      let sum = Wide(group_high[g], group_low[g]);
      if (wide_at_least(sum, wanted)) {
        found = g;
        break;
      }
      wanted = wide_sub(wanted, sum);
    }
    for (var i = 0u; i < 16u; i++) {
      let bin = found * 16u + select(i, 15u - i, descending);
      let sum = bin_value(bin);
      if (wide_at_least(sum, wanted)) {
        found = bin;
        chosen = sum;
        break;
      }
      wanted = wide_sub(wanted, sum);
    }
    need = wanted;
    prefix = found;
  }
  return workgroupUniformLoad(&prefix);
}

// The smallest set of most likely tokens inside `limit` that holds `need` (a count, or mass), ties by lower id.
// Four passes find the key of the last token, a byte each. Where not all tokens with that key are needed, three more
// find its id. One loop for both, because compilers copy walk_bins to every place that calls it.
fn find_cut(thread: u32, limit: Cut, by_mass: bool, highest: f32) -> Cut {
  var key = 0u;
  var id_end = 0u;
  var passes = 4u;
  for (var pass_index = 0u; pass_index < passes; pass_index++) {
    let in_ids = pass_index >= 4u;
    let shift = select(24u, 48u, in_ids) - pass_index * 8u;
    // The digits above `shift` are settled.
    let settled = 0xffffff00u << shift;
    clear_bins(thread);
    for (var id = thread; id < V; id += WORKGROUP) {
      let logit = adjusted[id];
      let token_key = key_of(logit);
      if (in_ids) {
        if (token_key == key && ((id ^ id_end) & settled) == 0u) {
          add_to_bin((id >> shift) & 255u, Wide(0u, 1u));
        }
      } else if (((token_key ^ key) & settled) == 0u && is_in(token_key, id, limit)) {
        var amount = Wide(0u, 1u);
        if (by_mass) {
          amount = weight_of(logit, highest);
        }
        add_to_bin((token_key >> shift) & 255u, amount);
      }
    }
    let digit = walk_bins(thread, !in_ids) << shift;
    if (in_ids) {
      id_end |= digit;
    } else {
      key |= digit;
    }
    if (pass_index == 3u) {
      passes = select(4u, 7u, needs_some_ids(thread, key, by_mass, highest));
    }
  }
  if (passes == 4u) {
    id_end = FAR;
  }
  return Cut(key, min(id_end, select(FAR, limit.id, key == limit.key)));
}

// Every token with this key weighs the same: leaves in `need` how many of them are needed; true when not all are.
fn needs_some_ids(thread: u32, key: u32, by_mass: bool, highest: f32) -> bool {
  if (thread == 0u) {
    var weight = 1.0;
    if (by_mass) {
      let bits = select(~key, key ^ 0x80000000u, (key >> 31u) == 1u);
      weight = max(1.0, wide_float(weight_of(bitcast<f32>(bits), highest)));
    }
    let held = u32(round(wide_float(chosen) / weight));
    let wanted = clamp(u32(ceil(wide_float(need) / weight)), 1u, max(held, 1u));
    needs_ids = select(0u, 1u, wanted < held);
    need = Wide(0u, wanted);
  }
  return workgroupUniformLoad(&needs_ids) == 1u;
}

// Leaves in `need` the share top_p of the mass inside `limit`. Every thread must call it.
fn need_mass(thread: u32, limit: Cut, highest: f32) {
  clear_bins(thread);
  for (var id = thread; id < V; id += WORKGROUP) {
    let logit = adjusted[id];
    if (is_in(key_of(logit), id, limit)) {
      add_to_bin(thread & 255u, weight_of(logit, highest));
    }
  }
  workgroupBarrier();
  if (thread == 0u) {
    var total = Wide(0u, 0u);
    for (var i = 0u; i < BINS; i++) {
      total = wide_add(total, bin_value(i));
    }
    let target_mass = settings.top_p * wide_float(total);
    let high = floor(target_mass / 4294967296.0);
    var wanted = Wide(u32(high), u32(clamp(target_mass - high * 4294967296.0, 0.0, 4294967040.0)));
    if (wanted.high == 0u && wanted.low == 0u) {
      wanted.low = 1u;
    }
    if (!wide_at_least(total, wanted)) {
      wanted = total;
    }
    need = wanted;
  }
  workgroupBarrier();
}

// Highest score of all threads, the lower id on a tie. Every thread must call it.
fn best_of_all(mine: Best, thread: u32) -> Best {
  workgroupBarrier();
  best[thread] = mine;
  for (var distance = WORKGROUP / 2u; distance > 0u; distance /= 2u) {
    workgroupBarrier();
    if (thread < distance) {
      best[thread] = better(best[thread], best[thread + distance]);
    }
  }
  workgroupBarrier();
  return best[0];
}

fn better(a: Best, b: Best) -> Best {
  if (b.id != FAR && (a.id == FAR || b.score > a.score || (b.score == a.score && b.id < a.id))) {
    return b;
  }
  return a;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) thread: u32) {
  if (thread == 0u) {
    atomicStore(&bad, 0u);
    atomicStore(&survivor_count, 0u);
  }
  workgroupBarrier();
  var mine = Best(0.0, FAR);
  for (var id = thread; id < V; id += WORKGROUP) {
    let logit = adjusted[id];
    if (!is_finite(logit)) {
      atomicStore(&bad, 1u);
    } else {
      mine = better(mine, Best(logit, id));
    }
  }
  let top = best_of_all(mine, thread);
  let highest = top.score;
  let position = step.position + step.count;
  var winner = top;
  if (settings.greedy == 0u && settings.temperature > 0.0) {
    // One loop over both cuts, because compilers copy find_cut to every place that calls it.
    var cut = Cut(0u, FAR);
    let first = select(1u, 0u, settings.top_k > 0u && settings.top_k < V);
    let end = select(1u, 2u, settings.top_p < 1.0);
    for (var stage = first; stage < end; stage++) {
      if (stage == 0u) {
        if (thread == 0u) {
          need = Wide(0u, settings.top_k);
        }
      } else {
        need_mass(thread, cut, highest);
      }
      cut = find_cut(thread, cut, stage == 1u, highest);
    }
    mine = Best(0.0, FAR);
    var survivors = 0u;
    for (var id = thread; id < V; id += WORKGROUP) {
      let logit = adjusted[id];
      let survives = is_in(key_of(logit), id, cut) && exp(logit - highest) >= settings.min_p;
      if (survives) {
        survivors += 1u;
        let noise = gumbel(noise_bits(settings.seed, position, id));
        mine = better(mine, Best((logit - highest) / settings.temperature + noise, id));
      } else if (settings.mark_dropped == 1u) {
        adjusted[id] = MASKED;
      }
    }
    atomicAdd(&survivor_count, survivors);
    winner = best_of_all(mine, thread);
  }
  if (thread == 0u) {
    let failed = atomicLoad(&bad);
    let token = select(winner.id, 0u, failed == 1u || winner.id == FAR);
    drawn.token = token;
    drawn.non_finite = failed;
    drawn.survivors = max(1u, atomicLoad(&survivor_count));
    drawn.position = position;
    tokens[0] = token;
    history.slots[history.length % HISTORY] = token;
    history.length += 1u;
    step.position = position;
    step.count = 1u;
  }
}
