/** A model that sees: pictures in the prompt, in the cache, and in what is answered. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChatMessage, GenerateResult } from "../../shared/protocol";
import { DEFAULT_SAMPLING } from "../../shared/sampling";
import { memorySource } from "../files/byteSource";
import { openModelFiles } from "../files/modelFiles";
import type { Gpu } from "../gpu/device";
import { readFloats } from "../gpu/readback";
import { type OpenedModel, openModel } from "../openModel";
import { expectClose } from "../testing/allclose";
import { openTestGpu } from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import { ANSWER_TEXTS, talkingModel } from "../testing/talkingModel";
import { colourTower, IMAGE_TOKENS, randomTower, tinyLlavaFolder } from "../testing/tinyLlava";
import { randomModel } from "../testing/tinyModel";
import type { RgbImage } from "../vision/rgbImage";
import { generateText } from "./generation";
import type { ImageEncoder } from "./imageEncoder";
import { isToken, type PromptItem } from "./promptItems";
import { Session } from "./session";

const TALKING = talkingModel();
const RANDOM = randomModel(5);

let gpu: Gpu;
/** Answers about cats to red, about rain to green, about tea to blue. */
let talking: OpenedModel;
let random: OpenedModel;

async function open(files: ReadonlyMap<string, Uint8Array>): Promise<OpenedModel> {
  const sources = [...files].map(([name, bytes]) => memorySource(bytes, name));
  return openModel(gpu, await openModelFiles(sources), { level: "stored", variant: "auto" });
}

beforeAll(async () => {
  gpu = await openTestGpu();
  talking = await open(tinyLlavaFolder(TALKING, colourTower(TALKING, ["cats", "rain", "tea"])));
  random = await open(tinyLlavaFolder(RANDOM, randomTower(6)));
});
afterAll(async () => {
  for (const opened of [talking, random]) {
    await opened.images?.destroy();
    opened.model.destroy();
  }
});

function plain(red: number, green: number, blue: number, width = 60, height = 40): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data.set([red, green, blue], i * 3);
  return { width, height, data };
}

function noise(seed: number): RgbImage {
  return { width: 50, height: 70, data: new SeededRandom(seed).bytes(50 * 70 * 3) as RgbImage["data"] };
}

const encoder = (opened: OpenedModel): ImageEncoder => opened.images as ImageEncoder;
const user = (content: string, images: readonly string[] = []): ChatMessage => ({ role: "user", content, images });

async function withSession<T>(opened: OpenedModel, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await Session.create(opened.model, { capacity: 256, precision: "f32", prefillRows: 16 });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

function ask(opened: OpenedModel, session: Session, messages: readonly ChatMessage[]): Promise<GenerateResult> {
  const request = {
    prompt: { kind: "chat", messages },
    sampling: { ...DEFAULT_SAMPLING, greedy: true },
    maxNewTokens: 12,
    stopStrings: [],
    tokensInFlight: 2,
    atCapacity: "stop",
  } as const;
  return generateText(opened, session, request, () => {});
}

/** Words of byte-level models bring their space. */
async function answer(session: Session, messages: readonly ChatMessage[]): Promise<string> {
  return (await ask(talking, session, messages)).text.trim();
}

describe("what a picture shows decides the answer", () => {
  it.each([
    ["red", plain(255, 0, 0), ANSWER_TEXTS.cats],
    ["green", plain(0, 255, 0), ANSWER_TEXTS.rain],
    ["blue", plain(0, 0, 255), ANSWER_TEXTS.tea],
    ["grey", plain(128, 128, 128), ANSWER_TEXTS.ask],
  ])("%s", async (_, image, text) => {
    const { hash } = await encoder(talking).encode(image);
    await withSession(talking, async (session) => {
      expect(await answer(session, [user("?", [hash])])).toBe(text);
    });
  });

  it("the newest of several counts, and the words after it count more", async () => {
    const [red, blue] = await Promise.all([plain(255, 0, 0), plain(0, 0, 255)].map((i) => encoder(talking).encode(i)));
    if (red === undefined || blue === undefined) throw new Error("not encoded");
    await withSession(talking, async (session) => {
      expect(await answer(session, [user("?", [red.hash, blue.hash])])).toBe(ANSWER_TEXTS.tea);
      expect(await answer(session, [user("?", [red.hash]), user(" rain")])).toBe(ANSWER_TEXTS.rain);
    });
  });

  it("a picture that the model was not given is refused by name", async () => {
    await withSession(talking, async (session) => {
      const unknown = ask(talking, session, [user("?", ["00"])]);
      await expect(unknown).rejects.toMatchObject({ name: "InvalidSettingError" });
    });
  });
});

describe("the cache", () => {
  /** What is cached already is not computed again. */
  async function feedOneByOne(session: Session, items: readonly PromptItem[]): Promise<void> {
    for (let length = 1; length <= items.length; length++) await session.prefill(items.slice(0, length));
  }
  const logitsOf = (session: Session): Promise<Float32Array> =>
    readFloats(gpu, session.forward.buffers.logits, 0, random.model.spec.vocabSize);

  it("prefill with a picture equals its items fed one by one", async () => {
    const { rows } = await encoder(random).encode(noise(1));
    expect(rows).toHaveLength(IMAGE_TOKENS);
    const items: PromptItem[] = [1, 4, ...rows, 40, 41, 5];
    const last = items.length - 1;
    const [whole, single] = await Promise.all(
      [false, true].map((isSingle) =>
        withSession(random, async (session) => {
          if (isSingle) await feedOneByOne(session, items.slice(0, last));
          const drawn = await session.generate({
            ids: items,
            sampling: { ...DEFAULT_SAMPLING, greedy: true },
            maxNewTokens: 1,
            tokensInFlight: 1,
            onToken: () => false,
          });
          expect(drawn.cachedTokens).toBe(isSingle ? last : 0);
          return logitsOf(session);
        }),
      ),
    );
    if (whole === undefined || single === undefined) throw new Error("no logits");
    // The same sums in another order.
    expectClose(single, whole, 1e-4);
    expect(new Set(whole).size).toBeGreaterThan(1);
  });

  it("counts visual tokens, reuses the same picture and no other", async () => {
    const [one, two] = await Promise.all([noise(1), noise(2)].map((image) => encoder(random).encode(image)));
    if (one === undefined || two === undefined) throw new Error("not encoded");
    await withSession(random, async (session) => {
      const first = await ask(random, session, [user("tea", [one.hash])]);
      const rows = session.cachedItems.filter((item) => !isToken(item));
      expect(rows).toHaveLength(IMAGE_TOKENS);
      expect(session.length).toBe(first.stats.cacheLength);

      const other = await ask(random, session, [user("tea", [two.hash])]);
      const before = session.cachedItems.findIndex((item) => !isToken(item));
      // What stands before the picture is the same.
      expect(other.stats.cachedTokens).toBe(before);
      const again = await ask(random, session, [user("tea", [two.hash])]);
      expect(again.stats.cachedTokens).toBe(again.stats.promptTokens - 1);
      expect(again.text).toBe(other.text);

      const both = await ask(random, session, [user("tea", [one.hash, two.hash])]);
      // The rows, and the line break between one picture and the next.
      expect(both.stats.promptTokens).toBe(first.stats.promptTokens + IMAGE_TOKENS + 1);
      expect(both.stats.cacheBytesUsed).toBe(session.cache.bytesPerToken * session.length);
    });
  });

  it("the same picture shown twice is encoded once", async () => {
    const first = await encoder(random).encode(noise(3));
    const again = await encoder(random).encode(noise(3));
    expect(again.hash).toBe(first.hash);
    expect(again.rows).toBe(first.rows);
    expect((await encoder(random).encode(noise(4))).hash).not.toBe(first.hash);
  });
});
