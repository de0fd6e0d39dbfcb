import { KV_BYTES, kvLayersOf } from "../../shared/memory";
import { useApp } from "../appContext";
import { Panel } from "../panels/Panel";
import { useStrings } from "../strings/useStrings";
import { CacheNow } from "./CacheNow";
import { LayerBars } from "./LayerBars";
import { SlidingWindows } from "./SlidingWindows";
import { WhatIf } from "./WhatIf";

/** What the cache holds and costs, where that comes from, and what it would be with other numbers. */
export default function KvCachePanel() {
  const { kvCache: words } = useStrings();
  const session = useApp((state) => state.session);
  const model = useApp((state) => state.model);
  const length = useApp((state) => state.cacheLength) ?? 0;
  if (model === null || session === null) {
    return (
      <>
        <Panel title={words.name}>
          <p className="muted">{words.explain}</p>
          <p className="muted">{words.noModel}</p>
        </Panel>
        <WhatIf open={null} />
      </>
    );
  }
  const layers = kvLayersOf(model.report.spec);
  const valueBytes = KV_BYTES[session.kvPrecision];
  const { contextLength } = model.report.spec;
  return (
    <>
      <CacheNow session={session} layers={layers} contextLength={contextLength} length={length} />
      <LayerBars layers={layers} valueBytes={valueBytes} length={length} capacity={session.capacity} />
      <SlidingWindows layers={layers} valueBytes={valueBytes} length={length} />
      <WhatIf
        open={{
          name: model.report.name,
          layers,
          contextLength,
          capacity: session.capacity,
          format: session.kvPrecision,
        }}
      />
    </>
  );
}
