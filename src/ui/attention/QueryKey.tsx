import { useEffect, useState } from "react";
import type { HeadId, QueryKeyPair } from "../../shared/inspection";
import { formatNumber, formatPercent, formatProbability } from "../../shared/units";
import { topTokens } from "../../store/headView";
import { useApp } from "../appContext";
import { NumberHead } from "../panels/NumberHead";
import { useStrings } from "../strings/useStrings";
import { ExportMenu } from "./export/ExportMenu";
import { pairFigure } from "./export/pairFigure";
import { showToken } from "./headWords";
import { PairTable } from "./PairTable";
import { softmaxRow } from "./softmaxRow";
import { useFigureWords } from "./useFigureWords";
import { usePalette } from "./usePalette";

/** Keys of the softmax row that are named. */
const TOP = 6;

/** The neuron view: how one score comes about, rotary pair by rotary pair, and what the softmax makes of the row. */
export function QueryKey({ name }: { name: string }) {
  const { attention: words } = useStrings();
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.pair}</summary>
      {isOpen && <Pair name={name} />}
    </details>
  );
}

interface ReadPair {
  readonly row: number;
  readonly key: number;
  readonly data: QueryKeyPair;
  /** [row + 1] of all keys; NaN: masked */
  readonly scores: Float32Array;
}

function usePair(head: HeadId | undefined, row: number, key: number): ReadPair | null {
  const readPair = useApp((state) => state.readAttentionPair);
  const readTile = useApp((state) => state.readAttentionTile);
  const [pair, setPair] = useState<ReadPair | null>(null);
  useEffect(() => {
    if (head === undefined) return;
    let isOld = false;
    const rows = { start: row, step: 1, count: 1 };
    const keys = { start: 0, step: 1, count: row + 1 };
    void Promise.all([readPair(head, row, key), readTile({ heads: [head], rows, keys, values: "scores" })]).then(
      ([data, tile]) => {
        if (!isOld && data !== null && tile !== null) setPair({ row, key, data, scores: tile.cells });
      },
    );
    return () => {
      isOld = true;
    };
  }, [readPair, readTile, head, row, key]);
  return pair;
}

function Pair({ name }: { name: string }) {
  const { attention: words } = useStrings();
  const view = useApp((state) => state.attention.view);
  const texts = useApp((state) => state.attention.texts);
  const palette = usePalette();
  const figureWords = useFigureWords();
  const [chosen, setChosen] = useState<number | null>(null);
  const [head] = view?.heads ?? [];
  const row = view?.position ?? 0;
  const key = Math.min(row, chosen ?? (view === null ? 0 : (topTokens(view.looksAt, 0, 1)[0]?.position ?? 0)));
  const pair = usePair(head, row, key);
  const rotaryDim = useApp(({ model }) => {
    const position = model?.report.spec.blocks[head?.layer ?? 0]?.position;
    return position?.kind === "rope" ? position.rotaryDim : 0;
  });
  if (view === null || pair === null || pair.scores.length !== pair.row + 1) return null;
  const { query, key: keys, scale } = pair.data;
  const sum = query.reduce((total, q, d) => total + q * (keys[d] as number), 0);
  const weights = softmaxRow(pair.scores);
  const word = (position: number): string => showToken(texts[position]?.text ?? words.image);
  const named = topTokens(weights, 0, TOP);
  const title = `${words.pair}, ${name}: ${word(pair.row)} (${pair.row}), ${word(pair.key)} (${pair.key})`;
  const equation = `${words.pairSum} ${formatNumber(sum)} · ${words.pairScale} ${formatNumber(scale)} = ${words.pairScore} ${formatNumber(sum * scale)} → ${words.pairWeight} ${formatPercent(weights[pair.key])}`;
  return (
    <div className="query-key">
      <p className="hint">{words.pairHint}</p>
      <label className="attention-choice">
        <span>{words.looksAt(word(row))}</span>
        <select value={key} onChange={(event) => setChosen(Number(event.target.value))}>
          {Array.from({ length: row + 1 }, (_, position) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: places are what tokens are here
            <option key={position} value={position}>
              {position} {word(position)}
            </option>
          ))}
        </select>
      </label>
      <PairTable pair={pair.data} rotaryDim={rotaryDim} />
      <p className="query-key-sum">{equation}</p>
      <h3 className="subtitle">{words.softmaxRow}</h3>
      <table className="table effect-table" aria-label={words.softmaxRow}>
        <thead>
          <tr>
            <th scope="col">{words.position}</th>
            <th scope="col">{words.token}</th>
            <NumberHead>{words.pairScore}</NumberHead>
            <NumberHead>{words.weight}</NumberHead>
          </tr>
        </thead>
        <tbody>
          {named.map(({ position, weight }) => (
            <tr key={position} aria-current={position === pair.key || undefined}>
              <td>{position}</td>
              <td className="mono">{word(position)}</td>
              <td className="number">{formatNumber(pair.scores[position])}</td>
              <td className="number">{formatProbability(weight)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="hint">{words.softmaxRest(pair.row + 1 - named.length)}</p>
      <ExportMenu
        name={`${words.pair} ${name}`}
        label={words.save(words.pair)}
        make={async () =>
          pairFigure({
            title,
            settings: `${figureWords(name, null).title}. ${equation}`,
            pair: pair.data,
            palette,
          })
        }
      />
    </div>
  );
}
