/** What a hub does not have, in words for who typed an id. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { HubServer } from "../testing/hubServer";
import { type HubModelId, hubModel } from "./hub";

let hub: HubServer;
beforeAll(async () => {
  const file = new Uint8Array(8);
  hub = await HubServer.start([
    ["/tiny/model/resolve/main/a.gguf", file],
    ["/tiny/model/resolve/main/b.gguf", file],
    ["/tiny/folder/resolve/main/config.json", file],
  ]);
});
afterAll(() => hub.close());

const ask = (model: Partial<HubModelId>, status?: number) => {
  if (status !== undefined) hub.faults.statuses.push(status);
  const id = { id: "tiny/model", revision: "main", file: null, ...model };
  return hubModel(id, { address: hub.origin, token: null }, {});
};

it("an unknown id, revision or file is named, with what to check", async () => {
  const host = new URL(hub.origin).host;
  await expect(ask({ id: "tiny/modle" })).rejects.toMatchObject({
    name: "DownloadError",
    message: `${host} has no model "tiny/modle" (HTTP 404). Check the spelling of owner and name, and the hub address.`,
  });
  await expect(ask({ revision: "v9" }, 404)).rejects.toThrow(
    `${host} has no revision "v9" of "tiny/model" (HTTP 404). Check the spelling of all three.`,
  );
  await expect(ask({ file: "c.gguf" })).rejects.toThrow(
    'tiny/model has no file "c.gguf". Its models are: a.gguf, b.gguf.',
  );
  await expect(ask({ id: "tiny/folder", file: "c.gguf" })).rejects.toThrow(
    'tiny/folder has no file "c.gguf", and no GGUF file at all. Type tiny/folder alone to load what it has.',
  );
});

it("what is not public asks for a token", async () => {
  await expect(ask({}, 401)).rejects.toThrow("enter an access token");
});
