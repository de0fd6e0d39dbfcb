import type { CSSProperties } from "react";
import { useShallow } from "zustand/react/shallow";
import { formatCount, formatPercent } from "../../shared/units";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { contextUse } from "./contextUse";
import { useContextNext } from "./useContextNext";

/** Tokens of this chat, of those that fit, and what goes when they no longer do. */
const NOTHING = { used: null, capacity: null, share: 0 };

export function ContextGauge() {
  const { header } = useStrings();
  const use = useApp(useShallow(contextUse));
  const next = useContextNext();
  const { used, capacity, share } = use ?? NOTHING;
  const words = use === null ? header.contextUnknown : `${header.contextUsed(formatPercent(share))}. ${next}`;
  return (
    <div
      role="status"
      aria-live="off"
      aria-label={header.context}
      className="gauge"
      data-used={used ?? undefined}
      data-capacity={capacity ?? undefined}
      title={words}
    >
      <span className="gauge-bar" data-high={share >= 0.9}>
        <span style={{ inlineSize: `${share * 100}%` }} />
      </span>
      <span className="gauge-text" style={{ "--full": `${2 * formatCount(capacity).length + 3}ch` } as CSSProperties}>
        {formatCount(used)} / {formatCount(capacity)}
      </span>
      <span className="visually-hidden">{words}</span>
    </div>
  );
}
