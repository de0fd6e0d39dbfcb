import type { QueryKeyPair } from "../../shared/inspection";
import { formatNumber } from "../../shared/units";
import { NumberHead } from "../panels/NumberHead";
import { useStrings } from "../strings/useStrings";

interface PairTableProps {
  readonly pair: QueryKeyPair;
  /** Dimensions that are turned in pairs, the first ones; 0: none. */
  readonly rotaryDim: number;
}

/** Query, key and their product by dimension; dimensions that are turned together stand together. */
export function PairTable({ pair: { query, key }, rotaryDim }: PairTableProps) {
  const { attention: words } = useStrings();
  const products = Array.from(query, (q, d) => q * (key[d] as number));
  const largest = Math.max(...products.map(Math.abs), 1e-9);
  const isPaired = (d: number): boolean => d < rotaryDim;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <section className="head-table" tabIndex={0} aria-label={words.pair}>
      <table className="table">
        <thead>
          <tr>
            <NumberHead>{rotaryDim > 0 ? words.pairDimensions : words.pairDimension}</NumberHead>
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
            {rotaryDim > 0 && <NumberHead>{words.pairOfTwo}</NumberHead>}
          </tr>
        </thead>
        <tbody>
          {products.map((product, d) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: dimensions are their places
            <tr key={d}>
              {isPaired(d) && d % 2 === 0 && (
                <th scope="rowgroup" className="number" rowSpan={2}>
                  {d / 2}
                </th>
              )}
              {!isPaired(d) && (
                <th scope="row" className="number">
                  {d}
                </th>
              )}
              <td className="number">{formatNumber(query[d])}</td>
              <td className="number">{formatNumber(key[d])}</td>
              <td className="number">{formatNumber(product)}</td>
              <td className="product-bar">
                <span
                  data-sign={product < 0 ? "minus" : "plus"}
                  style={{ inlineSize: `${(Math.abs(product) / largest) * 50}%` }}
                />
              </td>
              {isPaired(d) && d % 2 === 0 && (
                <td className="number" rowSpan={2}>
                  {formatNumber(product + (products[d + 1] as number))}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
