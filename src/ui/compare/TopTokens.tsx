import { useEffect, useMemo } from "react";
import { COMPARED_TOP, type TokenScores } from "../../shared/comparison";
import { formatPercent } from "../../shared/units";
import type { ComparisonRun } from "../../store/compareSlice";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { namedToken } from "./shownToken";

const NO_ID = 0xffffffff;

interface Likely {
  readonly id: number;
  readonly p: number;
  readonly q: number;
}

/** Both lists as one: by the reference's probability, most likely first. */
function likelyAt(scores: TokenScores, index: number): Likely[] {
  const size = 2 * COMPARED_TOP * 3;
  const words = scores.tops.subarray(index * size, (index + 1) * size);
  const floats = new Float32Array(words.slice().buffer);
  const found = new Map<number, Likely>();
  for (let i = 0; i < words.length; i += 3) {
    const id = words[i] as number;
    if (id !== NO_ID) found.set(id, { id, p: Math.exp(floats[i + 1] as number), q: Math.exp(floats[i + 2] as number) });
  }
  return [...found.values()].sort((a, b) => b.p - a.p).slice(0, COMPARED_TOP + 2);
}

/** What each of the two held for likely at one token, mirrored. */
export function TopTokens({ run, scores, index }: { run: ComparisonRun; scores: TokenScores; index: number }) {
  const { compare } = useStrings();
  const texts = useApp((state) => state.comparedTexts);
  const loadTexts = useApp((state) => state.loadComparedTexts);
  const likely = useMemo(() => likelyAt(scores, index), [scores, index]);
  useEffect(() => void loadTexts(likely.map(({ id }) => id)), [likely, loadTexts]);
  const actual = run.tokens[scores.places[index] as number]?.id;
  return (
    <table className="compare-top">
      <caption className="subtitle">{compare.top}</caption>
      <thead>
        <tr>
          <th scope="col">{compare.topOf.reference}</th>
          <td />
          <th scope="col">{compare.topOf.level}</th>
        </tr>
      </thead>
      <tbody>
        {likely.map(({ id, p, q }) => (
          <tr key={id} data-actual={id === actual || undefined}>
            <td className="compare-p">
              <span className="number">{formatPercent(p)}</span>
              <span className="compare-top-bar" style={{ inlineSize: `${p * 60}%` }} aria-hidden="true" />
            </td>
            <th scope="row">
              <code>{namedToken(texts.get(id) ?? { id, text: "", part: 0, bytes: null, isSpecial: false })}</code>
              {id === actual && <span className="visually-hidden"> ({compare.actual})</span>}
            </th>
            <td className="compare-q">
              <span className="compare-top-bar" style={{ inlineSize: `${q * 60}%` }} aria-hidden="true" />
              <span className="number">{formatPercent(q)}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
