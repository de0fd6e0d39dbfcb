/** Loading and unloading over and over, as the page does it: what stays on the GPU and in memory. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { MemoryStore } from "../runtime/library/memoryStore";
import { HubServer } from "../runtime/testing/hubServer";
import { openTestGpu } from "../runtime/testing/kernelHarness";
import { ANSWER_TEXTS, talkingModel } from "../runtime/testing/talkingModel";
import { tinyGguf } from "../runtime/testing/tinyModel";
import type { GenerateRequest, LoadRequest } from "../shared/protocol";
import { DEFAULT_SAMPLING } from "../shared/sampling";
import { heldBytes } from "../shared/testing/heap";
import { createRuntimeHost } from "./runtimeHost";

const ROUNDS = 10;
const MIB = 2 ** 20;
const REQUEST: GenerateRequest = {
  prompt: { kind: "chat", messages: [{ role: "user", content: "rain" }] },
  sampling: { ...DEFAULT_SAMPLING, greedy: true },
  maxNewTokens: 16,
  stopStrings: [],
  tokensInFlight: 4,
  atCapacity: "stop",
};

let server: HubServer;
let device: GPUDevice | null = null;
/** Of buffers that were created and not destroyed. */
let gpuBytes = 0;
let webgpu: GPU;

beforeAll(async () => {
  const model = tinyGguf(talkingModel());
  server = await HubServer.start([
    ["/one.gguf", model],
    ["/two.gguf", model],
  ]);
  await openTestGpu();
  const dawn = (globalThis as typeof globalThis & { vitrineDawn?: GPU[] }).vitrineDawn?.at(-1) as GPU;
  const requestAdapter = async (options?: GPURequestAdapterOptions) => {
    const adapter = await dawn.requestAdapter(options);
    if (adapter === null) return null;
    const request = adapter.requestDevice.bind(adapter);
    adapter.requestDevice = async (descriptor) => {
      device = counted(await request(descriptor));
      return device;
    };
    return adapter;
  };
  webgpu = { requestAdapter } as GPU;
});
afterAll(async () => {
  device?.destroy();
  await server.close();
});

function counted(made: GPUDevice): GPUDevice {
  const create = made.createBuffer.bind(made);
  made.createBuffer = (descriptor) => {
    const buffer = create(descriptor);
    gpuBytes += descriptor.size;
    let isThere = true;
    const destroy = buffer.destroy.bind(buffer);
    buffer.destroy = () => {
      if (isThere) gpuBytes -= descriptor.size;
      isThere = false;
      destroy();
    };
    return buffer;
  };
  return made;
}

it("ten rounds of switching models leave GPU bytes and heap where they were", { timeout: 300_000 }, async () => {
  const host = createRuntimeHost(webgpu, new MemoryStore());
  const afterRound: { gpu: number; heap: number }[] = [];
  const open = async (name: string) => {
    const url = `${server.origin}/${name}.gguf`;
    const request: LoadRequest = { source: { kind: "url", url }, level: "q8_0", variant: "workgroup" };
    const model = await host.loadModel(
      request,
      () => {},
      async () => true,
    );
    const session = await host.createSession(model.handle, { capacity: 256, kvPrecision: "f32" });
    return { model, session };
  };
  let before = await open("two");
  const onlyOne = gpuBytes;
  for (let round = 0; round < ROUNDS; round++) {
    const next = await open(round % 2 === 0 ? "one" : "two");
    expect(gpuBytes).toBeGreaterThan(onlyOne);
    // As the page does it: the next is open before the one before is let go.
    await host.closeSession(before.session.handle);
    await host.unloadModel(before.model.handle);
    const { text } = await host.generate(next.session.handle, REQUEST, () => {});
    expect(text).toBe(ANSWER_TEXTS.rain);
    afterRound.push({ gpu: gpuBytes, heap: heldBytes() });
    before = next;
  }
  await host.closeSession(before.session.handle);
  await host.unloadModel(before.model.handle);
  const [, , third] = afterRound;
  const last = afterRound.at(-1);
  console.log(
    `GPU ${afterRound.map(({ gpu }) => gpu).join(" ")}; heap ${afterRound.map(({ heap }) => (heap / MIB).toFixed(2)).join(" ")} MiB`,
  );
  expect(afterRound.map(({ gpu }) => gpu)).toEqual(afterRound.map(() => onlyOne));
  // Nothing of the models: what is left is the device's own.
  expect(gpuBytes).toBeLessThan(1024);
  // Weights that stayed would be more. Compiled code and the server's list of requests grow a little.
  expect((last?.heap ?? 0) - (third?.heap ?? 0)).toBeLessThan(2 * MIB);
  expect(await host.listKept()).toHaveLength(2);
});
