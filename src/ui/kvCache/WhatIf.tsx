import { useId, useState } from "react";
import {
  KNOWN_MODELS,
  KV_VALUE_BYTES,
  type KvLayer,
  type KvSharing,
  type KvValueFormat,
  kvBytesPerToken,
  kvCacheBytes,
  kvLayersOfKnown,
  kvSharingOf,
  withKvHeads,
} from "../../shared/memory";
import { formatBytes, formatCount, formatTokens } from "../../shared/units";
import { Panel } from "../panels/Panel";
import { SelectField } from "../panels/SelectField";
import type { Strings } from "../strings/en";
import { useStrings } from "../strings/useStrings";
import { cacheFormula } from "./cacheFormula";

interface OpenCache {
  readonly name: string;
  readonly layers: readonly KvLayer[];
  readonly contextLength: number;
  readonly capacity: number;
  readonly format: KvValueFormat;
}

interface WhatIfProps {
  /** Null: no model is open, and a known one is looked at. */
  readonly open: OpenCache | null;
}

const OPEN = "open";
const FIRST_KNOWN = "llama-2-7b";
const SHARINGS: readonly KvSharing[] = ["mha", "gqa", "mqa"];
const FORMATS = Object.keys(KV_VALUE_BYTES) as KvValueFormat[];
/** As many heads share in models with GQA that do not say otherwise. */
const USUAL_GROUP = 8;
const MOST_TOKENS = 10_000_000;

/** The same arithmetic for other heads, precisions, lengths, and for models that are known. */
export function WhatIf({ open }: WhatIfProps) {
  const { kvCache: words } = useStrings();
  const id = useId();
  const [chosen, setChosen] = useState<string | null>(null);
  const [sharing, setSharing] = useState<KvSharing | "built">("built");
  const [format, setFormat] = useState<KvValueFormat | null>(null);
  const [tokens, setTokens] = useState<number | null>(null);

  const modelId = chosen ?? (open === null ? FIRST_KNOWN : OPEN);
  const known = KNOWN_MODELS.find((model) => model.id === modelId);
  const isOpen = modelId === OPEN && open !== null;
  const built = isOpen ? open.layers : known === undefined ? [] : kvLayersOfKnown(known);
  const context = isOpen ? open.contextLength : (known?.contextLength ?? 0);
  const precision = format ?? (isOpen ? open.format : "f16");
  const length = tokens ?? (isOpen ? open.capacity : context);
  const valueBytes = KV_VALUE_BYTES[precision];
  const layers = sharing === "built" ? built : withKvHeads(built, headsFor(sharing, built));
  const bytes = kvCacheBytes(layers, valueBytes, length);
  const windowed = kvCacheBytes(layers, valueBytes, length, { windowed: true });

  const models = [
    ...(open === null ? [] : [[OPEN, words.thisModel(open.name)] as const]),
    ...KNOWN_MODELS.map((model) => [model.id, model.name] as const),
  ];
  const sharings = [
    ["built", words.asBuilt(...builtWords(words, built))] as const,
    ...SHARINGS.map((kind) => [kind, words.sharingNames[kind]] as const),
  ];
  return (
    <Panel title={words.whatIf}>
      <p className="hint">{words.whatIfHint}</p>
      <div className="what-if">
        <SelectField label={words.model} hint="" value={modelId} options={models} onChange={setChosen} />
        <SelectField<KvSharing | "built">
          label={words.sharing}
          hint=""
          value={sharing}
          options={sharings}
          onChange={setSharing}
        />
        <SelectField<KvValueFormat>
          label={words.precision}
          hint=""
          value={precision}
          options={FORMATS.map((kind) => [kind, words.precisions[kind]] as const)}
          onChange={setFormat}
        />
        <div className="field">
          <div className="field-words">
            <label htmlFor={id}>{words.context}</label>
            <p className="hint">
              {length > context ? words.beyond(formatTokens(context)) : words.contextMost(formatCount(context))}
            </p>
          </div>
          <input
            id={id}
            type="number"
            min={1}
            max={MOST_TOKENS}
            value={length}
            onChange={(event) => setTokens(clampTokens(event.target.valueAsNumber))}
          />
        </div>
      </div>
      <p
        className="what-if-sum"
        role="status"
        data-bytes={bytes}
        data-bytes-per-token={kvBytesPerToken(layers, valueBytes)}
      >
        {words.cost} <strong>{formatBytes(bytes)}</strong>,{" "}
        {words.perToken(formatBytes(kvBytesPerToken(layers, valueBytes)))}
        {windowed < bytes && <span className="muted"> {words.windowed(formatBytes(windowed))}</span>}
      </p>
      <p className="formula">{cacheFormula(words, layers, valueBytes, length)}</p>
      <h3 className="subtitle">{words.compare}</h3>
      <Comparison built={built} valueBytes={valueBytes} length={length} current={kvSharingOf(layers[0] ?? NO_LAYER)} />
    </Panel>
  );
}

const NO_LAYER: KvLayer = { numHeads: 1, numKvHeads: 1, headDim: 0, slidingWindow: null };

function clampTokens(value: number): number | null {
  return Number.isFinite(value) ? Math.min(MOST_TOKENS, Math.max(1, Math.round(value))) : null;
}

/** Of a model with GQA its own number; else one for every eight heads. */
function headsFor(sharing: KvSharing, built: readonly KvLayer[]): number {
  const { numHeads, numKvHeads } = built[0] ?? NO_LAYER;
  if (sharing === "mha") return numHeads;
  if (sharing === "mqa") return 1;
  if (numKvHeads > 1 && numKvHeads < numHeads) return numKvHeads;
  return Math.max(1, Math.round(numHeads / USUAL_GROUP));
}

function builtWords(words: Strings["kvCache"], built: readonly KvLayer[]): [sharing: string, heads: string] {
  const first = built[0] ?? NO_LAYER;
  return [words.sharingShort[kvSharingOf(first)], words.kvHeads(first.numKvHeads)];
}

interface ComparisonProps {
  readonly built: readonly KvLayer[];
  readonly valueBytes: number;
  readonly length: number;
  readonly current: KvSharing;
}

function Comparison({ built, valueBytes, length, current }: ComparisonProps) {
  const { kvCache: words } = useStrings();
  const rows = SHARINGS.map((sharing) => {
    const heads = headsFor(sharing, built);
    return { sharing, heads, bytes: kvCacheBytes(withKvHeads(built, heads), valueBytes, length) };
  });
  const largest = Math.max(1, ...rows.map(({ bytes }) => bytes));
  return (
    <table className="sharing-table" aria-label={words.compareLabel}>
      <tbody>
        {rows.map(({ sharing, heads, bytes }) => (
          <tr key={sharing} data-current={sharing === current} data-sharing={sharing} data-bytes={bytes}>
            <th scope="row">
              {words.sharingShort[sharing]} <span className="muted">{words.kvHeads(heads)}</span>
            </th>
            <td className="sharing-bar">
              <span aria-hidden="true" style={{ inlineSize: `${(bytes / largest) * 100}%` }} />
            </td>
            <td>{formatBytes(bytes)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
