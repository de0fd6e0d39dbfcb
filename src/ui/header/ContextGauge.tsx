import { useShallow } from "zustand/react/shallow";
import { formatCount, formatPercent } from "../../shared/units";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { contextUse } from "./contextUse";
import { useContextNext } from "./useContextNext";

/** Tokens of this chat, of those that fit, and what goes when they no longer do. */
export function ContextGauge() {
  const { header } = useStrings();
  const use = useApp(useShallow(contextUse));
  const next = useContextNext();
  if (use === null) return null;
  const { used, capacity, share } = use;
  return (
    <div
      role="status"
      aria-live="off"
      aria-label={header.context}
      className="gauge"
      data-used={used}
      data-capacity={capacity}
      title={`${header.contextUsed(formatPercent(share))}. ${next}`}
    >
      <span className="gauge-bar" data-high={share >= 0.9}>
        <span style={{ inlineSize: `${share * 100}%` }} />
      </span>
      <span className="gauge-text">
        {formatCount(used)} / {formatCount(capacity)}
      </span>
      <span className="visually-hidden">{next}</span>
    </div>
  );
}
