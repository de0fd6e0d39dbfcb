import { beforeEach, describe, expect, it } from "vitest";
import { FIGURES, OVERVIEW_CELLS } from "../shared/attentionMap";
import type { AttentionOverview } from "../shared/inspection";
import { aWhile, until } from "../shared/testing/waits";
import { firstDifference } from "./ablationSlice";
import { type AppStore, createAppStore } from "./appStore";
import { changedHeads, randomIds } from "./experimentSlice";
import { createFakeRuntime, type FakeRuntime } from "./fakeRuntime";
import { cellShare, labelOf, mergeOverview } from "./headMaps";
import { topTokens } from "./headView";

function soon(run: () => void): () => void {
  const timer = setTimeout(run, 0);
  return () => clearTimeout(timer);
}

const STRIDE = OVERVIEW_CELLS + FIGURES.length;

function overview(part: Partial<AttentionOverview>): AttentionOverview {
  return {
    epoch: 1,
    length: 0,
    ids: [],
    idsFrom: 0,
    tokensPerCell: 2,
    firstRow: 0,
    rowCount: 0,
    layers: [],
    inductionRows: 0,
    gpuBytes: 1,
    ...part,
  };
}

/** One layer of two heads: every number of row r of head h is 10 h + r + 1. */
function rows(first: number, count: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count * 2 * STRIDE }, (_, i) => {
    const head = Math.floor(i / STRIDE) % 2;
    return 10 * head + first + Math.floor(i / STRIDE / 2) + 1;
  });
}

describe("maps of heads", () => {
  it("are put together from what is new, and begin again in another epoch", () => {
    const begun = mergeOverview(null, overview({ length: 5, ids: [1, 2, 3, 4, 5], rowCount: 3, layers: [rows(0, 3)] }));
    const fresh = { length: 7, ids: [6, 7], idsFrom: 5, firstRow: 2, rowCount: 2, layers: [rows(2, 2)] };
    const grown = mergeOverview(begun, overview({ ...fresh, inductionRows: 2 }));
    expect(grown.ids).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect([...(grown.layers[0] ?? [])]).toEqual([...rows(0, 4)]);
    // Sums over rows 1 to 4, over the 6 tokens behind the first; induction over its own 2.
    expect(grown.figures[0]?.[0]).toMatchObject({ first: 10 / 6, entropy: 10 / 6, induction: 10 / 2 });
    expect(grown.figures[0]?.[1]?.first).toBeCloseTo(50 / 6, 6);
    // The last row of cells holds one token only.
    expect(cellShare(grown, { layer: 0, head: 1 }, 2, 0)).toBe(13 / 2);
    expect(cellShare(grown, { layer: 0, head: 1 }, 3, 0)).toBe(14);
    const other = mergeOverview(
      grown,
      overview({ epoch: 2, length: 2, ids: [9, 9], rowCount: 1, layers: [rows(0, 1)] }),
    );
    expect(other.ids).toEqual([9, 9]);
    expect(other.figures[0]?.[0]?.induction).toBeNull();
  });

  it("have labels by thresholds", () => {
    const figures = { first: 0.1, previous: 0.2, self: 0.1, induction: null, entropy: 2, distance: 3 };
    expect(labelOf(figures)).toBe("mixed");
    expect(labelOf({ ...figures, first: 0.5 })).toBe("first");
    expect(labelOf({ ...figures, first: 0.52, induction: 0.45 })).toBe("induction");
  });

  it("name the largest weights, and leave masked ones out", () => {
    const weights = Float32Array.of(0.25, Number.NaN, 0.5, 0.25);
    expect(topTokens(weights, 3, 2)).toEqual([
      { position: 5, weight: 0.5 },
      { position: 3, weight: 0.25 },
    ]);
  });
});

describe("the first difference of two answers", () => {
  it.each([
    [[1, 2, 3], [1, 2, 4], true, 2],
    [[1, 2], [1, 2], true, null],
    [[1, 2, 3], [1, 2], true, 2],
    [[1, 2, 3], [1, 2], false, null],
  ])("%j and %j", (before, after, isOver, expected) => {
    expect(firstDifference(before, after, isOver)).toBe(expected);
  });
});

describe("looking at attention", () => {
  let runtime: FakeRuntime;
  let store: AppStore;
  beforeEach(async () => {
    runtime = createFakeRuntime({ answer: "One two three four." });
    store = createAppStore(runtime, { requestFrame: soon, drawSeed: () => 9 });
    await store.getState().openFiles([new File(["x"], "story.gguf")]);
    store.getState().setDraft("Count");
    await store.getState().send();
  });

  const settled = (): Promise<void> => until(() => store.getState().attention.view !== null);
  const called = (name: string): number => runtime.calls.filter((call) => call.name === name).length;

  it("asks for nothing until somebody looks, and ends with the last who does", async () => {
    expect(called("setInspection") + called("readOverview")).toBe(0);
    store.getState().watchAttention(true);
    await settled();
    expect(store.getState().attention).toMatchObject({ status: "ready", error: null });
    expect(store.getState().attention.maps?.figures).toHaveLength(5);
    store.getState().watchAttention(false);
    expect(store.getState().attention.status).toBe("off");
    const last = runtime.calls.filter((call) => call.name === "setInspection").at(-1);
    expect(last?.argument).toMatchObject({ on: false });
  });

  it("changes the store once for a token that is hovered, and once when it is left", async () => {
    store.getState().watchAttention(true);
    await settled();
    let changes = 0;
    store.subscribe(() => changes++);
    store.getState().preview(2, null);
    await until(() => store.getState().attention.view?.position === 2);
    expect(changes).toBe(1);
    expect(store.getState().hovered.token).not.toBeNull();
    const { looksAt, lookedAtBy, length } = store.getState().attention.view ?? expect.fail();
    expect([looksAt.length, lookedAtBy.length]).toEqual([3, length - 2]);
    store.getState().preview(null, null);
    await until(() => store.getState().hovered.token === null);
    expect(changes).toBe(2);
    // And asks for one row and one column, never for a square.
    for (const call of runtime.calls.filter(({ name }) => name === "readTile")) {
      const { request } = call.argument as { request: { rows: { count: number }; keys: { count: number } } };
      expect(Math.min(request.rows.count, request.keys.count)).toBe(1);
    }
  });

  it("shows the mean of chosen heads, whatever is passed over, until one is asked for", async () => {
    store.getState().watchAttention(true);
    await settled();
    store.getState().toggleMeanHead({ layer: 1, head: 2 });
    store.getState().toggleMeanHead({ layer: 3, head: 0 });
    await until(() => store.getState().attention.view?.heads.length === 2);
    store.getState().preview(null, { layer: 0, head: 0 });
    await until(() => store.getState().hovered.head !== null);
    expect(store.getState().hovered.head).toEqual({ layer: 0, head: 0 });
    expect(store.getState().attention.view?.heads).toHaveLength(2);
    store.getState().preview(null, null);
    store.getState().clearMeanHeads();
    await until(() => store.getState().attention.view?.heads.length === 1);
  });

  it("answers without heads beside the old answer, and gives them back", async () => {
    store.getState().toggleAblated([{ layer: 1, head: 2 }]);
    await store.getState().regenerateAblated();
    const scaled = runtime.calls.filter(({ name }) => name === "scaleHeads").map(({ argument }) => argument);
    expect(scaled).toMatchObject([{ factors: [{ layer: 1, head: 2, factor: 0 }] }, { factors: [] }]);
    expect(store.getState().ablation).toMatchObject({ state: "done", firstDifference: null });
    expect(store.getState().turns).toHaveLength(2);
  });

  it("keeps what comes before the token it begins anew at, and names the change there", async () => {
    const turn = store.getState().turns.at(-1) ?? expect.fail();
    const ids = turn.answer?.ids ?? [];
    store.getState().pinToken({ turnId: turn.id, index: 2 });
    store.getState().scaleHeads([{ layer: 1, head: 2 }], -0.5);
    await store.getState().regenerateAblated(2);
    const generate = runtime.calls.filter(({ name }) => name === "generate").at(-1)?.argument;
    const { maxNewTokens } = store.getState().settings;
    expect(generate).toMatchObject({ request: { answerIds: ids.slice(0, 2), maxNewTokens: maxNewTokens - 2 } });
    const { effects, factors, from } = store.getState().ablation ?? expect.fail();
    expect({ factors, from }).toEqual({ factors: [{ layer: 1, head: 2, factor: -0.5 }], from: 2 });
    // The fake says all its words again behind what was kept.
    expect(effects).toMatchObject([
      { at: "pinned", index: 2 },
      { at: "difference", index: 3 },
    ]);
    const asked = runtime.calls.filter(({ name }) => name === "readEffect");
    expect(asked).toMatchObject([{ argument: { factors } }, { argument: { factors } }]);
  });

  it("bounds factors, and takes a head off the list at 1", () => {
    const { scaleHeads, toggleAblated } = store.getState();
    scaleHeads([{ layer: 1, head: 2 }], 1e9);
    toggleAblated([{ layer: 0, head: 3 }]);
    scaleHeads([{ layer: 1, head: 1 }], Number.NaN);
    expect(store.getState().headFactors).toEqual([
      { layer: 0, head: 3, factor: 0 },
      { layer: 1, head: 2, factor: 10 },
    ]);
    scaleHeads([{ layer: 1, head: 2 }], 1);
    toggleAblated([{ layer: 0, head: 3 }]);
    expect(store.getState().headFactors).toEqual([]);
  });
});

describe("texts made to be looked at", () => {
  it("rank heads, and the chat's text is read again afterwards", async () => {
    const runtime = createFakeRuntime({ answer: "One two three four." });
    const store = createAppStore(runtime, { requestFrame: soon, drawSeed: () => 9 });
    await store.getState().openFiles([new File(["x"], "story.gguf")]);
    store.getState().setDraft("Count");
    await store.getState().send();
    store.getState().watchAttention(true);
    await until(() => store.getState().attention.view !== null);
    const shown = (): number => runtime.calls.filter(({ name }) => name === "showText").length;
    const before = shown();
    await store.getState().comparePrompts("a cat", "a dog");
    expect(store.getState().experiment).toMatchObject({ kind: "pair", state: "done" });
    // The fake's heads look alike everywhere.
    expect(store.getState().experiment?.heads.every(({ value }) => value === 0)).toBe(true);
    await until(() => shown() >= before + 3);
    await aWhile();
    expect(shown()).toBe(before + 3);
  });

  it("are drawn anew from every seed, and within the vocabulary", () => {
    const ids = randomIds(500, 97, 3);
    expect(randomIds(500, 97, 3)).toEqual(ids);
    expect(randomIds(500, 97, 4)).not.toEqual(ids);
    expect(ids.every((id) => Number.isInteger(id) && id >= 0 && id < 97)).toBe(true);
    expect(new Set(ids).size).toBeGreaterThan(80);
  });

  it("differ by the weight that lies elsewhere", () => {
    const one = mergeOverview(null, overview({ length: 2, ids: [1, 2], rowCount: 1, layers: [cells([1.5, 0.5])] }));
    const other = mergeOverview(null, overview({ length: 2, ids: [1, 3], rowCount: 1, layers: [cells([1, 1])] }));
    // Only the cells a row can see count: the first one here, where 0.25 of the weight went away.
    expect(changedHeads(one, other)[0]?.value).toBeCloseTo(0.125, 6);
  });
});

/** One row of one head. */
function cells(values: readonly number[]): Float32Array<ArrayBuffer> {
  const state = new Float32Array(STRIDE);
  state.set(values);
  return state;
}
