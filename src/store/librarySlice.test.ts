/** What a person does while something is looked up. */
import { describe, expect, it } from "vitest";
import type { KeptId, ModelInspection } from "../shared/library";
import { aWhile, until } from "../shared/testing/waits";
import { createAppStore, startApp } from "./appStore";
import { FAKE_INSPECTION } from "./fakeLibrary";
import { createFakeRuntime } from "./fakeRuntime";
import { holdAnswers } from "./held";

const HERE = "http://localhost/";

async function setUp() {
  const runtime = createFakeRuntime();
  const store = createAppStore(runtime, { requestFrame: () => () => {} });
  await startApp(store, `${HERE}?model=none`);
  return { runtime, store };
}

/** Loads that ask the person whether to go on. */
async function setUpAsking() {
  const { runtime, store } = await setUp();
  const { loadModel } = runtime;
  runtime.loadModel = async (request, onProgress, onInspected) => {
    // Nothing is known of its levels, so nothing says that it fits.
    const isWanted = await onInspected?.({ ...FAKE_INSPECTION, name: "large", levels: [] });
    if (isWanted === false) throw Object.assign(new Error("Loading was cancelled."), { name: "CancelledError" });
    return loadModel(request, onProgress);
  };
  const open = () => store.getState().openLink(`${HERE}large.gguf`, null, HERE);
  const isAsking = () => store.getState().looked?.isAsking === true;
  return { runtime, store, open, isAsking };
}

describe("a look at a model", () => {
  it("that comes late does not take the place of what a load asks", async () => {
    const { runtime, store, open, isAsking } = await setUpAsking();
    const answers = holdAnswers(runtime, "inspectModel");
    const looked = store.getState().lookAt(`${HERE}small.gguf`, HERE);
    await until(() => answers.length === 1);
    const opened = open();
    await until(isAsking);
    answers[0]?.();
    await looked;
    expect(store.getState().looked).toMatchObject({ isAsking: true, inspection: { name: "large" } });
    store.getState().answerFit(true);
    await opened;
    expect(store.getState().model?.report.name).toBe("large");
  });

  it("ends the load that waits for a word about another model", async () => {
    const { store, open, isAsking } = await setUpAsking();
    const opened = open();
    await until(isAsking);
    await store.getState().lookAt(`${HERE}small.gguf`, HERE);
    await opened;
    expect(store.getState()).toMatchObject({ loading: null, model: null, notice: null });
    expect(store.getState().looked).toMatchObject({ isAsking: false, inspection: { name: "stories" } });
  });

  it("holds what the level chosen last needs, whichever answer comes last", async () => {
    const { runtime, store } = await setUp();
    await store.getState().lookAt(`${HERE}small.gguf`, HERE);
    const answers: ((inspection: ModelInspection) => void)[] = [];
    runtime.inspectModel = () => new Promise((resolve) => void answers.push(resolve));
    const [base] = FAKE_INSPECTION.levels;
    const withLevel = (level: "q4_0+layer0=q8_0" | "q4_0+layer1=q8_0"): ModelInspection => ({
      ...FAKE_INSPECTION,
      levels: [...FAKE_INSPECTION.levels, { ...(base as ModelInspection["levels"][number]), level }],
    });
    store.getState().chooseLevel("q4_0+layer0=q8_0");
    store.getState().chooseLevel("q4_0+layer1=q8_0");
    expect(answers).toHaveLength(2);
    answers[1]?.(withLevel("q4_0+layer1=q8_0"));
    answers[0]?.(withLevel("q4_0+layer0=q8_0"));
    const levels = () => store.getState().looked?.inspection.levels.map(({ level }) => level);
    await until(() => levels()?.length === FAKE_INSPECTION.levels.length + 1);
    await aWhile();
    expect(levels()?.at(-1)).toBe("q4_0+layer1=q8_0");
  });
});

describe("details of a kept model", () => {
  it("stay those that were asked for last", async () => {
    const { runtime, store } = await setUp();
    const answers = holdAnswers(runtime, "describeKept");
    const { describeKept } = store.getState();
    const both = [describeKept("a" as KeptId), describeKept("b" as KeptId)];
    answers[1]?.();
    await both[1];
    answers[0]?.();
    await both[0];
    expect(store.getState().keptDescription?.id).toBe("b");
  });
});
