/** How one score comes about: products of a query and a key by dimension. */
import type { QueryKeyPair } from "../../../shared/inspection";
import { formatNumber } from "../../../shared/units";
import type { Palette } from "../colorScale";
import type { Figure } from "./figure";
import { svgRect, svgText } from "./svg";

const [LINE, MIDDLE, HALF] = [14, 300, 140];

interface PairFigureRequest {
  readonly title: string;
  readonly settings: string;
  readonly pair: QueryKeyPair;
  readonly palette: Palette;
}

export function pairFigure({ title, settings, pair, palette }: PairFigureRequest): Figure {
  const { query, key, scale } = pair;
  const products = Array.from(query, (q, d) => q * (key[d] as number));
  const largest = Math.max(...products.map(Math.abs), 1e-9);
  const rows = products.map((product, d) => {
    const y = (d + 1) * LINE;
    const length = (Math.abs(product) / largest) * HALF;
    return [
      svgText(0, y + 10, 11, `${d}`),
      svgText(32, y + 10, 11, formatNumber(query[d])),
      svgText(80, y + 10, 11, formatNumber(key[d])),
      svgRect(product < 0 ? MIDDLE - length : MIDDLE, y + 2, length, LINE - 4, product < 0 ? "#b35806" : "#2166ac"),
      svgText(MIDDLE + HALF + 8, y + 10, 11, formatNumber(product)),
    ].join("");
  });
  const heads = [svgText(32, 10, 11, "q"), svgText(80, 10, 11, "k"), svgText(MIDDLE + HALF + 8, 10, 11, "q · k")];
  return {
    title,
    settings,
    width: MIDDLE + HALF + 64,
    height: (products.length + 1) * LINE,
    body: [...heads, ...rows].join(""),
    legend: null,
    palette,
    json: { title, settings, scale, query, key, products },
    csv: [["dimension", "q", "k", "product"], ...products.map((p, d) => [d, query[d] ?? null, key[d] ?? null, p])],
    array: { shape: [3, query.length], values: Float32Array.of(...query, ...key, ...products) },
  };
}
