// The vocabulary in chunks: what the sampler knows of each without looking at its tokens again.
struct Chunk {
  // Highest logit after penalties, and the lowest token that has it.
  highest: f32,
  // UNUSABLE when some logit of the chunk is not finite.
  id: u32,
  // Raw logits: the highest, and the sum of exp(logit - highest).
  raw_highest: f32,
  raw_sum: f32,
  // A list of chunks, in no order: entry i is kept in chunk i.
  listed: u32,
}

const CHUNK: u32 = 64u;
const CHUNKS: u32 = (V + CHUNK - 1u) / CHUNK;
const UNUSABLE: u32 = 0xfffffffeu;
// No token.
const FAR: u32 = 0xffffffffu;
const LOWEST: f32 = -0x1.fffffep+127;
