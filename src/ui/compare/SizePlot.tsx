import { useMemo, useRef } from "react";
import { formatBytes, formatTokenRate } from "../../shared/units";
import type { Measurement } from "../../store/measurements";
import { useWidth } from "../attention/useWidth";
import { useStrings } from "../strings/useStrings";
import { useContenderName } from "./contenderName";
import { formatStatistic, tenTo } from "./formatStatistic";
import { kldOf, layoutSizePlot, type PlotLayout, type PlotPoint, SPEED_STEPS } from "./sizePlotLayout";

const HEIGHT = 320;

/** Where each level lies between small and faithful. */
export function SizePlot({ measurements }: { measurements: readonly Measurement[] }) {
  const { compare } = useStrings();
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const layout = useMemo(() => layoutSizePlot(measurements, width, HEIGHT), [measurements, width]);
  return (
    <div ref={place} className="size-plot">
      <svg width={width} height={HEIGHT} role="img" aria-label={compare.plotLabel(String(measurements.length))}>
        <Axes layout={layout} />
        <polyline className="plot-frontier" points={layout.frontier.map(({ x, y }) => `${x},${y}`).join(" ")} />
        {layout.points.map((point) => (
          <Point key={point.measurement.id} point={point} />
        ))}
      </svg>
      <p className="hint plot-legend">
        <span>{compare.slow}</span>
        {Array.from({ length: SPEED_STEPS }, (_, step) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
          <span key={step} className="plot-swatch" style={{ background: `var(--data-${step + 1})` }} />
        ))}
        <span>{compare.fast}</span>
        <span>{compare.plotHint}</span>
      </p>
    </div>
  );
}

function Axes({ layout: { area, xTicks, yTicks, referenceX } }: { layout: PlotLayout }) {
  const { compare } = useStrings();
  return (
    <g>
      {yTicks.map(({ at, value }) => (
        <g key={value}>
          <line className="plot-grid" x1={area.left} x2={area.right} y1={at} y2={at} />
          <text x={area.left - 8} y={at + 4} textAnchor="end">
            {tenTo(value)}
          </text>
        </g>
      ))}
      {xTicks.map(({ at, value }) => (
        <text key={value} x={at} y={area.bottom + 18} textAnchor="middle">
          {value === 0 ? "0" : formatBytes(value)}
        </text>
      ))}
      <line className="plot-axis" x1={area.left} x2={area.right} y1={area.bottom} y2={area.bottom} />
      <line className="plot-reference" x1={referenceX} x2={referenceX} y1={area.top} y2={area.bottom} />
      <text x={referenceX - 4} y={area.bottom - 6} textAnchor="end">
        {compare.referenceSize}
      </text>
      <text x={area.left} y={12}>
        {compare.plotY}
      </text>
      <text x={area.right} y={area.bottom + 36} textAnchor="end">
        {compare.plotX}
      </text>
    </g>
  );
}

function Point({ point }: { point: PlotPoint }) {
  const nameOf = useContenderName();
  const { measurement, x, y, top, bottom, speed, label } = point;
  const kld = kldOf(measurement);
  const rate = formatTokenRate(measurement.tokensPerSecond);
  const name = nameOf(measurement.level);
  return (
    <g>
      <title>{`${name}: ${formatBytes(measurement.weightBytes)}, KLD ${formatStatistic({ ...kld, n: measurement.n })}, ${rate}`}</title>
      <line className="plot-error" x1={x} x2={x} y1={top} y2={bottom} />
      <circle
        className="plot-point"
        cx={x}
        cy={y}
        r={5}
        style={{ fill: speed === null ? "var(--background)" : `var(--data-${speed})` }}
      />
      <text className="plot-label" x={label.x} y={label.y + 4} textAnchor={label.isLeft ? "end" : "start"}>
        {name}
      </text>
    </g>
  );
}
