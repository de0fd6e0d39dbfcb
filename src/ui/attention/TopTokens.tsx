import { useId } from "react";
import { formatPercent } from "../../shared/units";
import type { RankedToken } from "../../store/headView";
import { useStrings } from "../strings/useStrings";
import { showToken } from "./headWords";

interface TopTokensProps {
  readonly title: string;
  readonly tokens: readonly RankedToken[];
  readonly texts: readonly { readonly text: string }[];
}

/** The largest weights, as bars with numbers. */
export function TopTokens({ title, tokens, texts }: TopTokensProps) {
  const { attention: words } = useStrings();
  const id = useId();
  return (
    <div className="top-tokens">
      <h3 id={id} className="subtitle">
        {title}
      </h3>
      {tokens.length === 0 ? (
        <p className="hint">{words.nobody}</p>
      ) : (
        <ol aria-labelledby={id}>
          {tokens.map(({ position, weight }) => (
            <li key={position}>
              <span className="top-token">{showToken(texts[position]?.text ?? words.image)}</span>
              <span className="top-place">{position}</span>
              <span className="top-bar" aria-hidden="true">
                <span style={{ inlineSize: `${weight * 100}%` }} />
              </span>
              <span className="number">{formatPercent(weight)}</span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
