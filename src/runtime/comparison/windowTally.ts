/** How far a contender is: windows go through a scorer one by one, and each is told. */
import type { Contender } from "../../shared/comparison";
import { LEAST_TOKENS, shareError } from "../../shared/comparisonStatistics";
import type { ComparisonSetting } from "./comparisonSetting";
import type { PairScorer } from "./pairScorer";
import type { TextWindow, WindowPlan } from "./textWindows";

export class WindowTally {
  private same = 0;
  scored = 0;
  elapsedMs = 0;

  /**
   * @param ofTokens where it ends
   * @param until or before, once the share of equal most likely tokens is known with this standard error
   */
  constructor(
    readonly contender: Contender,
    private readonly ofTokens: number,
    private readonly until: number | null,
  ) {}

  get isOver(): boolean {
    const { scored, same, until } = this;
    return scored >= this.ofTokens || (until !== null && scored >= LEAST_TOKENS && shareError(same, scored) <= until);
  }

  /** Goes on with these windows until it is over or was stopped. @throws NonFiniteLogitsError, DeviceLostError */
  async score(
    scorer: PairScorer,
    windows: readonly TextWindow[],
    plan: WindowPlan,
    { onEvent, now, signal, passed }: ComparisonSetting,
  ): Promise<void> {
    const { contender, ofTokens } = this;
    for (const window of windows) {
      if (this.isOver) return;
      await passed();
      if (signal.aborted) return;
      const started = now();
      const scores = await scorer.score(window, plan.firstScored);
      this.elapsedMs += now() - started;
      this.scored += scores.kld.length;
      this.same += scores.topReference.filter((id, i) => id === scores.topLevel[i]).length;
      onEvent({ kind: "scores", contender, scores, scored: this.scored, ofTokens });
    }
  }
}
