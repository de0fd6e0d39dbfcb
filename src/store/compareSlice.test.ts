import { describe, expect, it } from "vitest";
import { aWhile, until } from "../shared/testing/waits";
import { type AppStore, createAppStore, startApp } from "./appStore";
import { comparisonToCsv, comparisonToJson, hashIds } from "./comparisonFile";
import { createFakeRuntime, type FakeRuntime } from "./fakeRuntime";
import { holdAnswers } from "./held";

async function opened(): Promise<{ store: AppStore; runtime: FakeRuntime }> {
  const runtime = createFakeRuntime();
  const store = createAppStore(runtime, { requestFrame: () => () => {} });
  await startApp(store, "http://localhost/?model=none");
  await store.getState().openFiles([new File(["x"], "story.gguf")]);
  return { store, runtime };
}

describe("comparing levels", () => {
  it("offers levels that are not compared yet", async () => {
    const { store } = await opened();
    expect(store.getState().comparisonChoices).toMatchObject({ reference: "stored", levels: ["q8_0", "q4_0"] });
    for (let i = 0; i < 20; i++) store.getState().addComparedLevel();
    const { levels } = store.getState().comparisonChoices;
    expect(new Set(levels).size).toBe(levels.length);
    expect(levels).not.toContain("stored");
    expect(levels).toHaveLength(22);
  });

  it("gathers windows level by level and ends with sizes", async () => {
    const { store, runtime } = await opened();
    const seen: number[] = [];
    store.subscribe(({ comparison }) => seen.push(comparison?.results.at(-1)?.statistics.n ?? 0));
    await store.getState().runComparison("a text");
    const { comparison } = store.getState();
    expect(comparison).toMatchObject({ end: "done", progress: null, error: null });
    expect(comparison?.results.map(({ contender }) => contender)).toEqual(["floor", "q8_0", "q4_0"]);
    expect(comparison?.results.map(({ statistics }) => statistics.n)).toEqual([240, 240, 240]);
    expect(comparison?.models.map(({ level }) => level)).toEqual(["q8_0", "q4_0"]);
    for (const n of [60, 120, 180, 240]) expect(seen).toContain(n);
    expect(runtime.calls.find(({ name }) => name === "compare")?.argument).toMatchObject({
      reference: "stored",
      levels: ["q8_0", "q4_0"],
      text: { kind: "text", text: "a text" },
    });
  });

  it("has each head of each level, and reads its patterns from the runtime", async () => {
    const { store, runtime } = await opened();
    await store.getState().runComparison("a text");
    const { inside, noHeads } = store.getState().comparison ?? { inside: [], noHeads: [] };
    expect(noHeads).toEqual([]);
    const blocks = store.getState().model?.report.spec.blocks ?? [];
    for (const { heads, headTokens } of inside) {
      expect(heads.map(({ length }) => length)).toEqual(blocks.map(({ attention }) => attention.numHeads));
      expect(headTokens).toBe(120);
    }
    const axis = { start: 0, step: 1, count: 3 };
    const request = { contender: "q4_0", head: { layer: 1, head: 0 }, rows: axis, keys: axis } as const;
    const { reference, level } = await store.getState().readComparedHead(request);
    expect([reference.length, level.length]).toEqual([9, 9]);
    expect(runtime.calls.at(-1)).toEqual({ name: "readComparedHead", argument: request });
  });

  it("takes in no words that were asked for before another comparison was begun", async () => {
    const { store, runtime } = await opened();
    await store.getState().runComparison("a text");
    const answers = holdAnswers(runtime, "tokenTexts");
    const loaded = store.getState().loadComparedTexts([500]);
    await store.getState().runComparison("another text");
    answers[0]?.();
    await loaded;
    expect(store.getState().comparedTexts.size).toBe(0);
  });

  it("stops, keeps what was scored, and can run again", async () => {
    const { store } = await opened();
    const running = store.getState().runComparison("a text");
    await until(() => (store.getState().comparison?.results.at(-1)?.statistics.n ?? 0) > 0);
    await store.getState().stopComparison();
    await running;
    expect(store.getState().comparison?.end).toBe("stopped");
    await store.getState().runComparison("a text");
    expect(store.getState().comparison?.end).toBe("done");
  });

  it("pauses between windows and goes on where it was", async () => {
    const { store, runtime } = await opened();
    const running = store.getState().runComparison("a text");
    await store.getState().pauseComparison();
    expect(store.getState().comparison?.isPaused).toBe(true);
    // A second window never comes while it waits.
    await aWhile();
    expect(store.getState().comparison?.results.at(-1)?.statistics.n ?? 0).toBeLessThanOrEqual(60);
    await store.getState().resumeComparison();
    await running;
    expect(store.getState().comparison).toMatchObject({ end: "done", isPaused: false });
    expect(runtime.calls.filter(({ name }) => /Comparison$/.test(name)).map(({ name }) => name)).toEqual([
      "pauseComparison",
      "resumeComparison",
    ]);
  });

  it("asks for the windows that were chosen, and for an end at half a percent", async () => {
    const { store, runtime } = await opened();
    store.getState().chooseComparison({ window: 64, firstScored: 8, bos: false, isUntil: true });
    await store.getState().runComparison("a text");
    expect(runtime.calls.find(({ name }) => name === "compare")?.argument).toMatchObject({
      window: 64,
      firstScored: 8,
      bos: false,
      until: 0.005,
    });
  });

  it("says why it failed", async () => {
    const { store, runtime } = await opened();
    runtime.compare = async () => {
      throw Object.assign(new Error("The text is too short: no token is left to score."), {
        name: "InvalidSettingError",
      });
    };
    await store.getState().runComparison("");
    expect(store.getState().comparison).toMatchObject({
      end: "failed",
      error: { message: expect.stringMatching(/too short/) },
    });
  });

  it("exports every statistic with value, error and n", async () => {
    const { store } = await opened();
    await store.getState().runComparison("a text");
    const { comparison } = store.getState();
    if (comparison === null) throw new Error("no comparison");
    const { levels, floor, text } = JSON.parse(comparisonToJson(comparison, "Acme", new Date(0)));
    expect(text).toMatchObject({ tokens: 480, hash: hashIds(comparison.tokens.map(({ id }) => id)) });
    const names = [
      "PPL",
      "ln(PPL_Q / PPL_P)",
      "mean KLD",
      "median KLD",
      "90 % KLD",
      "95 % KLD",
      "99 % KLD",
      "99.9 % KLD",
    ];
    for (const name of [...names, "max KLD", "mean delta p", "RMS delta p", "same top p"]) {
      expect(levels[1].statistics[name], name).toMatchObject({ value: expect.any(Number), n: 240 });
      expect(levels[1].statistics[name]).toHaveProperty("error");
    }
    expect(floor.statistics["mean KLD"]).toMatchObject({ value: expect.any(Number), n: 240 });
  });

  it("exports a row for each level, with all that its numbers depend on", async () => {
    const { store } = await opened();
    store.getState().chooseComparison({ levels: ["q4_0+layer0=q8_0,head=f16", "q2_k+head8"] });
    await store.getState().runComparison("a text");
    const { comparison } = store.getState();
    if (comparison === null) throw new Error("no comparison");
    const csv = comparisonToCsv(comparison, 'Acme "Vitreous", 200', new Date(0));
    const [header = [], ...rows] = csv.trimEnd().split("\r\n").map(cells);
    const at = (row: number, name: string): string | undefined => rows[row]?.[header.indexOf(name)];
    expect(rows.map((row) => row.length)).toEqual(rows.map(() => header.length));
    expect(rows.map((_, row) => at(row, "level")).sort()).toEqual(["floor", "q2_k+head8", "q4_0+layer0=q8_0,head=f16"]);
    const own = rows.findIndex((row) => row.includes("q4_0+layer0=q8_0,head=f16"));
    const builtIn = rows.findIndex((row) => row.includes("q2_k+head8"));
    expect(at(own, "recipe")).toBe("layer0=q8_0,head=f16");
    expect(at(builtIn, "recipe")).toBe("embedding=q8_0,head=q8_0");
    expect(at(own, "adapter")).toBe('Acme "Vitreous", 200');
    expect(at(own, "text hash")).toBe(hashIds(comparison.tokens.map(({ id }) => id)));
    const settings = ["n", "text tokens", "window", "first scored", "end"].map((name) => at(own, name));
    expect(settings).toEqual(["240", "480", String(comparison.window), String(comparison.firstScored), "done"]);
    const { statistics } = comparison.results.find(({ contender }) => contender.startsWith("q4_0")) ?? {};
    expect(Number(at(own, "Mean KLD"))).toBe(statistics?.meanKld.value);
    expect(Number(at(own, "Mean KLD ±"))).toBe(statistics?.meanKld.error);
    expect(Number(at(own, "Same top p"))).toBe(statistics?.sameTop.value);
    expect(at(own, "Mean KLD, p 0.95 to 1")).toMatch(/\d/);
  });
});

/** Cells of a line, quoted ones without their quotes. */
function cells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
  );
}
