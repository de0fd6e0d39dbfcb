/** Next tokens by handle: what the page may ask before, while and after it watches. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestGpu } from "../runtime/testing/kernelHarness";
import { talkingModel } from "../runtime/testing/talkingModel";
import { EOS_ID } from "../runtime/testing/talkingVocabulary";
import { tinyGguf } from "../runtime/testing/tinyModel";
import type { NextTokenRequest } from "../shared/nextToken";
import type { ModelHandle, SessionHandle } from "../shared/protocol";
import { DEFAULT_SAMPLING } from "../shared/sampling";
import { createRuntimeHost, type HostApi } from "./runtimeHost";

let host: HostApi;
let model: ModelHandle;
let session: SessionHandle;

beforeAll(async () => {
  await openTestGpu();
  const dawn = (globalThis as typeof globalThis & { vitrineDawn?: GPU[] }).vitrineDawn?.at(-1) as GPU;
  host = createRuntimeHost(dawn);
  const files = [new File([Uint8Array.from(tinyGguf(talkingModel()))], "talking.gguf")];
  model = (await host.loadModel({ source: { kind: "files", files }, level: "stored", variant: "auto" }, () => {}))
    .handle;
  session = (await host.createSession(model, { capacity: 64, kvPrecision: "f32" })).handle;
});
afterAll(() => host.unloadModel(model));

const prompt = { kind: "chat", messages: [{ role: "user", content: "tea" }] } as const;
const sampling = { ...DEFAULT_SAMPLING, greedy: true };

function about(answerIds: readonly number[], index: number): NextTokenRequest {
  return { prompt, answerIds, index, fitting: { maxNewTokens: 32, atCapacity: "stop" }, sampling, top: 3 };
}

it("answers from rows that were kept, refuses where nothing is watched, and frees what is not watched", async () => {
  await expect(host.nextToken(session, about([7], 0))).rejects.toMatchObject({ name: "InvalidStateError" });
  await host.watchNextToken(session, true);
  const { ids, probabilities } = await host.generate(
    session,
    { prompt, sampling, maxNewTokens: 32, stopStrings: [], tokensInFlight: 2, atCapacity: "stop" },
    () => {},
  );
  expect(ids.at(-1)).toBe(EOS_ID);
  const report = await host.nextToken(session, about(ids, 1));
  expect(report?.actual?.token.text).toBe(" water");
  expect(report?.actual?.probability).toBeCloseTo(probabilities[1] ?? -1, 5);
  await host.watchNextToken(session, false);
  await expect(host.nextToken(session, about(ids, 1))).rejects.toMatchObject({ name: "InvalidStateError" });
  const texts = await host.tokenTexts(model, ids);
  expect(texts.map(({ text }) => text).join("")).toBe(" Hot water and leaves.</s>");
});

it("cuts a person's text as it would stand in an answer, without a second space", async () => {
  const texts = async (text: string) => (await host.tokensOf(model, text)).map((token) => token.text);
  expect(await texts(" tea")).toEqual([" tea"]);
  expect(await texts(" Hot water</s>")).toEqual([" Hot", " water", "</s>"]);
  expect(await texts("")).toEqual([]);
});

it("frees nothing twice: a session that was closed may be let go of", async () => {
  const { handle } = await host.createSession(model, { capacity: 16, kvPrecision: "f32" });
  await host.watchNextToken(handle, true);
  await host.closeSession(handle);
  await host.watchNextToken(handle, false);
  await expect(host.watchNextToken(handle, true)).rejects.toMatchObject({ name: "InvalidStateError" });
});
