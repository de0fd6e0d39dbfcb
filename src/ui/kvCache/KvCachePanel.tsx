import { DASH, formatBytes, formatCount, formatPercent } from "../../shared/units";
import { useApp } from "../appContext";
import { useContextNext } from "../header/useContextNext";
import { Facts } from "../panels/Facts";
import { Panel } from "../panels/Panel";
import { useStrings } from "../strings/useStrings";
import { cacheFormula } from "./cacheFormula";

/** What the cache holds and costs, and where its size comes from. */
export default function KvCachePanel() {
  const { statistics: words } = useStrings();
  const next = useContextNext();
  const session = useApp((state) => state.session);
  const length = useApp((state) => state.cacheLength);
  const spec = useApp((state) => state.model?.report.spec ?? null);
  const usedBytes = session === null || length === null ? null : session.bytesPerToken * length;
  const share = session === null || length === null ? null : length / session.capacity;
  return (
    <Panel title={words.cache}>
      <div className="cache-bar" aria-hidden="true">
        <span style={{ inlineSize: `${(share ?? 0) * 100}%` }} />
      </div>
      <Facts
        facts={[
          [
            words.tokens,
            session === null
              ? DASH
              : words.tokensOf(formatCount(length), formatCount(session.capacity), formatPercent(share)),
          ],
          [words.inUse, formatBytes(usedBytes)],
          [words.reserved, session === null ? DASH : `${formatBytes(session.cacheBytes)}, ${session.kvPrecision}`],
          [words.perToken, formatBytes(session?.bytesPerToken)],
          [words.next, session === null ? DASH : next],
        ]}
      />
      {session !== null && spec !== null && <p className="formula">{cacheFormula(spec, session)}</p>}
    </Panel>
  );
}
