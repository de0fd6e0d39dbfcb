import { type KvLayer, kvLayerBytesPerToken, tokensInSight } from "../../shared/memory";
import { formatBytes, formatCount } from "../../shared/units";
import { Panel } from "../panels/Panel";
import { useStrings } from "../strings/useStrings";

const COLUMN_PX = 28;
const MOST_WIDTH_PX = 640;

interface LayerBarsProps {
  readonly layers: readonly KvLayer[];
  readonly valueBytes: number;
  readonly length: number;
  readonly capacity: number;
}

/** One column a layer, as high as what it reserves; filled as far as it is used, hatched where a window has passed. */
export function LayerBars({ layers, valueBytes, length, capacity }: LayerBarsProps) {
  const { kvCache: words } = useStrings();
  const bytes = layers.map((layer) => kvLayerBytesPerToken(layer, valueBytes));
  const largest = Math.max(...bytes);
  const isUniform = bytes.every((size) => size === largest);
  const label = isUniform
    ? words.layersLabel(layers.length, formatBytes(largest * capacity))
    : words.layersVary(layers.length);
  const width = Math.min(MOST_WIDTH_PX, layers.length * COLUMN_PX);
  const percent = (part: number): string => `${Math.min(1, part) * 100}%`;
  return (
    <Panel title={words.layers}>
      <p className="muted layer-label">{label}</p>
      <div className="layer-bars" role="img" aria-label={`${words.layers}: ${label}`} style={{ maxInlineSize: width }}>
        {layers.map((layer, index) => {
          const size = bytes[index] ?? 0;
          const title = words.layerTitle(index, formatBytes(size * length), formatBytes(size * capacity));
          const passed = length - tokensInSight(layer, length);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a layer is its place
            <span key={index} className="layer-bar" title={title} style={{ blockSize: percent(size / largest) }}>
              <span className="layer-bar-used" style={{ blockSize: percent(length / capacity) }}>
                <span className="layer-bar-passed" style={{ blockSize: percent(length === 0 ? 0 : passed / length) }} />
              </span>
            </span>
          );
        })}
      </div>
      <div className="layer-axis" aria-hidden="true" style={{ maxInlineSize: width }}>
        <span>0</span>
        <span>{layers.length - 1}</span>
      </div>
      <details className="disclosure">
        <summary>{words.asTable}</summary>
        <table className="table" aria-label={words.layers}>
          <thead>
            <tr>
              <th scope="col">{words.layer}</th>
              <th scope="col">{words.heads}</th>
              <th scope="col">{words.headDim}</th>
              <th scope="col">{words.window}</th>
              <th scope="col">{words.used}</th>
              <th scope="col">{words.reserved}</th>
            </tr>
          </thead>
          <tbody>
            {layers.map(({ numKvHeads, headDim, slidingWindow }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a layer is its place
              <tr key={index}>
                <th scope="row">{index}</th>
                <td>{numKvHeads}</td>
                <td>{headDim}</td>
                <td>{slidingWindow === null ? words.wholeText : formatCount(slidingWindow)}</td>
                <td>{formatBytes((bytes[index] ?? 0) * length)}</td>
                <td>{formatBytes((bytes[index] ?? 0) * capacity)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </Panel>
  );
}
