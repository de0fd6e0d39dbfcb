/** The worker's side as the page sees it: handles, one load at a time, what a failed or cancelled one leaves. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestGpu } from "../runtime/testing/kernelHarness";
import { ANSWER_TEXTS, talkingModel } from "../runtime/testing/talkingModel";
import { tinyGguf } from "../runtime/testing/tinyModel";
import type {
  GenerateEvent,
  GenerateRequest,
  LoadProgress,
  LoadRequest,
  ModelHandle,
  SessionHandle,
} from "../shared/protocol";
import { DEFAULT_SAMPLING } from "../shared/sampling";
import { aWhile } from "../shared/testing/waits";
import { createRuntimeHost, type HostApi } from "./runtimeHost";

const TALKING = tinyGguf(talkingModel({ contextLength: 8192 }));
/** "void" makes it compute values that are not numbers. */
const POISONED = tinyGguf(talkingModel({ poison: true }));

/** Those that the host was given, in order. */
const devices: GPUDevice[] = [];
/** One for all tests: a device that was lost is replaced by the next load. */
let host: HostApi;
let webgpu: GPU;

beforeAll(async () => {
  await openTestGpu();
  const dawn = (globalThis as typeof globalThis & { vitrineDawn?: GPU[] }).vitrineDawn?.at(-1) as GPU;
  const requestAdapter = async (options?: GPURequestAdapterOptions) => {
    const adapter = await dawn.requestAdapter(options);
    if (adapter === null) return null;
    const request = adapter.requestDevice.bind(adapter);
    adapter.requestDevice = async (descriptor) => {
      const device = await request(descriptor);
      devices.push(device);
      return device;
    };
    return adapter;
  };
  webgpu = { requestAdapter } as GPU;
  host = createRuntimeHost(webgpu);
});
afterAll(() => {
  for (const device of devices) device.destroy();
});

const fileRequest = (bytes: Uint8Array, name = "talking.gguf"): LoadRequest => ({
  source: { kind: "files", files: [new File([Uint8Array.from(bytes)], name)] },
  level: "stored",
  variant: "auto",
});
const ignore = () => {};

async function openTalking(): Promise<{ model: ModelHandle; session: SessionHandle }> {
  const { handle: model } = await host.loadModel(fileRequest(TALKING), ignore);
  const { handle: session } = await host.createSession(model, { capacity: 2048, kvPrecision: "f32" });
  return { model, session };
}

const request = (content: string, maxNewTokens = 32): GenerateRequest => ({
  prompt: { kind: "chat", messages: [{ role: "user", content }] },
  sampling: { ...DEFAULT_SAMPLING, greedy: true },
  maxNewTokens,
  stopStrings: [],
  tokensInFlight: 4,
  atCapacity: "stop",
});

const answer = async (session: SessionHandle, topic: string) =>
  (await host.generate(session, request(topic), ignore)).text;

describe("loading", () => {
  it("a failed load leaves the open model answering", async () => {
    const { session } = await openTalking();
    await expect(host.loadModel(fileRequest(TALKING.slice(0, -100_000)), ignore)).rejects.toMatchObject({
      name: "InvalidFileError",
    });
    expect(await answer(session, "cats")).toBe(ANSWER_TEXTS.cats);
  });

  it("a cancelled load leaves the open model answering, and the next load works", async () => {
    const { session } = await openTalking();
    const loading = host.loadModel(fileRequest(TALKING), (progress) => {
      if (progress.stage === "weights") void host.cancelLoad();
    });
    await expect(loading).rejects.toMatchObject({ name: "CancelledError" });
    expect(await answer(session, "rain")).toBe(ANSWER_TEXTS.rain);
    await host.loadModel(fileRequest(TALKING), ignore);
  });

  it("a second load takes the place of the first", async () => {
    const first = host.loadModel(fileRequest(TALKING), ignore);
    const second = host.loadModel(fileRequest(TALKING, "second.gguf"), ignore);
    await expect(first).rejects.toMatchObject({ name: "CancelledError" });
    expect((await second).name).toBe("second");
  });

  it("progress counts the bytes of the tensors up to their sum", async () => {
    const reports: LoadProgress[] = [];
    const { gpuBytes } = await host.loadModel(fileRequest(TALKING), (progress) => reports.push(progress));
    const weights = reports.filter(({ stage }) => stage === "weights");
    const { doneBytes, totalBytes } = weights.at(-1) as LoadProgress;
    expect(doneBytes).toBeGreaterThan(0.9 * totalBytes);
    expect(totalBytes).toBeLessThan(TALKING.length);
    expect(gpuBytes).toBeGreaterThan(totalBytes * 0.9);
    const done = weights.map((report) => report.doneBytes);
    expect(done).toEqual([...done].sort((a, b) => a - b));
  });
});

describe("handles", () => {
  it("of two models and two sessions on one of them do not disturb each other", async () => {
    const { model, session } = await openTalking();
    const { handle: other } = await host.createSession(model, { capacity: 128, kvPrecision: "f16" });
    const second = await openTalking();
    const topics = ["cats", "rain", "tea"] as const;
    const texts = await Promise.all([session, other, second.session].map((s, i) => answer(s, topics[i] as string)));
    expect(texts).toEqual(topics.map((topic) => ANSWER_TEXTS[topic]));
    await host.unloadModel(model);
    await expect(answer(session, "cats")).rejects.toMatchObject({ name: "InvalidStateError" });
    await expect(host.createSession(model, { capacity: 8, kvPrecision: "f32" })).rejects.toMatchObject({
      name: "InvalidStateError",
    });
    expect(await answer(second.session, "cats")).toBe(ANSWER_TEXTS.cats);
  });

  it("closing or unloading ends the answer under way", async () => {
    for (const close of ["session", "model"] as const) {
      const { model, session } = await openTalking();
      let closing: Promise<void> | null = null;
      const onEvent = (event: GenerateEvent) => {
        if (event.kind !== "tokens" || closing !== null) return;
        closing = close === "session" ? host.closeSession(session) : host.unloadModel(model);
      };
      const result = await host.generate(session, request("count", 2000), onEvent);
      expect(result.endReason).toBe("stopped");
      await closing;
      await host.unloadModel(model);
    }
  });

  it("one answer at a time in a session; stop ends it", async () => {
    const { session } = await openTalking();
    let stopped = false;
    const first = host.generate(session, request("count", 2000), (event) => {
      if (event.kind === "tokens" && !stopped) {
        stopped = true;
        void host.stop(session);
      }
    });
    await expect(answer(session, "tea")).rejects.toMatchObject({ name: "InvalidStateError" });
    expect((await first).endReason).toBe("stopped");
    expect(await answer(session, "tea")).toBe(ANSWER_TEXTS.tea);
  });
});

describe("an error while answering", () => {
  it("is said only when the page has the last words, however late they arrive", async () => {
    const { handle: model } = await host.loadModel(fileRequest(POISONED), ignore);
    const { handle: session } = await host.createSession(model, { capacity: 256, kvPrecision: "f32" });
    let text = "";
    // As a proxied callback: the promise resolves when the other side has the event.
    const slow = async (event: GenerateEvent): Promise<void> => {
      await aWhile();
      if (event.kind === "tokens") text += event.text;
    };
    await expect(host.generate(session, request("void"), slow)).rejects.toMatchObject({ name: "NonFiniteLogitsError" });
    expect(text).toBe(ANSWER_TEXTS.void);
    await host.unloadModel(model);
  });
});

describe("a lost device", () => {
  it("while answering is said by name, with the words so far", async () => {
    const { session } = await openTalking();
    let text = "";
    const broken = host.generate(session, request("count", 2000), (event) => {
      if (event.kind !== "tokens") return;
      text += event.text;
      if (text === "one two three") devices.at(-1)?.destroy();
    });
    await expect(broken).rejects.toMatchObject({ name: "DeviceLostError" });
    expect(text.startsWith("one two three")).toBe(true);
  });

  it("while a prompt is read", async () => {
    const { session } = await openTalking();
    const long = host.generate(session, request("tea ".repeat(400)), (event) => {
      if (event.kind === "prefill") devices.at(-1)?.destroy();
    });
    await expect(long).rejects.toMatchObject({ name: "DeviceLostError" });
  });

  it("while a model loads", async () => {
    const loading = host.loadModel(fileRequest(TALKING), (progress) => {
      if (progress.stage === "weights") devices.at(-1)?.destroy();
    });
    await expect(loading).rejects.toMatchObject({ name: "DeviceLostError" });
  });

  it("is told at once where nothing is under way, and a model that is closed ends in peace", async () => {
    const { model } = await openTalking();
    const closed = host.whenGone(model);
    await host.unloadModel(model);
    await expect(closed).resolves.toBeUndefined();
    await expect(host.whenGone(model)).resolves.toBeUndefined();
    const other = await openTalking();
    const gone = host.whenGone(other.model);
    devices.at(-1)?.destroy();
    await expect(gone).rejects.toMatchObject({ name: "DeviceLostError" });
  });

  it("is told after the last words of an answer under way", async () => {
    const { model, session } = await openTalking();
    const order: string[] = [];
    const answering = host
      .generate(session, request("count", 2000), (event) => {
        if (event.kind === "tokens" && event.text === "one") devices.at(-1)?.destroy();
      })
      .catch(() => order.push("answer"));
    await Promise.all([answering, host.whenGone(model).catch(() => order.push("model"))]);
    expect(order).toEqual(["answer", "model"]);
  });

  it("is replaced by the next load; what lived on it is gone", async () => {
    const { model, session } = await openTalking();
    devices.at(-1)?.destroy();
    await expect(answer(session, "tea")).rejects.toMatchObject({ name: "DeviceLostError" });
    const again = await openTalking();
    expect(again.model).not.toBe(model);
    expect(await answer(again.session, "tea")).toBe(ANSWER_TEXTS.tea);
    await expect(answer(session, "tea")).rejects.toMatchObject({ name: "InvalidStateError" });
  });
});

describe("a worker that takes the place of one that crashed", () => {
  it("opens nothing under a handle that the page may still hold", async () => {
    const { model, session } = await openTalking();
    const next = createRuntimeHost(webgpu);
    const { handle } = await next.loadModel(fileRequest(TALKING), ignore);
    const opened = await next.createSession(handle, { capacity: 64, kvPrecision: "f32" });
    expect(Math.abs(handle - model)).toBeGreaterThan(1000);
    expect(Math.abs(opened.handle - session)).toBeGreaterThan(1000);
    await expect(next.tokenTexts(model, [1])).rejects.toMatchObject({ name: "InvalidStateError" });
    await next.unloadModel(handle);
    await host.unloadModel(model);
  });
});

describe("no WebGPU", () => {
  it("is said by name, by every call that needs it", async () => {
    const without = createRuntimeHost(undefined);
    await expect(without.describeDevice()).rejects.toMatchObject({ name: "WebGpuUnavailableError" });
    await expect(without.loadModel(fileRequest(TALKING), ignore)).rejects.toMatchObject({
      name: "WebGpuUnavailableError",
    });
  });
});
