/** A GGUF model of a hub with the image tower beside it. */
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { Gpu } from "./gpu/device";
import { hubModel, listHubFiles } from "./library/hub";
import { towerBeside } from "./library/imageTower";
import { MemoryStore } from "./library/memoryStore";
import { ModelLibrary } from "./library/modelLibrary";
import { loadRemote } from "./loadKept";
import type { OpenedModel } from "./openModel";
import { HubServer } from "./testing/hubServer";
import { openTestGpu } from "./testing/kernelHarness";
import { randomTower, tinyTowerGguf } from "./testing/tinyLlava";
import { randomModel, tinyGguf } from "./testing/tinyModel";

const MODEL = randomModel(3);
const TEXT = tinyGguf(MODEL);
const TOWER = tinyTowerGguf(MODEL.shape.hiddenSize, randomTower(4));

let gpu: Gpu;
let server: HubServer;
beforeAll(async () => {
  gpu = await openTestGpu();
});
afterEach(() => server.close());
afterAll(() => expect(gpu.allocatedBytes).toBe(0));

async function serve(files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  server = await HubServer.start(
    Object.entries(files).map(([name, bytes]) => [`/tiny/model/resolve/main/${name}`, bytes] as const),
  );
}

const model = { id: "tiny/model", revision: "main", file: null };
const access = () => ({ address: server.origin, token: null });

async function load(library: ModelLibrary): Promise<OpenedModel> {
  const options = { level: "q8_0", recipe: "", variant: "auto", download: { firstWaitMs: 1 } } as const;
  return loadRemote(gpu, library, await hubModel(model, access(), {}), options);
}

it("comes with its model, sees, and is kept with it", async () => {
  await serve({ "talk.gguf": TEXT, "mmproj-talk-f16.gguf": TOWER });
  expect(await listHubFiles(model, access())).toEqual([
    { path: "talk.gguf", sizeBytes: TEXT.length, parts: 1, towerBytes: TOWER.length },
  ]);
  const library = new ModelLibrary(new MemoryStore());
  const first = await load(library);
  expect(first.images).not.toBeNull();
  expect(first.choice).toBe("q8_0");
  first.model.destroy();
  const sent = server.sentBytes;
  const again = await load(library);
  expect(again.images).not.toBeNull();
  again.model.destroy();
  // The weights of both come from the store.
  expect(server.sentBytes - sent).toBeLessThan(TOWER.length);
});

it.each([
  ["of a kind that is not computed here", tinyTowerGguf(MODEL.shape.hiddenSize, randomTower(4), "ldp")],
  ["of another model", tinyTowerGguf(2 * MODEL.shape.hiddenSize, randomTower(4))],
])("a tower %s leaves the model to read and write alone", async (_, tower) => {
  await serve({ "talk.gguf": TEXT, "mmproj-talk-f16.gguf": tower });
  const opened = await load(new ModelLibrary(new MemoryStore()));
  expect(opened.images).toBeNull();
  opened.model.destroy();
});

it("is the one in halves, else the smallest, of the model's own folder", () => {
  const file = (path: string, sizeBytes: number) => ({ path, sizeBytes });
  const towers = [file("mmproj-F32.gguf", 9), file("mmproj-BF16.gguf", 5), file("mmproj-model-f16.gguf", 5)];
  expect(towerBeside("talk.gguf", towers)?.path).toBe("mmproj-model-f16.gguf");
  expect(towerBeside("talk.gguf", towers.slice(0, 2))?.path).toBe("mmproj-BF16.gguf");
  expect(towerBeside("q4/talk.gguf", towers)).toBeNull();
  expect(towerBeside("talk.gguf", [file("other/mmproj-model-f16.gguf", 5)])).toBeNull();
  expect(towerBeside("talk.gguf", [file("talk-Q8_0.gguf", 3)])).toBeNull();
});
