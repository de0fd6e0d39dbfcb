import type { GenerateRequest, KvPrecision } from "../../shared/protocol";
import { formatCount } from "../../shared/units";
import { useApp } from "../appContext";
import { SelectField } from "../panels/SelectField";

const CAPACITIES = [128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072];

const PRECISION_OPTIONS: readonly (readonly [KvPrecision, string])[] = [
  ["f32", "f32"],
  ["f16", "f16"],
];

const FULL_OPTIONS: readonly (readonly [GenerateRequest["atCapacity"], string])[] = [
  ["stop", "end the answer"],
  ["drop-oldest", "drop the oldest turns"],
];

/** 0 stands for "what fits"; the model's own context is the longest. */
function capacityOptions(contextLength: number | null): (readonly [number, string])[] {
  const longest = contextLength ?? Number.POSITIVE_INFINITY;
  const below = CAPACITIES.filter((capacity) => capacity < longest);
  const all = contextLength === null ? below : [...below, contextLength];
  return [[0, "what fits"], ...all.map((capacity) => [capacity, formatCount(capacity)] as const)];
}

export function CacheFields() {
  const { capacity, kvPrecision } = useApp((state) => state.cacheRequest);
  const contextLength = useApp((state) => state.model?.report.spec.contextLength ?? null);
  const atCapacity = useApp((state) => state.settings.atCapacity);
  const changeCache = useApp((state) => state.changeCache);
  const changeSettings = useApp((state) => state.changeSettings);
  return (
    <div className="fields">
      <SelectField
        label="Cache capacity"
        hint="Tokens the model can look back on. A change reads the conversation again."
        value={capacity ?? 0}
        options={capacityOptions(contextLength)}
        onChange={(chosen) => void changeCache({ capacity: chosen === 0 ? null : chosen })}
      />
      <SelectField
        label="KV precision"
        hint="f16 halves the cache and rounds what it keeps."
        value={kvPrecision}
        options={PRECISION_OPTIONS}
        onChange={(chosen) => void changeCache({ kvPrecision: chosen })}
      />
      <SelectField
        label="When the cache is full"
        hint="Dropping keeps the first tokens and reads the rest again."
        value={atCapacity}
        options={FULL_OPTIONS}
        onChange={(chosen) => changeSettings({ atCapacity: chosen })}
      />
    </div>
  );
}
