import { KV_BYTES, type KvLayer, kvCacheBytes } from "../../shared/memory";
import type { SessionReport } from "../../shared/protocol";
import { formatBytes, formatPercent, formatTokens } from "../../shared/units";
import { useContextNext } from "../header/useContextNext";
import { Facts } from "../panels/Facts";
import { Panel } from "../panels/Panel";
import { useStrings } from "../strings/useStrings";
import { cacheFormula } from "./cacheFormula";

interface CacheNowProps {
  readonly session: SessionReport;
  readonly layers: readonly KvLayer[];
  readonly contextLength: number;
  readonly length: number;
}

/** Bytes in use, reserved, and at most; the three on one scale. */
export function CacheNow({ session, layers, contextLength, length }: CacheNowProps) {
  const { kvCache: words } = useStrings();
  const next = useContextNext();
  const { capacity, kvPrecision, bytesPerToken } = session;
  const valueBytes = KV_BYTES[kvPrecision];
  const most = Math.max(capacity, contextLength);
  const figures = [
    ["now", words.now, length],
    ["reserved", words.reserved, capacity],
    ["maximum", words.maximum, most],
  ] as const;
  return (
    <Panel title={words.name}>
      <dl className="cache-figures">
        {figures.map(([kind, name, tokens]) => {
          const bytes = kvCacheBytes(layers, valueBytes, tokens);
          return (
            <div key={kind} data-kind={kind} data-bytes={bytes}>
              <dt>{name}</dt>
              <dd>
                <strong>{formatBytes(bytes)}</strong>
                <small>{formatTokens(tokens)}</small>
              </dd>
            </div>
          );
        })}
      </dl>
      <div className="cache-scale" aria-hidden="true">
        <span className="cache-scale-reserved" style={{ inlineSize: formatShare(capacity, most) }} />
        <span className="cache-scale-used" style={{ inlineSize: formatShare(length, most) }} />
      </div>
      <p className="formula">{cacheFormula(words, layers, valueBytes, length)}</p>
      <p className="formula">{cacheFormula(words, layers, valueBytes, capacity)}</p>
      <Facts
        facts={[
          [words.precision, `${kvPrecision}, ${words.perToken(formatBytes(bytesPerToken))}`],
          [words.used, formatPercent(length / capacity)],
          [words.next, next],
        ]}
      />
    </Panel>
  );
}

function formatShare(part: number, whole: number): string {
  return `${Math.min(1, part / whole) * 100}%`;
}
