import { type KvLayer, kvCacheBytes, tokensInSight } from "../../shared/memory";
import { formatBytes, formatCount, formatTokens } from "../../shared/units";
import { Panel } from "../panels/Panel";
import type { Strings } from "../strings/en";
import { useStrings } from "../strings/useStrings";

interface SlidingWindowsProps {
  readonly layers: readonly KvLayer[];
  readonly valueBytes: number;
  readonly length: number;
}

/** Which layers look back only so far, and what has left their sight. */
export function SlidingWindows({ layers, valueBytes, length }: SlidingWindowsProps) {
  const { kvCache: words } = useStrings();
  const windows = [...new Set(layers.flatMap(({ slidingWindow }) => slidingWindow ?? []))].sort((a, b) => a - b);
  return (
    <Panel title={words.windows}>
      <div className="sliding-windows">
        {windows.length === 0 && <p className="muted">{words.noWindow}</p>}
        {windows.map((window) => {
          const own = layers.flatMap((layer, index) => (layer.slidingWindow === window ? [index] : []));
          const dropped = length - tokensInSight({ slidingWindow: window }, length);
          return (
            <p key={window} data-window={window} data-dropped={dropped}>
              {words.windowSees(layerWords(words, own, layers.length), formatTokens(window - 1))}{" "}
              {dropped === 0 ? words.nothingDropped : words.dropped(formatTokens(dropped), formatCount(dropped - 1))}
            </p>
          );
        })}
        {windows.length > 0 && (
          <p className="muted">
            {words.keptAnyway} {formatBytes(kvCacheBytes(layers, valueBytes, length, { windowed: true }))}.
          </p>
        )}
      </div>
    </Panel>
  );
}

/** "Layers 0–3, 5, 7". */
function layerWords(words: Strings["kvCache"], own: readonly number[], count: number): string {
  if (own.length === count) return words.allLayers(count);
  const runs: [number, number][] = [];
  for (const layer of own) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === layer - 1) last[1] = layer;
    else runs.push([layer, layer]);
  }
  return words.layerList(runs.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(", "));
}
