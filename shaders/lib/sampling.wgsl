// Settings of the sampler, and the noise of its draw.
struct Settings {
  temperature: f32,
  top_k: u32,
  top_p: f32,
  min_p: f32,
  repetition: f32,
  frequency: f32,
  presence: f32,
  seed: u32,
  greedy: u32,
  // 1: write MASKED over the logits of tokens that did not survive, for whoever looks.
  mark_dropped: u32,
}

// Tokens seen, prompt included: token at position p in slot p % WINDOW.
struct History {
  // Tokens seen so far.
  length: u32,
  slots: array<u32, 64>,
}

const HISTORY: u32 = 64u;

// Finalizer of MurmurHash3: every input bit reaches every output bit.
fn mix_bits(value: u32) -> u32 {
  var h = value;
  h = (h ^ (h >> 16u)) * 0x85ebca6bu;
  h = (h ^ (h >> 13u)) * 0xc2b2ae35u;
  return h ^ (h >> 16u);
}

fn noise_bits(seed: u32, position: u32, token: u32) -> u32 {
  return mix_bits(mix_bits(mix_bits(seed ^ 0x9e3779b9u) ^ position) ^ (token * 0x9e3779b1u));
}

// -log(-log(u)) with u uniform in (0, 1) from 32 bits. Written with v = 1 - u near both ends, because f32 cannot
// hold u close to 1.
fn gumbel(bits: u32) -> f32 {
  let v = (f32(bits) + 0.5) * 0x1p-32;
  let w = (f32(~bits) + 0.5) * 0x1p-32;
  let exponential = select(-log(w), v * (1.0 + v * (0.5 + v * (0.33333334 + v * 0.25))), v < 0.01);
  return -log(exponential);
}
