import { formatCount, formatPercent } from "../../shared/units";
import { useApp } from "../appContext";

/** Tokens of this conversation in the cache, of those that fit. */
export function ContextGauge() {
  const capacity = useApp((state) => state.session?.capacity ?? null);
  const length = useApp((state) => (state.turns.length === 0 ? 0 : state.cacheLength));
  if (capacity === null || length === null) return null;
  const share = Math.min(1, length / capacity);
  return (
    <div
      role="status"
      aria-live="off"
      aria-label="Context"
      className="gauge"
      data-used={length}
      data-capacity={capacity}
    >
      <span className="gauge-bar" data-high={share >= 0.9}>
        <span style={{ inlineSize: `${share * 100}%` }} />
      </span>
      <span className="gauge-text" title={`${formatPercent(share)} of the context is used`}>
        {formatCount(length)} / {formatCount(capacity)}
      </span>
    </div>
  );
}
