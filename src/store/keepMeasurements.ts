/** Measurements in storage, each under its own key. */
import type { StorageChange } from "../shared/chatStorage";
import { type Measurement, readMeasurement } from "./measurements";

const MEASUREMENT = "measurement:";

export type Measurements = ReadonlyMap<string, Measurement>;

/** What cannot be read, or is of another version, stays in storage as it is. */
export function readMeasurements(entries: readonly (readonly [key: string, value: unknown])[]): Measurements {
  const found = new Map<string, Measurement>();
  for (const [key, value] of entries) {
    if (!key.startsWith(MEASUREMENT)) continue;
    try {
      const measurement = readMeasurement(value);
      found.set(measurement.id, measurement);
    } catch {
      // A later version of the page may know what it is.
    }
  }
  return found;
}

export function measurementChanges(before: Measurements, now: Measurements): StorageChange[] {
  if (before === now) return [];
  const added = [...now].filter(([id]) => !before.has(id));
  const gone = [...before.keys()].filter((id) => !now.has(id));
  return [
    ...added.map(([id, measurement]): StorageChange => ({ key: MEASUREMENT + id, value: measurement })),
    ...gone.map((id): StorageChange => ({ key: MEASUREMENT + id, write: null })),
  ];
}
