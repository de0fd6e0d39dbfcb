import type { TensorPart } from "../../shared/comparison";
import type { InsideResult } from "../../store/compareSlice";
import { useStrings } from "../strings/useStrings";
import { formatShare, formatStatistic } from "./formatStatistic";

const MOST_PARTS = 10;

/** Where in the stack a level departs from the reference, and which matrices do it. */
export function Inside({ inside }: { inside: InsideResult }) {
  const { compare } = useStrings();
  const { layers, parts } = inside;
  const most = Math.max(...layers.map(({ value }) => value), 1e-9);
  const worst = [...parts].sort((a, b) => b.kld.value - a.kld.value).slice(0, MOST_PARTS);
  return (
    <>
      <h3 className="subtitle">{compare.layers}</h3>
      <p className="hint">{compare.layersHint}</p>
      <ol className="layer-errors" aria-label={compare.layers}>
        {layers.map((error, stage) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a layer is its place
          <li key={stage}>
            <span>{stage === 0 ? compare.parts.embedding : compare.layer(String(stage - 1))}</span>
            <span className="layer-error" aria-hidden="true">
              <span style={{ inlineSize: `${(100 * error.value) / most}%` }} />
            </span>
            <span className="number">{formatShare(error)}</span>
          </li>
        ))}
      </ol>
      {worst.length > 0 && (
        <>
          <h3 className="subtitle">{compare.tensors}</h3>
          <p className="hint">{compare.tensorsHint}</p>
          <ol className="layer-errors" aria-label={compare.tensors}>
            {worst.map(({ part, kld }) => (
              <li key={`${part.layer} ${part.name}`}>
                <span>{partName(part, compare)}</span>
                <span className="layer-error" aria-hidden="true">
                  <span style={{ inlineSize: `${(100 * kld.value) / Math.max(worst[0]?.kld.value ?? 0, 1e-12)}%` }} />
                </span>
                <span className="number">{formatStatistic(kld)}</span>
              </li>
            ))}
          </ol>
        </>
      )}
    </>
  );
}

function partName({ layer, name }: TensorPart, compare: ReturnType<typeof useStrings>["compare"]): string {
  return layer === null ? compare.parts[name] : compare.partOf(compare.layer(String(layer)), compare.parts[name]);
}
