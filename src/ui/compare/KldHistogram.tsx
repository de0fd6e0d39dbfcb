import { formatTokens } from "../../shared/units";
import { useStrings } from "../strings/useStrings";
import { formatSmall } from "./formatStatistic";

/** Powers of ten from, to; half a power each bar. Smaller values are in the first bar. */
const FIRST = -8;
const LAST = 2;
const BARS = (LAST - FIRST) * 2;
const AXIS = [FIRST, -6, -4, -2, 0, LAST];

/** How many tokens have which KLD. */
export function KldHistogram({ kld }: { kld: Float32Array }) {
  const { compare } = useStrings();
  const counts = new Array<number>(BARS).fill(0);
  for (const value of kld) {
    const bar = Math.floor((Math.log10(Math.max(value, 1e-12)) - FIRST) * 2);
    const index = Math.max(0, Math.min(BARS - 1, bar));
    counts[index] = (counts[index] ?? 0) + 1;
  }
  const most = Math.max(...counts, 1);
  return (
    <figure className="compare-histogram">
      <figcaption className="subtitle">{compare.histogram}</figcaption>
      <ol className="compare-bars">
        {counts.map((count, bar) => {
          const range = `${formatSmall(10 ** (FIRST + bar / 2))} – ${formatSmall(10 ** (FIRST + (bar + 1) / 2))}`;
          const words = `${range}: ${formatTokens(count)}`;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place on the axis
            <li key={bar} title={words}>
              <span style={{ blockSize: `${(100 * count) / most}%` }} />
              <span className="visually-hidden">{words}</span>
            </li>
          );
        })}
      </ol>
      <div className="compare-axis" aria-hidden="true">
        {AXIS.map((exponent) => (
          <span key={exponent}>{formatSmall(10 ** exponent)}</span>
        ))}
      </div>
    </figure>
  );
}
