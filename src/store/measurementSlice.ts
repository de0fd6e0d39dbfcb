/** Everything that was measured on this device, for the plot of size against divergence. */
import type { SliceContext } from "./appState";
import type { ComparisonRun } from "./compareSlice";
import type { Measurements } from "./keepMeasurements";
import { adapterName, measurementsOf } from "./measurements";

export interface MeasurementSlice {
  readonly measurements: Measurements;
  /** What a run that is over found. */
  readonly keepMeasurements: (run: ComparisonRun) => void;
  readonly deleteMeasurements: (ids: Iterable<string>) => void;
}

export function createMeasurementSlice({ get, set, wallClock, newId }: SliceContext): MeasurementSlice {
  return {
    measurements: new Map(),
    keepMeasurements: (run) => {
      const { device, measurements } = get();
      const adapter = device.status === "ready" ? adapterName(device.report) : "";
      const found = measurementsOf(run, { adapter, now: wallClock(), newId });
      if (found.length > 0) set({ measurements: new Map([...measurements, ...found.map((m) => [m.id, m] as const)]) });
    },
    deleteMeasurements: (ids) => {
      const measurements = new Map(get().measurements);
      for (const id of ids) measurements.delete(id);
      set({ measurements });
    },
  };
}
