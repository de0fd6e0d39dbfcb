import { useEffect } from "react";
import type { KeptModel } from "../../shared/library";
import { formatBytes, formatCount, formatParameters } from "../../shared/units";
import { useApp } from "../appContext";
import { describeSpec } from "../model/describeSpec";
import { Facts } from "../panels/Facts";
import { useStrings } from "../strings/useStrings";

/** Rows that a table is drawn with: a model of a few thousand tensors says how many more there are. */
const MOST_TENSORS = 400;

export function KeptDetails({ model }: { model: KeptModel }) {
  const { library: words, model: names } = useStrings();
  const describe = useApp((state) => state.describeKept);
  const described = useApp((state) => state.keptDescription);
  useEffect(() => void describe(model.id), [describe, model.id]);
  const shown = described?.id === model.id ? described : null;
  const tensors = shown?.tensors ?? [];
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
      {shown !== null && (
        <section aria-label={names.architecture}>
          <h3 className="subtitle">{names.architecture}</h3>
          <Facts
            facts={[[names.parameters, formatParameters(shown.parameters)], ...describeSpec(shown.spec, names.spec)]}
          />
        </section>
      )}
      <h3 className="subtitle">{words.tensors}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <section className="kept-tensors" aria-label={words.tensors} tabIndex={0}>
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
      </section>
    </div>
  );
}
