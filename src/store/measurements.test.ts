import { describe, expect, it } from "vitest";
import { createMemoryStorage } from "../shared/chatStorage";
import { type AppStore, createAppStore, startApp } from "./appStore";
import { createFakeRuntime } from "./fakeRuntime";
import { keepChats, restoreKept } from "./keeping";
import {
  frontierOf,
  type Measurement,
  measurementsToCsv,
  newestOfSeries,
  readMeasurement,
  seriesOf,
} from "./measurements";

async function opened(wallClock = () => 5): Promise<AppStore> {
  const store = createAppStore(createFakeRuntime(), { requestFrame: () => () => {}, wallClock });
  await startApp(store, "http://localhost/");
  await store.getState().openFiles([new File(["x"], "story.gguf")]);
  return store;
}

const all = (store: AppStore): Measurement[] => [...store.getState().measurements.values()];

describe("measurements", () => {
  it("are kept of every level of a run that is over, and come back at the next visit", async () => {
    const storage = createMemoryStorage([["measurement:old", { version: 99 }]]);
    const store = await opened();
    const keeper = keepChats(store, storage);
    await store.getState().runComparison("a text");
    await keeper.flush();
    expect(all(store)).toMatchObject([
      { model: "story", reference: "stored", level: "q8_0", n: 240, measuredAt: 5, tokensPerSecond: 900 / 8.5 },
      {
        level: "q4_0",
        window: 120,
        firstScored: 60,
        adapter: expect.stringMatching(/\w/),
        floorKld: expect.any(Number),
      },
    ]);
    const again = await opened();
    await restoreKept(again, storage);
    expect(all(again)).toEqual(all(store));
    keeper.end();
    // What this version cannot read stays.
    expect((await storage.readAll()).map(([key]) => key)).toContain("measurement:old");
  });

  it("are deleted from storage when a person forgets them", async () => {
    const storage = createMemoryStorage();
    const store = await opened();
    const keeper = keepChats(store, storage);
    await store.getState().runComparison("a text");
    await keeper.flush();
    store.getState().deleteMeasurements([all(store)[0]?.id ?? ""]);
    await keeper.flush();
    keeper.end();
    const keys = (await storage.readAll()).map(([key]) => key).filter((key) => key.startsWith("measurement:"));
    expect(keys).toEqual([`measurement:${all(store)[0]?.id}`]);
  });

  it("are not kept below the least number of tokens, and are refused by field when broken", async () => {
    const store = await opened();
    const running = store.getState().runComparison("a text");
    let isStopped = false;
    store.subscribe(({ comparison }) => {
      if (isStopped || (comparison?.results.length ?? 0) === 0) return;
      isStopped = true;
      void store.getState().stopComparison();
    });
    await running;
    expect(all(store)).toEqual([]);
    await (await opened()).getState().runComparison("a text");
    const good = await opened();
    await good.getState().runComparison("a text");
    const [first] = all(good);
    expect(readMeasurement(structuredClone(first))).toEqual(first);
    expect(() => readMeasurement({ ...first, n: Number.NaN })).toThrow(/n should be a number/);
    expect(() => readMeasurement({ ...first, statistics: {} })).toThrow(/PPL/);
  });

  it("stand in one plot only with the same model, reference, text and windows; the newest of each level", async () => {
    let clock = 0;
    const store = await opened(() => ++clock);
    await store.getState().runComparison("a text");
    await store.getState().runComparison("a text");
    store.getState().chooseComparison({ reference: "f16" });
    await store.getState().runComparison("a text");
    const [first] = all(store) as [Measurement];
    const plotted = newestOfSeries(all(store), seriesOf(first));
    expect(plotted.map(({ level, measuredAt }) => [level, measuredAt])).toEqual([
      ["q4_0", plotted[0]?.measuredAt],
      ["q8_0", plotted[1]?.measuredAt],
    ]);
    expect(plotted[0]?.measuredAt).toBeGreaterThan(first.measuredAt);
    expect(new Set(all(store).map(seriesOf)).size).toBe(2);
  });

  it("the frontier has those that none is both smaller and nearer than", async () => {
    const store = await opened();
    await store.getState().runComparison("a text");
    const [base] = all(store) as [Measurement];
    const at = (weightBytes: number, value: number): Measurement => ({
      ...base,
      weightBytes,
      statistics: { ...base.statistics, "mean KLD": { value, error: 0, n: 1 } },
    });
    const points = [at(100, 0.5), at(200, 0.6), at(300, 0.1), at(300, 0.2), at(400, 0.1), at(500, 0.01)];
    expect(frontierOf(points).map(({ weightBytes }) => weightBytes)).toEqual([100, 300, 500]);
  });

  it("as CSV have llama-perplexity's names, and one line each", async () => {
    const store = await opened();
    store.getState().chooseComparison({ levels: ["q4_0", "q4_0+head8"] });
    await store.getState().runComparison("a text");
    const [header = "", ...rows] = measurementsToCsv(all(store)).trimEnd().split("\r\n");
    const names = header.split(",");
    for (const name of ["model", "text hash", "n", "adapter", "Mean KLD", "Mean KLD ±", "Same top p", "99.9% KLD"]) {
      expect(names).toContain(name);
    }
    expect(rows.map((row) => row.split(",")[names.indexOf("level")])).toEqual(["q4_0", "q4_0+head8"]);
    for (const row of rows) expect(row.split(",")).toHaveLength(names.length);
  });
});
