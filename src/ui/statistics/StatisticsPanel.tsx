import { DASH, formatCount, formatDuration, formatTokenRate, formatTokens } from "../../shared/units";
import { useApp } from "../appContext";
import { Facts } from "../panels/Facts";
import { Panel } from "../panels/Panel";
import { decodeRate, END_REASONS, prefillRate } from "./answerNumbers";
import { KvCacheStatus } from "./KvCacheStatus";

export function StatisticsPanel() {
  return (
    <Panel title="Statistics">
      <h3 className="subtitle">Newest answer</h3>
      <GenerationStatistics />
      <h3 className="subtitle">KV cache</h3>
      <KvCacheStatus />
    </Panel>
  );
}

/** Times as attributes, to a microsecond. */
function attribute(value: number | null | undefined): string | undefined {
  return typeof value === "number" && Number.isFinite(value) ? String(Number(value.toFixed(3))) : undefined;
}

function GenerationStatistics() {
  const answer = useApp((state) => state.statistics);
  const stats = answer?.stats;
  const rate = stats === undefined ? null : decodeRate(stats);
  const endReason = answer?.endReason ?? null;
  return (
    <div
      role="status"
      aria-live="off"
      aria-label="Generation statistics"
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
          ["Decode", <Measured key="decode" main={formatTokenRate(rate)} detail={formatDuration(stats?.decodeMs)} />],
          [
            "Prefill",
            <Measured
              key="prefill"
              main={formatTokenRate(stats === undefined ? null : prefillRate(stats))}
              detail={formatDuration(stats?.prefillMs)}
            />,
          ],
          ["First token", formatDuration(stats?.firstTokenMs)],
          ["Generated", formatTokens(stats?.generatedTokens)],
          ["Prompt", stats === undefined ? DASH : promptText(stats.promptTokens, stats.cachedTokens)],
          ["Ended", endReason === null ? DASH : END_REASONS[endReason]],
          ["Seed", answer?.seed === null || answer === null ? DASH : String(answer.seed)],
        ]}
      />
    </div>
  );
}

function promptText(promptTokens: number, cachedTokens: number): string {
  return `${formatTokens(promptTokens)}, ${formatCount(cachedTokens)} of them cached`;
}

function Measured({ main, detail }: { main: string; detail: string }) {
  if (main === DASH && detail === DASH) return DASH;
  return (
    <>
      {main} <span className="muted">in {detail}</span>
    </>
  );
}
