// 256 bins of 64-bit sums, and the walk through them until enough is covered: one digit of a radix selection.
const BINS: u32 = 256u;
// More than any share: `need` says what is wanted.
const WHOLE: f32 = 2.0;

var<workgroup> bin_low: array<atomic<u32>, BINS>;
var<workgroup> bin_high: array<atomic<u32>, BINS>;
var<workgroup> group_low: array<u32, 16>;
var<workgroup> group_high: array<u32, 16>;
var<workgroup> prefix: u32;
var<workgroup> need: Wide;
var<workgroup> chosen: Wide;

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

// A share of what the sixteen sums hold, at least the smallest mass there is.
fn share_of_sums(share: f32) -> Wide {
  var total = Wide(0u, 0u);
  for (var i = 0u; i < 16u; i++) {
    total = wide_add(total, Wide(group_high[i], group_low[i]));
  }
  let target_mass = share * wide_float(total);
  let high = floor(target_mass / 4294967296.0);
  var wanted = Wide(u32(high), u32(clamp(target_mass - high * 4294967296.0, 0.0, 4294967040.0)));
  if (wanted.high == 0u && wanted.low == 0u) {
    wanted.low = 1u;
  }
  if (!wide_at_least(total, wanted)) {
    wanted = total;
  }
  return wanted;
}

// Walks bins in order until `need` is covered (a share of all bins where `share` is at most 1): returns the bin, leaves
// in `need` what it must give and in `chosen` what it holds. Sixteen sums of sixteen bins shorten the walk. Every thread
// must call it.
fn walk_bins(thread: u32, descending: bool, share: f32) -> u32 {
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
    if (share <= 1.0) {
      need = share_of_sums(share);
    }
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
