// The likeliest token of a row of logits, and how its long sums are taken.
struct Best {
  value: f32,
  id: u32,
}

// Terms summed before they join the total: a long sum of small terms loses less.
const RUN: u32 = 64u;
const LOWEST: f32 = -3.4028234e38;

// Higher, or as high with a lower id.
fn is_better(value: f32, id: u32, than: Best) -> bool {
  return value > than.value || (value == than.value && id < than.id);
}
