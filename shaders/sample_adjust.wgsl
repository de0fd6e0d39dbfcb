// Penalties: every logit that occurred among the last HISTORY tokens, changed once; raw logits stay as they are. And a
// summary of each chunk of the vocabulary. LANES threads share a chunk; LANES is 1 in the barrier-free variant.
// Constants: WORKGROUP, LANES, V.
@group(0) @binding(0) var<uniform> settings: Settings;
@group(0) @binding(1) var<storage, read> logits: array<f32>;           // [V]
@group(0) @binding(2) var<storage, read> history: History;
@group(0) @binding(3) var<storage, read_write> adjusted: array<f32>;   // [V]
@group(0) @binding(4) var<storage, read_write> chunks: array<Chunk>;   // [CHUNKS]

const EACH: u32 = CHUNK / LANES;

var<workgroup> summaries: array<Chunk, WORKGROUP>;

fn penalized(token: u32, raw: f32) -> f32 {
  var count = 0.0;
  for (var i = 0u; i < min(history.length, HISTORY); i++) {
    count += select(0.0, 1.0, history.slots[i] == token);
  }
  if (count == 0.0) {
    return raw;
  }
  let repeated = select(raw * settings.repetition, raw / settings.repetition, raw > 0.0);
  return repeated - (count * settings.frequency + settings.presence);
}

// Whether any of the last tokens is one of these.
fn was_seen(first: u32, end: u32) -> bool {
  var seen = false;
  for (var i = 0u; i < min(history.length, HISTORY); i++) {
    seen = seen || (history.slots[i] >= first && history.slots[i] < end);
  }
  return seen;
}

fn is_finite(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7f800000u) != 0x7f800000u;
}

fn merge(a: Chunk, b: Chunk) -> Chunk {
  var both = a;
  if (a.id == UNUSABLE || b.id == UNUSABLE) {
    both.id = UNUSABLE;
  } else if (b.highest > a.highest || (b.highest == a.highest && b.id < a.id)) {
    both.highest = b.highest;
    both.id = b.id;
  }
  both.raw_highest = max(a.raw_highest, b.raw_highest);
  both.raw_sum = a.raw_sum * exp(a.raw_highest - both.raw_highest) + b.raw_sum * exp(b.raw_highest - both.raw_highest);
  return both;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let chunk = (group.y * groups.x + group.x) * (WORKGROUP / LANES) + thread / LANES;
  let first = chunk * CHUNK + (thread % LANES) * EACH;
  let end = min(first + EACH, V);
  var summary = Chunk(LOWEST, FAR, MASKED, 0.0, 0u);
  let penalizes = settings.repetition != 1.0 || settings.frequency != 0.0 || settings.presence != 0.0;
  let changes = penalizes && was_seen(first, end);
  for (var token = first; token < end; token++) {
    let raw = logits[token];
    var logit = raw;
    if (changes) {
      logit = penalized(token, raw);
    }
    adjusted[token] = logit;
    if (!is_finite(logit)) {
      summary.id = UNUSABLE;
    }
    if (summary.id != UNUSABLE && (summary.id == FAR || logit > summary.highest)) {
      summary.highest = logit;
      summary.id = token;
    }
    summary.raw_highest = max(summary.raw_highest, raw);
  }
  for (var token = first; token < end; token++) {
    summary.raw_sum += exp(logits[token] - summary.raw_highest);
  }
  summaries[thread] = summary;
  for (var distance = LANES / 2u; distance > 0u; distance /= 2u) {
    workgroupBarrier();
    if (thread % LANES < distance) {
      summaries[thread] = merge(summaries[thread], summaries[thread + distance]);
    }
  }
  if (thread % LANES == 0u && chunk < CHUNKS) {
    chunks[chunk] = summaries[thread];
  }
}
