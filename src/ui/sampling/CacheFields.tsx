import type { GenerateRequest, KvPrecision } from "../../shared/protocol";
import { formatCount } from "../../shared/units";
import { useApp } from "../appContext";
import { SelectField } from "../panels/SelectField";
import { useStrings } from "../strings/useStrings";

const CAPACITIES = [128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072];

const PRECISION_OPTIONS: readonly (readonly [KvPrecision, string])[] = [
  ["f32", "f32"],
  ["f16", "f16"],
];

/** 0 stands for "what fits"; the model's own context is the longest. */
function capacityOptions(contextLength: number | null, whatFits: string): (readonly [number, string])[] {
  const longest = contextLength ?? Number.POSITIVE_INFINITY;
  const below = CAPACITIES.filter((capacity) => capacity < longest);
  const all = contextLength === null ? below : [...below, contextLength];
  return [[0, whatFits], ...all.map((capacity) => [capacity, formatCount(capacity)] as const)];
}

export function CacheFields() {
  const { sampling } = useStrings();
  const { capacity, kvPrecision } = useApp((state) => state.cacheRequest);
  const contextLength = useApp((state) => state.model?.report.spec.contextLength ?? null);
  const atCapacity = useApp((state) => state.settings.atCapacity);
  const changeCache = useApp((state) => state.changeCache);
  const changeSettings = useApp((state) => state.changeSettings);
  return (
    <div className="fields">
      <SelectField
        label={sampling.capacity}
        hint={sampling.capacityHint}
        value={capacity ?? 0}
        options={capacityOptions(contextLength, sampling.whatFits)}
        onChange={(chosen) => void changeCache({ capacity: chosen === 0 ? null : chosen })}
      />
      <SelectField
        label={sampling.precision}
        hint={sampling.precisionHint}
        value={kvPrecision}
        options={PRECISION_OPTIONS}
        onChange={(chosen) => void changeCache({ kvPrecision: chosen })}
      />
      <SelectField<GenerateRequest["atCapacity"]>
        label={sampling.whenFull}
        hint={sampling.whenFullHint}
        value={atCapacity}
        options={[
          ["stop", sampling.endAnswer],
          ["drop-oldest", sampling.dropOldest],
        ]}
        onChange={(chosen) => changeSettings({ atCapacity: chosen })}
      />
    </div>
  );
}
