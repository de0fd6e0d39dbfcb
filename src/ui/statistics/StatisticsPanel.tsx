import { DASH, formatCount, formatDuration, formatTokenRate, formatTokens } from "../../shared/units";
import { useApp } from "../appContext";
import { Facts } from "../panels/Facts";
import { Panel } from "../panels/Panel";
import type { Strings } from "../strings/en";
import { useStrings } from "../strings/useStrings";
import { decodeRate, prefillRate } from "./answerNumbers";
import { KvCacheStatus } from "./KvCacheStatus";

export function StatisticsPanel() {
  const { statistics } = useStrings();
  return (
    <Panel title={statistics.panel}>
      <h3 className="subtitle">{statistics.newest}</h3>
      <GenerationStatistics />
      <h3 className="subtitle">{statistics.cache}</h3>
      <KvCacheStatus />
    </Panel>
  );
}

/** Times as attributes, to a microsecond. */
function attribute(value: number | null | undefined): string | undefined {
  return typeof value === "number" && Number.isFinite(value) ? String(Number(value.toFixed(3))) : undefined;
}

function GenerationStatistics() {
  const { statistics: words, turn } = useStrings();
  const answer = useApp((state) => state.statistics);
  const stats = answer?.stats;
  const rate = stats === undefined ? null : decodeRate(stats);
  const endReason = answer?.endReason ?? null;
  return (
    <div
      role="status"
      aria-live="off"
      aria-label={words.name}
      data-prompt-tokens={attribute(stats?.promptTokens)}
      data-cached-tokens={attribute(stats?.cachedTokens)}
      data-generated-tokens={attribute(stats?.generatedTokens)}
      data-prefill-ms={attribute(stats?.prefillMs)}
      data-decode-ms={attribute(stats?.decodeMs)}
      data-first-token-ms={attribute(stats?.firstTokenMs)}
      data-tokens-per-second={attribute(rate)}
      data-end-reason={endReason ?? undefined}
      data-seed={attribute(answer?.seed)}
    >
      <Facts
        facts={[
          [
            words.decode,
            <Measured key="decode" main={formatTokenRate(rate)} detail={formatDuration(stats?.decodeMs)} />,
          ],
          [
            words.prefill,
            <Measured
              key="prefill"
              main={formatTokenRate(stats === undefined ? null : prefillRate(stats))}
              detail={formatDuration(stats?.prefillMs)}
            />,
          ],
          [words.firstToken, formatDuration(stats?.firstTokenMs)],
          [words.generated, formatTokens(stats?.generatedTokens)],
          [words.prompt, stats === undefined ? DASH : promptText(words, stats.promptTokens, stats.cachedTokens)],
          [words.ended, endReason === null ? DASH : turn.ends[endReason]],
          [words.seed, answer?.seed === null || answer === null ? DASH : String(answer.seed)],
        ]}
      />
    </div>
  );
}

function promptText(words: Strings["statistics"], promptTokens: number, cachedTokens: number): string {
  return words.promptText(formatTokens(promptTokens), formatCount(cachedTokens));
}

function Measured({ main, detail }: { main: string; detail: string }) {
  const { statistics } = useStrings();
  if (main === DASH && detail === DASH) return DASH;
  return (
    <>
      {main} <span className="muted">{statistics.in(detail)}</span>
    </>
  );
}
