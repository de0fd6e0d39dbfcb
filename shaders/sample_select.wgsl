// Draws the next token from adjusted logits: top-k, then top-p of what is left, then min-p, then temperature and a
// Gumbel-max draw. One workgroup; WORKGROUP is 1 in the barrier-free variant.
//
// No sort: a cut is found by radix selection on order-preserving keys. Mass is summed in 64-bit fixed point (2^45 is
// the most likely token), so sums do not depend on the order of the threads and cuts are the same in every variant.
// Chunks whose highest logit is below what can still matter are not read: for top-k that is the k-th highest chunk, for
// top-p the digits of the cut found so far. So the whole vocabulary is read once at most before the draw.
// Constants: WORKGROUP, V.
@group(0) @binding(0) var<uniform> settings: Settings;
@group(0) @binding(1) var<storage, read_write> adjusted: array<f32>;  // [V]
@group(0) @binding(2) var<storage, read_write> chunks: array<Chunk>;  // [CHUNKS]
@group(0) @binding(3) var<storage, read> logits: array<f32>;          // [V]
@group(0) @binding(4) var<storage, read_write> history: History;
@group(0) @binding(5) var<storage, read_write> step: Step;
@group(0) @binding(6) var<storage, read_write> tokens: array<u32>;    // next input in tokens[0]
@group(0) @binding(7) var<storage, read_write> drawn: Drawn;

// What the CPU reads back, one per step.
struct Drawn {
  token: u32,
  // 1 when some logit was not finite: nothing was drawn.
  non_finite: u32,
  // Tokens that survived every cut.
  survivors: u32,
  position: u32,
  // ln of the token's probability over the whole vocabulary, before penalties, cuts and temperature.
  log_probability: f32,
}

// Tokens ordered by logit, ties by id: those up to the cut are in.
struct Cut {
  key: u32,
  id: u32,
}

struct Best {
  score: f32,
  id: u32,
  // Highest raw logit and the sum of exp(logit - highest).
  raw_highest: f32,
  raw_sum: f32,
}

// What a cut counts: chunks by their highest logit, tokens, or the tokens' mass.
const BY_CHUNK: u32 = 0u;
const BY_COUNT: u32 = 1u;
const BY_MASS: u32 = 2u;

var<workgroup> best: array<Best, WORKGROUP>;
var<workgroup> survivor_count: atomic<u32>;
var<workgroup> bad: atomic<u32>;
var<workgroup> shared_cut: Cut;
var<workgroup> needs_ids: u32;
var<workgroup> list_next: atomic<u32>;
var<workgroup> list_length: u32;

// 2^45: coarser, and a long tail of unlikely tokens would be rounded away; finer, and 2^19 equal ones would not fit.
fn weight_of(logit: f32, highest: f32) -> Wide {
  let mass = exp(logit - highest) * 0x1p45;
  let high = floor(mass * 0x1p-32);
  return Wide(u32(high), u32(mass - high * 0x1p32));
}

// Larger logit, larger key; both zeros alike.
fn key_of(value: f32) -> u32 {
  let bits = bitcast<u32>(select(value, 0.0, value == 0.0));
  return select(bits ^ 0x80000000u, ~bits, (bits >> 31u) == 1u);
}

fn is_in(key: u32, id: u32, cut: Cut) -> bool {
  return key > cut.key || (key == cut.key && id <= cut.id);
}

// Lists the chunks that hold a key of at least `lowest`, and says how many. Every thread must call it.
fn list_chunks(thread: u32, lowest: u32) -> u32 {
  workgroupBarrier();
  if (thread == 0u) {
    atomicStore(&list_next, 0u);
  }
  workgroupBarrier();
  for (var i = thread; i < CHUNKS; i += WORKGROUP) {
    if (key_of(chunks[i].highest) >= lowest) {
      chunks[atomicAdd(&list_next, 1u)].listed = i;
    }
  }
  storageBarrier();
  workgroupBarrier();
  if (thread == 0u) {
    list_length = atomicLoad(&list_next);
  }
  return workgroupUniformLoad(&list_length);
}

// Item i of the listed chunks' tokens; V or more where the last chunk ends early.
fn listed_token(i: u32) -> u32 {
  return chunks[i / CHUNK].listed * CHUNK + i % CHUNK;
}

// The smallest set of most likely tokens inside `limit` that holds `need` (a count), or the share top_p of their mass,
// ties by lower id. Four passes find the key of the last token, a byte each. Where not all tokens with that key are
// needed, three more find its id. One loop for all, because compilers copy walk_bins to every place that calls it.
// Tokens in chunks below the key `lowest` are known not to matter.
fn find_cut(thread: u32, kind: u32, limit: Cut, lowest: u32, highest: f32) -> Cut {
  var key = 0u;
  var id_end = 0u;
  var passes = 4u;
  for (var pass_index = 0u; pass_index < passes; pass_index++) {
    let in_ids = pass_index >= 4u;
    let shift = select(24u, 48u, in_ids) - pass_index * 8u;
    // The digits above `shift` are settled.
    let settled = 0xffffff00u << shift;
    let listed = list_chunks(thread, max(lowest, key));
    clear_bins(thread);
    for (var i = thread; i < select(listed * CHUNK, CHUNKS, kind == BY_CHUNK); i += WORKGROUP) {
      let id = select(listed_token(i), i, kind == BY_CHUNK);
      if (id >= V) {
        continue;
      }
      var logit = 0.0;
      if (kind == BY_CHUNK) {
        logit = chunks[i].highest;
      } else {
        logit = adjusted[id];
      }
      let token_key = key_of(logit);
      if (in_ids) {
        if (token_key == key && ((id ^ id_end) & settled) == 0u) {
          add_to_bin((id >> shift) & 255u, Wide(0u, 1u));
        }
      } else if (((token_key ^ key) & settled) == 0u && is_in(token_key, id, limit)) {
        var amount = Wide(0u, 1u);
        if (kind == BY_MASS) {
          amount = weight_of(logit, highest);
        }
        add_to_bin((token_key >> shift) & 255u, amount);
      }
    }
    let digit = walk_bins(thread, !in_ids, select(WHOLE, settings.top_p, kind == BY_MASS && pass_index == 0u)) << shift;
    if (in_ids) {
      id_end |= digit;
    } else {
      key |= digit;
    }
    if (pass_index == 3u && kind != BY_CHUNK) {
      passes = select(4u, 7u, needs_some_ids(thread, key, kind == BY_MASS, highest));
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
  var both = a;
  if (b.id != FAR && (a.id == FAR || b.score > a.score || (b.score == a.score && b.id < a.id))) {
    both.score = b.score;
    both.id = b.id;
  }
  both.raw_highest = max(a.raw_highest, b.raw_highest);
  both.raw_sum = a.raw_sum * exp(a.raw_highest - both.raw_highest) + b.raw_sum * exp(b.raw_highest - both.raw_highest);
  return both;
}

// No chunk whose highest key is below can hold a survivor. The logarithm leaves room for rounding.
fn lowest_survivor(cut: Cut, highest: f32) -> u32 {
  if (settings.mark_dropped == 1u) {
    return 0u;
  }
  if (settings.min_p <= 0.0) {
    return cut.key;
  }
  return max(cut.key, key_of(highest + log(settings.min_p) - 1e-3 - 1e-6 * abs(highest)));
}

// Where top-k and top-p end. One loop over all stages, because compilers copy find_cut to every place that calls it.
fn find_cuts(thread: u32, highest: f32) -> Cut {
  var cut = Cut(0u, FAR);
  var lowest = 0u;
  let cuts_count = settings.top_k > 0u && settings.top_k < V;
  let first = select(select(BY_MASS, BY_COUNT, cuts_count), BY_CHUNK, cuts_count && settings.top_k <= CHUNKS);
  let end = select(BY_MASS, BY_MASS + 1u, settings.top_p < 1.0);
  for (var kind = first; kind < end; kind++) {
    if (kind != BY_MASS && thread == 0u) {
      need = Wide(0u, settings.top_k);
    }
    let found = find_cut(thread, kind, cut, lowest, highest);
    lowest = found.key;
    if (kind != BY_CHUNK) {
      cut = found;
    }
  }
  return cut;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) thread: u32) {
  if (thread == 0u) {
    atomicStore(&bad, 0u);
    atomicStore(&survivor_count, 0u);
  }
  workgroupBarrier();
  var mine = Best(0.0, FAR, MASKED, 0.0);
  for (var i = thread; i < CHUNKS; i += WORKGROUP) {
    let chunk = chunks[i];
    if (chunk.id == UNUSABLE) {
      atomicStore(&bad, 1u);
    } else {
      mine = better(mine, Best(chunk.highest, chunk.id, chunk.raw_highest, chunk.raw_sum));
    }
  }
  let top = best_of_all(mine, thread);
  let highest = top.score;
  let position = step.position + step.count;
  var winner = top;
  if (settings.greedy == 0u && settings.temperature > 0.0) {
    let cut = find_cuts(thread, highest);
    let listed = list_chunks(thread, lowest_survivor(cut, highest));
    mine = Best(0.0, FAR, MASKED, 0.0);
    var survivors = 0u;
    for (var i = thread; i < listed * CHUNK; i += WORKGROUP) {
      let id = listed_token(i);
      if (id >= V) {
        continue;
      }
      let logit = adjusted[id];
      let survives = is_in(key_of(logit), id, cut) && exp(logit - highest) >= settings.min_p;
      if (survives) {
        survivors += 1u;
        let noise = gumbel(noise_bits(settings.seed, position, id));
        mine = better(mine, Best((logit - highest) / settings.temperature + noise, id, MASKED, 0.0));
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
    drawn.log_probability = select(logits[token] - top.raw_highest - log(top.raw_sum), 0.0, failed == 1u);
    tokens[0] = token;
    history.slots[history.length % HISTORY] = token;
    history.length += 1u;
    step.position = position;
    step.count = 1u;
  }
}
