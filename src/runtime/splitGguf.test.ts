/** A GGUF model in several files: by the address of any part, of a hub, from files, and from the store. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { memorySource } from "./files/byteSource";
import { openModelFiles } from "./files/modelFiles";
import type { Gpu } from "./gpu/device";
import { hubModel, listHubFiles } from "./library/hub";
import { MemoryStore } from "./library/memoryStore";
import { ModelLibrary } from "./library/modelLibrary";
import { type RemoteModel, urlModel } from "./library/remoteModel";
import { loadRemote } from "./loadKept";
import { openModel } from "./openModel";
import { greedyIds } from "./testing/greedyIds";
import { HubServer } from "./testing/hubServer";
import { openTestGpu } from "./testing/kernelHarness";
import { randomModel, tinyGguf } from "./testing/tinyModel";

const COUNT = 3;
const ROOT = "/tiny/model/resolve/main/";
const MODEL = randomModel(5);
/** The first has no tensors, as a splitter may write it. */
const PARTS = Array.from({ length: COUNT }, (_, index): [string, Uint8Array] => [
  `talk-0000${index + 1}-of-0000${COUNT}.gguf`,
  tinyGguf(MODEL, {
    ...(index > 0 && { tokenizer: false }),
    metadata: {
      "split.no": { kind: "uint32", value: index },
      "split.count": { kind: "uint32", value: COUNT },
    },
    tensors: (all) => all.filter((_tensor, at) => index > 0 && at % (COUNT - 1) === index - 1),
  }),
]);
const OPTIONS = { level: "q8_0", recipe: "", variant: "auto", download: { firstWaitMs: 1 } } as const;

let gpu: Gpu;
let server: HubServer;
let expected: readonly number[];
beforeAll(async () => {
  gpu = await openTestGpu();
  const whole = await openModelFiles([memorySource(tinyGguf(MODEL), "talk.gguf")]);
  expected = await greedyIds(await openModel(gpu, whole, OPTIONS));
});
beforeEach(async () => {
  server = await HubServer.start(PARTS.map(([name, bytes]) => [ROOT + name, bytes] as const));
});
afterEach(() => server.close());
afterAll(() => expect(gpu.allocatedBytes).toBe(0));

/** The first time from the server, the second from the store. */
async function expectSame(remote: RemoteModel): Promise<void> {
  const library = new ModelLibrary(new MemoryStore());
  expect(await greedyIds(await loadRemote(gpu, library, remote, OPTIONS))).toEqual(expected);
  const sent = server.sentBytes;
  expect(await greedyIds(await loadRemote(gpu, library, remote, OPTIONS))).toEqual(expected);
  // A byte of each, to ask whether it changed.
  expect(server.sentBytes - sent).toBeLessThanOrEqual(COUNT);
  const [kept] = await library.list();
  expect(kept).toMatchObject({ name: "talk", files: PARTS.map(([name]) => ({ name })) });
  expect(kept?.keptBytes).toBe(kept?.totalBytes);
}

it("opens by the address of any part", async () => {
  await expectSame(urlModel(`${server.origin}${ROOT}${PARTS[1]?.[0]}`, OPTIONS.download));
});

it("is one file of a hub, of the size of all parts", async () => {
  const model = { id: "tiny/model", revision: "main", file: null };
  const access = { address: server.origin, token: null };
  const sizeBytes = PARTS.reduce((sum, [, bytes]) => sum + bytes.length, 0);
  expect(await listHubFiles(model, access)).toEqual([{ path: PARTS[0]?.[0], sizeBytes, parts: COUNT, towerBytes: 0 }]);
  await expectSame(await hubModel(model, access, {}));
});

it("opens from files in any order, and asks for a part that lacks", async () => {
  const sources = PARTS.map(([name, bytes]) => memorySource(bytes, name)).reverse();
  expect(await greedyIds(await openModel(gpu, await openModelFiles(sources), OPTIONS))).toEqual(expected);
  await expect(openModelFiles(sources.slice(1))).rejects.toMatchObject({ name: "InvalidFileError" });
});
