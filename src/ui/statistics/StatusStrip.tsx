import { KV_BYTES, kvLayersOf } from "../../shared/memory";
import { DASH, formatBytes, formatDuration, formatTokenRate, formatTokens } from "../../shared/units";
import { useApp } from "../appContext";
import { cacheFormula } from "../kvCache/cacheFormula";
import { useStrings } from "../strings/useStrings";
import { decodeRate } from "./answerNumbers";

/** One line under the chat: how the newest answer came about, and what the cache takes. Numbers are attributes, too. */
export function StatusStrip() {
  return (
    <div className="status-strip">
      <GenerationStatistics />
      <KvCacheStatus />
    </div>
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
  const parts =
    stats === undefined
      ? [`${words.newest} ${DASH}`]
      : [
          ...(stats.generatedTokens > 0 ? [formatTokenRate(rate)] : []),
          formatTokens(stats.generatedTokens),
          // Without a token there was no first one.
          ...(stats.generatedTokens > 0 ? [turn.firstToken(formatDuration(stats.firstTokenMs))] : []),
          ...(endReason === null ? [] : [turn.ends[endReason]]),
        ];
  return (
    <div
      role="status"
      aria-live="off"
      aria-label={words.name}
      title={parts.join(" · ")}
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
      {parts.map((part, index) => (
        <span key={part}>{index === 0 ? part : ` · ${part}`}</span>
      ))}
    </div>
  );
}

function KvCacheStatus() {
  const { statistics: words, kvCache } = useStrings();
  const session = useApp((state) => state.session);
  const length = useApp((state) => state.cacheLength);
  const spec = useApp((state) => state.model?.report.spec ?? null);
  const usedBytes = session === null || length === null ? null : session.bytesPerToken * length;
  return (
    <div
      role="status"
      aria-live="off"
      aria-label={words.cache}
      title={
        session === null || spec === null
          ? undefined
          : cacheFormula(kvCache, kvLayersOf(spec), KV_BYTES[session.kvPrecision], session.capacity)
      }
      data-length={length ?? undefined}
      data-capacity={session?.capacity}
      data-bytes={session?.cacheBytes}
      data-bytes-used={usedBytes ?? undefined}
      data-bytes-per-token={session?.bytesPerToken}
      data-precision={session?.kvPrecision}
    >
      {words.cache} {session === null ? DASH : words.bytesOf(formatBytes(usedBytes), formatBytes(session.cacheBytes))}
    </div>
  );
}
