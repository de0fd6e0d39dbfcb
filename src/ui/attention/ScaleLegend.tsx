import type { WeightScale } from "../../shared/attentionMap";
import { useStrings } from "../strings/useStrings";
import { legendTicks } from "./colorScale";
import { usePalette } from "./usePalette";

const STOPS = 17;

/** What a colour means: shares of a row's weight along the scale that is chosen. @param most of the strongest colour */
export function ScaleLegend({ scale, most }: { scale: WeightScale; most: number }) {
  const { attention: words } = useStrings();
  const palette = usePalette();
  const stops = Array.from({ length: STOPS }, (_, i) => palette.color(i / (STOPS - 1)).background);
  const ticks = legendTicks(scale, most);
  return (
    <div className="scale-legend" role="img" aria-label={words.legend(ticks.at(-1)?.label ?? "", words.scales[scale])}>
      <div className="scale-legend-bar" style={{ background: `linear-gradient(to right, ${stops.join(", ")})` }} />
      {ticks.map(({ at, label }) => (
        <span key={at} style={{ insetInlineStart: `${at * 100}%` }}>
          {label}
        </span>
      ))}
    </div>
  );
}
