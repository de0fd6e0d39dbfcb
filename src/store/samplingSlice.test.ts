/** Whose settings draw a token: the person's, the open model's, or llama.cpp's. */
import { describe, expect, it } from "vitest";
import { createMemoryStorage } from "../shared/chatStorage";
import { createAppStore } from "./appStore";
import { FAKE_SAMPLING } from "./fakeModel";
import { createFakeRuntime } from "./fakeRuntime";
import { restoreKept } from "./keeping";
import { DEFAULT_SETTINGS, samplerOf } from "./samplingSlice";

const FILE = new File(["x"], "story.gguf");
const LLAMA_CPP = samplerOf(DEFAULT_SETTINGS);

function setUp() {
  const runtimes = { own: createFakeRuntime({ scene: "own-sampling" }), silent: createFakeRuntime() };
  let current = runtimes.own;
  // One page, to which models with and without a wish are opened.
  const runtime = { ...current, loadModel: ((...given) => current.loadModel(...given)) as typeof current.loadModel };
  const store = createAppStore(runtime, { requestFrame: () => () => {} });
  const open = async (model: keyof typeof runtimes): Promise<void> => {
    current = runtimes[model];
    await store.getState().openFiles([FILE]);
  };
  const sampler = () => samplerOf(store.getState().settings);
  return { store, open, sampler };
}

describe("settings of a model's own", () => {
  it("hold while the person chose none, and give way to llama.cpp's with a model that has none", async () => {
    const { store, open, sampler } = setUp();
    expect(sampler()).toEqual(LLAMA_CPP);
    await open("own");
    expect(sampler()).toEqual(FAKE_SAMPLING);
    expect(store.getState().hasOwnSampler).toBe(false);
    await open("silent");
    expect(sampler()).toEqual(LLAMA_CPP);
  });

  it("leave alone what the person chose, until Reset", async () => {
    const { store, open, sampler } = setUp();
    store.getState().changeSettings({ temperature: 1.5 });
    await open("own");
    expect(sampler()).toEqual({ ...LLAMA_CPP, temperature: 1.5 });
    store.getState().changeSettings({ seed: 7 });
    store.getState().resetSettings();
    expect(store.getState().settings).toEqual({ ...DEFAULT_SETTINGS, ...FAKE_SAMPLING });
    await open("silent");
    expect(sampler()).toEqual(LLAMA_CPP);
  });

  it("hold again when the person asks for them, with seed and lengths as they were", async () => {
    const { store, open } = setUp();
    await open("own");
    store.getState().changeSettings({ greedy: true, seed: 7, maxNewTokens: 9 });
    expect(store.getState().hasOwnSampler).toBe(true);
    store.getState().followModel();
    const kept = { seed: 7, maxNewTokens: 9 };
    expect(store.getState().settings).toEqual({ ...DEFAULT_SETTINGS, ...FAKE_SAMPLING, ...kept });
    expect(store.getState().hasOwnSampler).toBe(false);
  });

  it("are not the person's choice because a seed or a length is", async () => {
    const { store, open, sampler } = setUp();
    store.getState().changeSettings({ seed: 7, maxNewTokens: 9, stopText: "###", atCapacity: "drop-oldest" });
    await open("own");
    expect(sampler()).toEqual(FAKE_SAMPLING);
    expect(store.getState().settings).toMatchObject({ seed: 7, maxNewTokens: 9, stopText: "###" });
  });

  it.each([
    ["chosen settings, as they were kept before", { temperature: 1.5 }, undefined, true],
    ["untouched settings, as they were kept before", {}, undefined, false],
    ["a choice that equals the defaults", {}, true, true],
    ["a model's own of the last visit", FAKE_SAMPLING, false, false],
    ["a flag that makes no sense", {}, "yes", false],
  ])("are read back from storage: %s", async (_, settings, hasOwnSampler, expected) => {
    const { store } = setUp();
    const preferences = { settings: { ...DEFAULT_SETTINGS, ...settings }, hasOwnSampler };
    await restoreKept(store, createMemoryStorage([["preferences", preferences]]));
    expect(store.getState().hasOwnSampler).toBe(expected);
    expect(store.getState().settings).toMatchObject(settings);
  });
});
