/**
 * Numbers that arrive in parts, and their order statistics at any time. Kept as sorted runs of about doubling length, as
 * in a merge sort that waits: a number is moved O(log n) times in all, and a rank is found among O(log n) runs.
 */
export class SortedRuns {
  /** Each sorted, each more than twice as long as the next. */
  private readonly runs: Float64Array[] = [];
  private count = 0;

  get length(): number {
    return this.count;
  }

  add(values: ArrayLike<number>): void {
    if (values.length === 0) return;
    let run = Float64Array.from(values).sort();
    this.count += run.length;
    while (true) {
      const last = this.runs.at(-1);
      if (last === undefined || last.length > 2 * run.length) break;
      this.runs.pop();
      run = merge(last, run);
    }
    this.runs.push(run);
  }

  /** The number at this rank of all, from 0; NaN beyond them. */
  at(rank: number): number {
    let open = this.runs.map((run) => ({ run, from: 0, to: run.length }));
    let left = rank;
    while (true) {
      // What halves the widest range in which the number may lie.
      open = open.filter(({ from, to }) => from < to).sort((a, b) => b.to - b.from - (a.to - a.from));
      const [widest] = open;
      if (widest === undefined) return Number.NaN;
      const middle = (widest.from + widest.to) >> 1;
      const pivot = widest.run[middle] as number;
      const cuts = open.map((range) => (range === widest ? middle : lowerBound(range, pivot)));
      const before = open.reduce((sum, { from }, index) => sum + (cuts[index] as number) - from, 0);
      if (before === left) return pivot;
      for (const [index, range] of open.entries()) {
        const cut = cuts[index] as number;
        if (before > left) range.to = cut;
        else range.from = range === widest ? cut + 1 : cut;
      }
      if (before < left) left -= before + 1;
    }
  }

  /** Between the two nearest in proportion. @param share 0 to 1 */
  percentile(share: number): number {
    const place = share * (this.count - 1);
    const below = Math.floor(place);
    const low = this.at(below);
    const high = this.at(Math.min(below + 1, this.count - 1));
    return low + (high - low) * (place - below);
  }
}

/** First index of the range whose value is not below the pivot. */
function lowerBound({ run, from, to }: { run: Float64Array; from: number; to: number }, pivot: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((run[middle] as number) < pivot) low = middle + 1;
    else high = middle;
  }
  return low;
}

function merge(a: Float64Array, b: Float64Array): Float64Array<ArrayBuffer> {
  const out = new Float64Array(a.length + b.length);
  let [i, j] = [0, 0];
  for (let at = 0; at < out.length; at++) {
    const takesA = j >= b.length || (i < a.length && (a[i] as number) <= (b[j] as number));
    out[at] = (takesA ? a[i++] : b[j++]) as number;
  }
  return out;
}
