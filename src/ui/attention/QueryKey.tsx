import { useEffect, useState } from "react";
import type { QueryKeyPair } from "../../shared/inspection";
import { formatNumber, formatPercent } from "../../shared/units";
import { topTokens } from "../../store/headView";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { showToken } from "./headWords";

/** The neuron view: how one score comes about, rotary pair by rotary pair. */
export function QueryKey() {
  const { attention: words } = useStrings();
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.pair}</summary>
      {isOpen && <Pair />}
    </details>
  );
}

function Pair() {
  const { attention: words } = useStrings();
  const view = useApp((state) => state.attention.view);
  const texts = useApp((state) => state.attention.texts);
  const readPair = useApp((state) => state.readAttentionPair);
  const [chosen, setChosen] = useState<number | null>(null);
  const [pair, setPair] = useState<{ readonly row: number; readonly key: number; readonly data: QueryKeyPair } | null>(
    null,
  );
  const [head] = view?.heads ?? [];
  const row = view?.position ?? 0;
  const key = Math.min(row, chosen ?? (view === null ? 0 : (topTokens(view.looksAt, 0, 1)[0]?.position ?? 0)));
  useEffect(() => {
    if (head === undefined) return;
    let isOld = false;
    void readPair(head, row, key).then((data) => {
      if (!isOld && data !== null) setPair({ row, key, data });
    });
    return () => {
      isOld = true;
    };
  }, [readPair, head, row, key]);
  if (view === null || pair === null) return null;
  const { query, key: keys, scale } = pair.data;
  const products = Array.from(query, (q, d) => q * (keys[d] as number));
  const sum = products.reduce((total, product) => total + product, 0);
  const largest = Math.max(...products.map(Math.abs), 1e-9);
  const word = (position: number): string => showToken(texts[position]?.text ?? words.image);
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
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <section className="head-table" tabIndex={0} aria-label={words.pair}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col" className="number">
                {words.pairDimensions}
              </th>
              <th scope="col" className="number">
                q
              </th>
              <th scope="col" className="number">
                k
              </th>
              <th scope="col" className="number">
                q · k
              </th>
              <td />
            </tr>
          </thead>
          <tbody>
            {products.map((product, d) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: dimensions are their places
              <tr key={d}>
                <td className="number">{d % 2 === 0 ? d / 2 : ""}</td>
                <td className="number">{formatNumber(query[d])}</td>
                <td className="number">{formatNumber(keys[d])}</td>
                <td className="number">{formatNumber(product)}</td>
                <td className="product-bar">
                  <span
                    data-sign={product < 0 ? "minus" : "plus"}
                    style={{ inlineSize: `${(Math.abs(product) / largest) * 50}%` }}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className="query-key-sum">
        {words.pairSum} {formatNumber(sum)} · {words.pairScale} {formatNumber(scale)} = {words.pairScore}{" "}
        {formatNumber(sum * scale)} → {words.pairWeight} {formatPercent(view.looksAt[key])}
      </p>
    </div>
  );
}
