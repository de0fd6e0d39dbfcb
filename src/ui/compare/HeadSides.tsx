import { memo, useEffect, useMemo, useState } from "react";
import { FIGURES } from "../../shared/attentionMap";
import type { ComparedHead, Contender, HeadDifference } from "../../shared/comparison";
import type { HeadId, TileAxis } from "../../shared/inspection";
import { type ErrorInfo, toErrorInfo } from "../../store/errorInfo";
import { useApp } from "../appContext";
import { tileAxis } from "../attention/matrixArea";
import { ErrorWords } from "../ErrorWords";
import { NumberHead } from "../panels/NumberHead";
import { useStrings } from "../strings/useStrings";
import { useContenderName } from "./contenderName";
import { formatSmall, formatStatistic } from "./formatStatistic";
import { HeadPictures, type PatternCell } from "./HeadPictures";
import { changeWords, figureValue, measureOf } from "./headMeasures";
import { namedToken } from "./shownToken";

interface HeadSidesProps {
  readonly contender: Contender;
  readonly head: HeadId;
  readonly difference: HeadDifference;
  /** Of the text's beginning. */
  readonly tokens: number;
}

const MOST_CELLS = 8;

/** One head's pattern in the reference and in the level, and what lies between them. */
export function HeadSides({ contender, head: { layer, head }, difference, tokens }: HeadSidesProps) {
  const strings = useStrings();
  const { attention, compare } = strings;
  const words = compare.heads;
  const nameOf = useContenderName();
  const read = useApp((state) => state.readComparedHead);
  const [found, setFound] = useState<ComparedHead | null>(null);
  const [error, setError] = useState<ErrorInfo | null>(null);
  const [under, setUnder] = useState<PatternCell | null>(null);
  const axis = useMemo(() => tileAxis(0, tokens, tokens), [tokens]);
  useEffect(() => {
    let isOld = false;
    read({ contender, head: { layer, head }, rows: axis, keys: axis }).then(
      (cells) => {
        if (isOld) return;
        setFound(cells);
        setError(null);
      },
      (reason: unknown) => {
        if (!isOld) setError(toErrorInfo(reason));
      },
    );
    return () => {
      isOld = true;
    };
  }, [read, contender, layer, head, axis]);
  return (
    <div className="head-sides">
      <h4 className="head-sides-title">{attention.cell(layer, head)}</h4>
      {error !== null && (
        <p role="alert" className="compare-error">
          <ErrorWords error={error} />
        </p>
      )}
      {found !== null && error === null && (
        <>
          <HeadPictures found={found} axis={axis} name={nameOf(contender)} onPoint={setUnder} />
          <p className="head-told" aria-hidden="true">
            {under === null ? words.point : <CellWords cell={under} found={found} axis={axis} />}
          </p>
          <MostChanged found={found} axis={axis} name={nameOf(contender)} />
        </>
      )}
      <div className="compare-scroll">
        <table className="table compare-table">
          <caption className="visually-hidden">{words.figures}</caption>
          <thead>
            <tr>
              <th scope="col">{words.measure}</th>
              <NumberHead>{compare.topOf.reference}</NumberHead>
              <NumberHead>{nameOf(contender)}</NumberHead>
              <NumberHead>{words.change}</NumberHead>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">{words.measures.variation}</th>
              <td />
              <td />
              <td className="number">{formatStatistic(percent(difference))}&nbsp;%</td>
            </tr>
            {FIGURES.map((figure) => (
              <tr key={figure}>
                <th scope="row">{words.measures[figure]}</th>
                <td className="number">{figureValue(difference.reference[figure], figure, strings)}</td>
                <td className="number">{figureValue(difference.level[figure], figure, strings)}</td>
                <td className="number">{changeWords(measureOf(difference, figure), figure, strings)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function percent({ variation: { value, error, n } }: HeadDifference): HeadDifference["variation"] {
  return { value: 100 * value, error: error === null ? null : 100 * error, n };
}

interface CellsProps {
  readonly found: ComparedHead;
  readonly axis: TileAxis;
}

function CellWords({ cell: { row, key }, found, axis }: CellsProps & { readonly cell: PatternCell }) {
  const strings = useStrings();
  const texts = useApp((state) => state.comparison?.tokens) ?? [];
  const at = row * axis.count + key;
  const [before, after] = [found.reference[at] as number, found.level[at] as number];
  const place = (cell: number): string =>
    `${namedToken(texts[axis.start + cell * axis.step])} (${axis.start + cell * axis.step})`;
  if (Number.isNaN(before)) return strings.attention.legendMasked;
  const { percent: inPercent } = strings.compare.heads.units;
  return (
    <>
      {place(row)} → {place(key)}: {inPercent(formatSmall(100 * before))} → {inPercent(formatSmall(100 * after))},{" "}
      {changeWords(after - before, "first", strings)}
    </>
  );
}

/** The same as the picture in words: where most of the weight went or came from. */
const MostChanged = memo(function MostChanged({ found, axis, name }: CellsProps & { readonly name: string }) {
  const strings = useStrings();
  const { compare } = strings;
  const words = compare.heads;
  const texts = useApp((state) => state.comparison?.tokens) ?? [];
  const { reference, level } = found;
  const change = (i: number): number => (level[i] as number) - (reference[i] as number);
  const most = Array.from(level.keys())
    .filter((i) => change(i) !== 0 && !Number.isNaN(level[i]))
    .sort((a, b) => Math.abs(change(b)) - Math.abs(change(a)))
    .slice(0, MOST_CELLS);
  const token = (cell: number): string => namedToken(texts[axis.start + cell * axis.step]);
  if (most.length === 0) return <p className="hint">{words.alike}</p>;
  return (
    <div className="compare-scroll">
      <table className="table compare-table">
        <caption>{words.mostChanged}</caption>
        <thead>
          <tr>
            <th scope="col">{words.from}</th>
            <th scope="col">{words.to}</th>
            <NumberHead>{compare.topOf.reference}</NumberHead>
            <NumberHead>{name}</NumberHead>
            <NumberHead>{words.change}</NumberHead>
          </tr>
        </thead>
        <tbody>
          {most.map((i) => (
            <tr key={i}>
              <td>
                <code>{token(Math.floor(i / axis.count))}</code>{" "}
                <span className="muted">{axis.start + Math.floor(i / axis.count) * axis.step}</span>
              </td>
              <td>
                <code>{token(i % axis.count)}</code>{" "}
                <span className="muted">{axis.start + (i % axis.count) * axis.step}</span>
              </td>
              <td className="number">{figureValue(reference[i] as number, "first", strings)}</td>
              <td className="number">{figureValue(level[i] as number, "first", strings)}</td>
              <td className="number">{changeWords(change(i), "first", strings)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
});
