import { useEffect } from "react";
import type { KeptModel } from "../../shared/library";
import { formatBytes, formatCount } from "../../shared/units";
import { useApp } from "../appContext";
import { Facts } from "../panels/Facts";
import { useStrings } from "../strings/useStrings";

/** Rows that a table is drawn with: a model of a few thousand tensors says how many more there are. */
const MOST_TENSORS = 400;

export function KeptDetails({ model }: { model: KeptModel }) {
  const { library: words } = useStrings();
  const showTensors = useApp((state) => state.showTensors);
  const shown = useApp((state) => state.keptTensors);
  useEffect(() => void showTensors(model.id), [showTensors, model.id]);
  const tensors = shown?.id === model.id ? shown.tensors : [];
  const hashes = model.files.map(({ name, sha256 }) => (
    <span key={name} className="kept-hash">
      {name} <code>{sha256 ?? words.noHash}</code>
    </span>
  ));
  return (
    <div className="kept-details">
      <Facts
        facts={[
          [words.source, model.link],
          [words.version, model.version ?? "–"],
          [words.licence, model.licence ?? "–"],
          [words.hashes, hashes],
        ]}
      />
      <h3 className="subtitle">{words.tensors}</h3>
      <div className="kept-tensors">
        <table className="table" aria-label={words.tensors}>
          <thead>
            <tr>
              {Object.entries(words.tensorColumns).map(([key, label]) => (
                <th key={key} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {tensors.slice(0, MOST_TENSORS).map(({ name, shape, type, sizeBytes }) => (
              <tr key={name}>
                <th scope="row">
                  <code>{name}</code>
                </th>
                <td className="number">{shape.join(" × ")}</td>
                <td>{type}</td>
                <td className="number">{formatBytes(sizeBytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {tensors.length > MOST_TENSORS && (
          <p className="hint">{words.moreTensors(formatCount(tensors.length - MOST_TENSORS))}</p>
        )}
      </div>
    </div>
  );
}
