import type { TokenText } from "../../shared/nextToken";
import { formatNumber, formatProbability } from "../../shared/units";
import type { AblatedAnswer, Effect } from "../../store/ablationSlice";
import { useApp } from "../appContext";
import { ErrorWords } from "../ErrorWords";
import { NumberHead } from "../panels/NumberHead";
import { useStrings } from "../strings/useStrings";
import { ablationFigure } from "./export/ablationFigure";
import { ExportMenu } from "./export/ExportMenu";
import { showToken } from "./headWords";
import { useFigureWords } from "./useFigureWords";
import { usePalette } from "./usePalette";

/** Both answers, the first difference marked, and what the factors change about single next tokens. */
export function AblatedAnswers({ ablation }: { ablation: AblatedAnswer }) {
  const { attention: words } = useStrings();
  const { state, before, after, from, firstDifference, effects, error } = ablation;
  const palette = usePalette();
  const figureWords = useFigureWords();
  const factorWords = ablation.factors
    .map(({ layer, head, factor }) => `${words.cell(layer, head)} × ${formatNumber(factor)}`)
    .join(", ");
  return (
    <>
      <p role="status" className="ablation-verdict" data-first-difference={firstDifference ?? undefined}>
        {state === "running" && words.regenerating}
        {state === "error" && error !== null && <ErrorWords error={error} />}
        {state !== "running" && state !== "error" && firstDifference === null && words.sameAnswer}
        {state !== "running" && firstDifference !== null && words.firstDifference(String(firstDifference))}
      </p>
      <div className="ablation-answers">
        <AnswerTokens title={words.before} tokens={before} from={from} mark={firstDifference} />
        <AnswerTokens title={words.after} tokens={after} from={from} mark={firstDifference} />
      </div>
      {effects.map((effect) => (
        <EffectTable key={effect.at} effect={effect} />
      ))}
      {state !== "running" && state !== "error" && (
        <ExportMenu
          name={words.ablationName}
          label={words.save(words.ablationName)}
          make={async () =>
            ablationFigure({
              ...figureWords(words.ablationName, null, factorWords),
              ablation,
              names: { token: words.token, before: words.before, after: words.after },
              palette,
            })
          }
        />
      )}
    </>
  );
}

interface AnswerTokensProps {
  readonly title: string;
  readonly tokens: readonly TokenText[];
  /** Tokens that were kept. */
  readonly from: number;
  readonly mark: number | null;
}

function AnswerTokens({ title, tokens, from, mark }: AnswerTokensProps) {
  return (
    <figure className="ablation-answer" aria-label={title}>
      <figcaption className="subtitle">{title}</figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <section dir="auto" aria-label={title} tabIndex={0}>
        {tokens.map((token, index) =>
          index === mark ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: places are what tokens are here
            <mark key={index}>{showToken(token.text)}</mark>
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <span key={index} className={index < from ? "muted" : undefined}>
              {token.text}
            </span>
          ),
        )}
      </section>
    </figure>
  );
}

/** One next token: what was likely with all heads as they are, and what is under the factors. */
function EffectTable({ effect: { at, report } }: { effect: Effect }) {
  const { attention: words } = useStrings();
  const text = useApp((state) => state.attention.texts[report.position]?.text);
  const token = showToken(text ?? "");
  const title = at === "pinned" ? words.effectAtPin(token, report.position) : words.effectAtDifference;
  const change = (share: number): string =>
    `${share < 0 ? "−" : "+"}${formatNumber(Math.abs(share) * 100)} ${words.points}`;
  return (
    <>
      <h3 className="subtitle">{title}</h3>
      <table className="table effect-table" aria-label={title}>
        <thead>
          <tr>
            <th scope="col">{words.token}</th>
            <NumberHead>{words.before}</NumberHead>
            <NumberHead>{words.after}</NumberHead>
            <NumberHead>{words.change}</NumberHead>
          </tr>
        </thead>
        <tbody>
          {report.tokens.map(({ token: next, before, after }) => (
            <tr key={next.id}>
              <td className="mono">{showToken(next.text)}</td>
              <td className="number">{formatProbability(before)}</td>
              <td className="number">{formatProbability(after)}</td>
              <td className="number">{change(after - before)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="hint">
        {words.effectKld(
          formatNumber(report.kld),
          formatNumber(report.entropyBits.before),
          formatNumber(report.entropyBits.after),
        )}
      </p>
    </>
  );
}
