import { useId, useState } from "react";
import type { TokenScores } from "../../shared/comparison";
import type { TokenText } from "../../shared/nextToken";
import { formatCount } from "../../shared/units";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { formatSmall } from "./formatStatistic";
import { namedToken } from "./shownToken";
import { isFlip } from "./TokenStrip";

const MOST = 100;
const CONTEXT = 6;

interface FlipsProps {
  readonly tokens: readonly TokenText[];
  readonly scores: TokenScores;
  readonly onSelect: (index: number) => void;
}

/** Where the two models would go on differently. */
export function Flips({ tokens, scores, onSelect }: FlipsProps) {
  const { compare } = useStrings();
  const id = useId();
  const texts = useApp((state) => state.comparedTexts);
  const [order, setOrder] = useState<"place" | "kld">("place");
  const flips = [...scores.places.keys()].filter((index) => isFlip(scores, index));
  if (order === "kld") flips.sort((a, b) => (scores.kld[b] as number) - (scores.kld[a] as number));
  const name = (token: number | undefined): string =>
    namedToken(texts.get(token ?? -1) ?? { id: token ?? -1, text: "", part: 0, bytes: null, isSpecial: false });
  return (
    <>
      <div className="compare-strip-head">
        <h3 id={id} className="subtitle">
          {compare.flips}
        </h3>
        <select
          aria-label={compare.order}
          value={order}
          onChange={(event) => setOrder(event.target.value === "kld" ? "kld" : "place")}
        >
          <option value="place">{compare.orders.place}</option>
          <option value="kld">{compare.orders.kld}</option>
        </select>
      </div>
      <p className="hint">{flips.length === 0 ? compare.noFlips : compare.flipsHint}</p>
      <ol className="compare-flips" aria-label={compare.flips}>
        {flips.slice(0, MOST).map((index) => (
          <li key={index}>
            <button type="button" className="compare-flip" onClick={() => onSelect(index)}>
              <span className="compare-before">{before(tokens, scores.places[index] as number)}</span>
              <span>{compare.instead(name(scores.topReference[index]), name(scores.topLevel[index]))}</span>
              <span className="number">{formatSmall(scores.kld[index] as number)}</span>
            </button>
          </li>
        ))}
      </ol>
      {flips.length > MOST && <p className="hint">{compare.more(formatCount(flips.length - MOST))}</p>}
    </>
  );
}

function before(tokens: readonly TokenText[], place: number): string {
  return `…${tokens
    .slice(Math.max(0, place - CONTEXT), place)
    .map((token) => token.text)
    .join("")
    .replaceAll("\n", "↵")}`;
}
