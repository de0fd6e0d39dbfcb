import { describe, expect, it } from "vitest";
import type { LanesRequest } from "../shared/lanes";
import { until } from "../shared/testing/waits";
import { type AppStore, createAppStore, startApp } from "./appStore";
import { createFakeRuntime, type FakeRuntime } from "./fakeRuntime";
import { holdAnswers } from "./held";
import { divergence, type LaneView } from "./lanesSlice";

async function opened(): Promise<{ store: AppStore; runtime: FakeRuntime }> {
  const runtime = createFakeRuntime();
  const store = createAppStore(runtime, { requestFrame: () => () => {}, drawSeed: () => 77 });
  await startApp(store, "http://localhost/");
  await store.getState().openFiles([new File(["x"], "story.gguf")]);
  store.getState().changeLanes({ lanePrompt: "Hello", laneTokens: 40 });
  return { store, runtime };
}

const requests = (runtime: FakeRuntime): LanesRequest[] =>
  runtime.calls.filter(({ name }) => name === "runLanes").map(({ argument }) => argument as LanesRequest);

const lane = (ids: readonly number[], endReason: LaneView["endReason"] = null): LaneView => ({
  level: "q4_0",
  state: endReason === null ? "writing" : "ended",
  share: 1,
  tokens: ids.map((id) => ({ id, text: "x", part: 0, bytes: null, isSpecial: false })),
  forced: [],
  stats: null,
  weightBytes: null,
  endReason,
});

describe("where a lane leaves the reference", () => {
  it("is the first other token, or an end where the other goes on", () => {
    expect(divergence(lane([1, 2, 3]), lane([1, 2, 4]))).toBe(2);
    // One that is behind has not left.
    expect(divergence(lane([1, 2, 3]), lane([1, 2]))).toBeNull();
    expect(divergence(lane([1, 2, 3]), lane([1, 2], "stop-string"))).toBe(2);
    expect(divergence(lane([1, 2], "end-of-text"), lane([1, 2, 3]))).toBe(2);
    expect(divergence(lane([1, 2, 3]), lane([1, 2], "stopped"))).toBeNull();
    expect(divergence(lane([1, 2], "end-of-text"), lane([1, 2], "end-of-text"))).toBeNull();
  });
});

describe("lanes", () => {
  it("answer the same prompt with one seed and the chat's settings", async () => {
    const { store, runtime } = await opened();
    store.getState().changeSettings({ temperature: 0.7 });
    await store.getState().runLanes();
    const [request] = requests(runtime);
    expect(request).toMatchObject({
      prompt: { kind: "chat", messages: [{ role: "user", content: "Hello" }] },
      sampling: { temperature: 0.7, seed: 77 },
      maxNewTokens: 40,
      lanes: ["stored", "q8_0", "q4_0"].map((level) => ({ level, answerIds: [] })),
    });
    const { lanes, areLanesOpen } = store.getState();
    expect(lanes).toMatchObject({ isRunning: false, error: null });
    expect(lanes?.lanes.map((view) => [view.tokens.length, view.endReason])).toEqual([
      [40, "max-tokens"],
      [40, "max-tokens"],
      [40, "max-tokens"],
    ]);
    const [reference, q8, q4] = lanes?.lanes ?? [];
    if (reference === undefined || q8 === undefined || q4 === undefined) throw new Error("lanes are missing");
    expect(divergence(reference, q8)).toBe(17);
    expect(divergence(reference, q4)).toBe(9);
    expect(areLanesOpen).toBe(true);
    await store.getState().closeLanes();
    expect(store.getState().areLanesOpen).toBe(false);
    // Those that are begun while others are freed stand open.
    const answers = holdAnswers(runtime, "closeLanes");
    const closed = store.getState().closeLanes();
    const again = store.getState().runLanes();
    answers[0]?.();
    await Promise.all([closed, again]);
    expect(store.getState().areLanesOpen).toBe(true);
  });

  it("force the reference's token with the settings of that run, and go on from there", async () => {
    const { store, runtime } = await opened();
    await store.getState().runLanes();
    store.getState().changeSettings({ temperature: 2 });
    await store.getState().forceReference("q4_0");
    const [first, second] = requests(runtime);
    const [reference, q8, q4] = store.getState().lanes?.lanes ?? [];
    expect(second?.sampling).toEqual(first?.sampling);
    expect(second?.lanes).toEqual([{ level: "q4_0", answerIds: reference?.tokens.slice(0, 10).map(({ id }) => id) }]);
    expect(q4).toMatchObject({ forced: [9], state: "ended" });
    expect(divergence(reference as LaneView, q4 as LaneView)).toBe(19);
    expect(q8?.tokens).toHaveLength(40);
    await store.getState().forceReference("q4_0");
    expect(store.getState().lanes?.lanes[2]?.forced).toEqual([9, 19]);
  });

  it("stop, and say why they failed", async () => {
    const { store, runtime } = await opened();
    const running = store.getState().runLanes();
    await until(() => requests(runtime).length === 1);
    await store.getState().stopLanes();
    await running;
    expect(store.getState().lanes?.lanes.map(({ endReason }) => endReason)).toEqual(["stopped", "stopped", "stopped"]);
    runtime.runLanes = async () => {
      throw Object.assign(new Error("No room."), { name: "OutOfMemoryError" });
    };
    await store.getState().runLanes();
    expect(store.getState().lanes).toMatchObject({ isRunning: false, error: { message: "No room." } });
  });
});
