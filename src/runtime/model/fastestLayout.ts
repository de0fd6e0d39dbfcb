/** Which of several layouts of a kernel is fastest on this device, in words too. */
import { BARRIER_FREE, type Layout } from "../kernels/variants";

export interface TunedLayout {
  readonly layout: Layout;
  /** For people: how it was chosen. */
  readonly reason: string;
}

/** @param time milliseconds that a layout takes */
export async function fastestLayout(
  candidates: readonly Layout[],
  time: (layout: Layout) => Promise<number>,
): Promise<TunedLayout> {
  const timed: { layout: Layout; ms: number }[] = [];
  for (const layout of candidates) timed.push({ layout, ms: await time(layout) });
  timed.sort((a, b) => a.ms - b.ms);
  const [best, second] = timed;
  if (best === undefined) return { layout: BARRIER_FREE, reason: "nothing to choose from" };
  const against = second === undefined ? "" : `, next ${describe(second.layout)} ${(second.ms / best.ms).toFixed(2)} x`;
  return { layout: best.layout, reason: `fastest of ${timed.length} timed at load${against}` };
}

export function describe({ variant, workgroup, lanes }: Layout): string {
  return variant === "barrier_free" ? "barrier-free" : `${variant}, ${lanes} threads a row, ${workgroup} a group`;
}
