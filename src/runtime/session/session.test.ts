import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { DEFAULT_SAMPLING, type SamplingSettings } from "../../shared/sampling";
import type { Gpu } from "../gpu/device";
import { readFloats } from "../gpu/readback";
import type { Model } from "../model/model";
import { expectClose } from "../testing/allclose";
import { openTestGpu } from "../testing/kernelHarness";
import { openSynthetic, syntheticGpt2, syntheticLlama } from "../testing/syntheticModel";
import type { DecodeRequest, DecodeResult } from "./decodeLoop";
import type { PromptItem } from "./promptItems";
import { Session } from "./session";

const V = 97;
const CAPACITY = 64;
const GREEDY: SamplingSettings = { ...DEFAULT_SAMPLING, greedy: true };
/** Everything that could depend on what came before: cuts, penalties over the history, noise by position. */
const LIVELY: SamplingSettings = {
  ...DEFAULT_SAMPLING,
  temperature: 1.3,
  topK: 50,
  topP: 0.97,
  minP: 0.01,
  repetitionPenalty: 1.2,
  frequencyPenalty: 0.3,
  presencePenalty: 0.2,
  seed: 42,
};
const PROMPT = [5, 17, 3, 88, 41, 0, 96, 12, 12, 7, 30];

let gpu: Gpu;
let model: Model;
beforeAll(async () => {
  gpu = await openTestGpu();
  model = (await openSynthetic(gpu, syntheticLlama())).model;
});
afterAll(() => {
  model.destroy();
  gpu.assertAlive();
});

async function withSession<T>(work: (session: Session) => Promise<T>, capacity = CAPACITY): Promise<T> {
  const session = await Session.create(model, { capacity, precision: "f32", prefillRows: 4 });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

function generate(
  session: Session,
  ids: readonly number[],
  request: Partial<DecodeRequest> = {},
): Promise<DecodeResult> {
  return session.generate({
    ids,
    sampling: LIVELY,
    maxNewTokens: 8,
    tokensInFlight: 2,
    onToken: () => false,
    ...request,
  });
}

function logitsOf(session: Session): Promise<Float32Array> {
  return readFloats(gpu, session.forward.buffers.logits, 0, V);
}

/** Rows of every step that is submitted while `work` runs: prefill chunks, then ones. */
async function submittedRows(session: Session, work: () => Promise<unknown>): Promise<number[]> {
  const rows: number[] = [];
  const { submit, submitDraw } = session.queue;
  const spies = [
    vi.spyOn(session.queue, "submit").mockImplementation((lists, count, length) => {
      rows.push(count);
      submit.call(session.queue, lists, count, length);
    }),
    vi.spyOn(session.queue, "submitDraw").mockImplementation((lists, count, length) => {
      rows.push(count);
      submitDraw.call(session.queue, lists, count, length);
    }),
  ];
  await work();
  for (const spy of spies) spy.mockRestore();
  return rows;
}

it("refuses a cache that no buffer of this device holds, and says what fits", async () => {
  const { maxStorageBufferBindingSize, maxBufferSize } = gpu.limits;
  // Keys and values of 2 heads of 16, f32.
  const longest = Math.floor((Math.min(maxStorageBufferBindingSize, maxBufferSize) - 256) / (2 * 2 * 16 * 4));
  const before = gpu.allocatedBytes;
  const refused = Session.create(model, { capacity: longest + 1, precision: "f32" });
  await expect(refused).rejects.toMatchObject({
    name: "OutOfMemoryError",
    message: expect.stringContaining(`${longest}`),
  });
  expect(gpu.allocatedBytes).toBe(before);
});

describe("tokens in flight", () => {
  interface Turns {
    readonly first: readonly number[];
    readonly end: string;
    readonly cached: readonly PromptItem[];
    readonly second: readonly number[];
    readonly reused: number;
    readonly logits: Float32Array;
  }

  /** A turn that ends when its seventh token comes, however many are under way, and the turn after it. */
  function twoTurns(tokensInFlight: number, sampling: SamplingSettings): Promise<Turns> {
    return withSession(async (session) => {
      let seen = 0;
      const onToken = (): boolean => ++seen === 7;
      const first = await generate(session, PROMPT, { tokensInFlight, maxNewTokens: 40, onToken, sampling });
      const cached = [...session.cachedItems];
      expect(session.length).toBe(cached.length);
      const next = [...PROMPT, ...first.ids, 8, 9];
      const second = await generate(session, next, { tokensInFlight, sampling });
      return {
        first: first.ids,
        end: first.end,
        cached,
        second: second.ids,
        reused: second.cachedTokens,
        logits: await logitsOf(session),
      };
    });
  }

  it.each([
    ["sampled", LIVELY],
    ["greedy", GREEDY],
  ] as const)("1, 2 or 8: the same tokens, cache and next turn, %s", async (_, sampling) => {
    const one = await twoTurns(1, sampling);
    expect(one.first).toHaveLength(7);
    expect(one.end).toBe("ended");
    // The last token was drawn, not run.
    expect(one.cached).toEqual([...PROMPT, ...one.first.slice(0, 6)]);
    expect(one.reused).toBe(PROMPT.length + 6);
    for (const tokensInFlight of [2, 8]) expect(await twoTurns(tokensInFlight, sampling)).toEqual(one);
  });

  it("draws different tokens for another seed, the same for the same", async () => {
    await withSession(async (session) => {
      const once = await generate(session, PROMPT, { maxNewTokens: 20 });
      const again = await generate(session, PROMPT, { maxNewTokens: 20 });
      const other = await generate(session, PROMPT, { maxNewTokens: 20, sampling: { ...LIVELY, seed: 43 } });
      expect(again.ids).toEqual(once.ids);
      expect(other.ids).not.toEqual(once.ids);
    });
  });

  it("what is drawn at a position does not depend on how one got there", async () => {
    await withSession(async (session) => {
      const { ids } = await generate(session, PROMPT, { maxNewTokens: 12 });
      const half = await generate(session, [...PROMPT, ...ids.slice(0, 6)], { maxNewTokens: 6 });
      expect(half.ids).toEqual(ids.slice(6));
    });
  });
});

describe("prefix reuse", () => {
  it("prefills in chunks, and only what differs from the cache", async () => {
    await withSession(async (session) => {
      const first = await submittedRows(session, () => generate(session, PROMPT, { maxNewTokens: 2 }));
      // Ten tokens in chunks of four; the eleventh is a step of decode, and so is what follows it.
      expect(first).toEqual([4, 4, 2, 1, 1]);
      expect(session.length).toBe(PROMPT.length + 1);
      const changed = [...PROMPT.slice(0, 8), 50, 51, 52];
      let result: DecodeResult | undefined;
      const second = await submittedRows(session, async () => {
        result = await generate(session, changed, { maxNewTokens: 1 });
      });
      expect(second).toEqual([2, 1]);
      expect(result?.cachedTokens).toBe(8);
      // The same again: all but the last token is there.
      expect(await submittedRows(session, () => generate(session, changed, { maxNewTokens: 1 }))).toEqual([1]);
      // A beginning of it.
      const short = changed.slice(0, 3);
      expect(await submittedRows(session, () => generate(session, short, { maxNewTokens: 1 }))).toEqual([1]);
      expect(session.cachedItems).toEqual(short);
    });
  });

  it("gives the logits that a fresh session gives, whatever was cached beyond", async () => {
    const ids = [...PROMPT.slice(0, 6), 60, 61, 62];
    const fresh = await withSession(async (session) => {
      await generate(session, ids, { maxNewTokens: 1 });
      return logitsOf(session);
    });
    await withSession(async (session) => {
      await generate(session, PROMPT, { maxNewTokens: 20, tokensInFlight: 8 });
      await generate(session, ids, { maxNewTokens: 1 });
      // Chunks are cut elsewhere: sums may be rounded differently.
      expectClose(await logitsOf(session), fresh, 1e-5, "after another text");
    });
  });

  it("reports progress to the end", async () => {
    await withSession(async (session) => {
      const seen: [number, number][] = [];
      await generate(session, PROMPT, { maxNewTokens: 1, onPrefill: (done, total) => seen.push([done, total]) });
      expect(seen).toEqual([
        [4, 11],
        [8, 11],
        [10, 11],
        [11, 11],
      ]);
    });
  });
});

describe("fork and truncate", () => {
  it("a fork goes on from the same cache, and each keeps its own", async () => {
    await withSession(async (session) => {
      const { ids } = await generate(session, PROMPT, { maxNewTokens: 5 });
      const next = [...PROMPT, ...ids, 33];
      const fork = await session.fork();
      expect(fork.cachedItems).toEqual(session.cachedItems);
      // The original moves on to something else first.
      await generate(session, [1, 2, 3, 4, 5, 6], { maxNewTokens: 10 });
      let forked: DecodeResult | undefined;
      const rows = await submittedRows(fork, async () => {
        forked = await generate(fork, next, { maxNewTokens: 6 });
      });
      expect(rows.slice(0, 2)).toEqual([1, 1]);
      const afresh = await withSession((other) => generate(other, next, { maxNewTokens: 6 }));
      expect(forked?.ids).toEqual(afresh.ids);
      expect(fork.cache.layers[0]?.buffer).not.toBe(session.cache.layers[0]?.buffer);
      await fork.close();
    });
  });

  it("truncate forgets the end, and nothing else", async () => {
    await withSession(async (session) => {
      const before = await generate(session, PROMPT, { maxNewTokens: 5 });
      session.truncate(4);
      expect(session.cachedItems).toEqual(PROMPT.slice(0, 4));
      session.truncate(10);
      expect(session.length).toBe(4);
      const after = await generate(session, PROMPT, { maxNewTokens: 5 });
      expect(after.cachedTokens).toBe(4);
      expect(after.ids).toEqual(before.ids);
    });
  });
});

describe("capacity", () => {
  it.each([1, 2, 8])("ends when the cache is full, with %d tokens in flight", async (tokensInFlight) => {
    await withSession(async (session) => {
      const ids = PROMPT.slice(0, 6);
      const result = await generate(session, ids, { maxNewTokens: 100, tokensInFlight });
      expect(result.end).toBe("capacity");
      // Positions 6 to 9 are run, and the token after the last of them is drawn.
      expect(result.ids).toHaveLength(5);
      expect(session.length).toBe(10);
      expect(session.cachedItems).toEqual([...ids, ...result.ids.slice(0, 4)]);
    }, 10);
  });

  it("draws one token when the prompt fills the cache, and refuses a longer prompt", async () => {
    await withSession(async (session) => {
      const full = await generate(session, PROMPT.slice(0, 10), { maxNewTokens: 100 });
      expect(full.ids).toHaveLength(1);
      expect(full.end).toBe("capacity");
      await expect(generate(session, PROMPT)).rejects.toMatchObject({
        name: "ContextOverflowError",
        message: expect.stringMatching(/11 tokens.* 10/),
      });
      // Nothing is lost.
      expect(session.cachedItems).toEqual(PROMPT.slice(0, 10));
    }, 10);
  });

  it.each([0, -3, 2.5, Number.NaN])("refuses a capacity of %d", async (capacity) => {
    await expect(Session.create(model, { capacity, precision: "f32" })).rejects.toMatchObject({
      name: "InvalidSettingError",
    });
  });

  it("refuses more positions than were learned", async () => {
    const gpt2 = (await openSynthetic(gpu, syntheticGpt2({ n_positions: 12 }))).model;
    await expect(Session.create(gpt2, { capacity: 13, precision: "f32" })).rejects.toMatchObject({
      name: "InvalidSettingError",
      message: expect.stringContaining("12"),
    });
    const session = await Session.create(gpt2, { capacity: null, precision: "f32" });
    expect(session.cache.capacity).toBe(12);
    await session.close();
    gpt2.destroy();
  });
});

describe("what is refused, and what ends a generation", () => {
  it.each([V, -1, 1.5, Number.NaN, 2 ** 32])("token id %d", async (id) => {
    await withSession(async (session) => {
      await expect(generate(session, [1, id])).rejects.toMatchObject({
        name: "InvalidSettingError",
        message: expect.stringContaining(String(id)),
      });
    });
  });

  it("an empty prompt, and settings out of range", async () => {
    await withSession(async (session) => {
      await expect(generate(session, [])).rejects.toMatchObject({ name: "InvalidSettingError" });
      for (const wrong of [{ temperature: -1 }, { topK: 1.5 }, { topP: 1.01 }, { minP: Number.NaN }, { seed: -1 }]) {
        const sampling = { ...LIVELY, ...wrong };
        await expect(generate(session, PROMPT, { sampling })).rejects.toMatchObject({
          name: "InvalidSettingError",
          message: expect.stringContaining(Object.keys(wrong)[0] as string),
        });
      }
      expect((await generate(session, PROMPT, { maxNewTokens: 0 })).ids).toEqual([]);
    });
  });

  it("a second generation while one runs", async () => {
    await withSession(async (session) => {
      const running = generate(session, PROMPT);
      await expect(generate(session, PROMPT)).rejects.toMatchObject({ name: "InvalidStateError" });
      expect((await running).ids).toHaveLength(8);
    });
  });

  it("stops after the token under way when told so, or within prefill", async () => {
    await withSession(async (session) => {
      const stop = new AbortController();
      let seen = 0;
      const onToken = (): boolean => {
        if (++seen === 3) stop.abort();
        return false;
      };
      const { signal } = stop;
      const result = await generate(session, PROMPT, { maxNewTokens: 40, tokensInFlight: 8, onToken, signal });
      expect(result).toMatchObject({ end: "stopped" });
      expect(result.ids).toHaveLength(3);
      expect(session.cachedItems).toEqual([...PROMPT, ...result.ids.slice(0, 2)]);

      const early = new AbortController();
      session.truncate(0);
      const stopped = await generate(session, PROMPT, { signal: early.signal, onPrefill: () => early.abort() });
      expect(stopped).toMatchObject({ end: "stopped", ids: [] });
      expect(session.cachedItems).toEqual(PROMPT.slice(0, 4));
      const after = await generate(session, PROMPT);
      expect(after.ids).toEqual((await withSession((fresh) => generate(fresh, PROMPT))).ids);
    });
  });

  it("a logit that is not a number: says where, and the session lives on", async () => {
    // Token 9 brings an embedding that is not a number; untied, so that only texts with it are touched.
    const broken = syntheticLlama({ tie_word_embeddings: false }, (name, values) => {
      if (name === "model.embed_tokens.weight") values[9 * 64] = Number.NaN;
    });
    const damaged = (await openSynthetic(gpu, broken)).model;
    const session = await Session.create(damaged, { capacity: CAPACITY, precision: "f32" });
    await expect(generate(session, [1, 2, 9], { tokensInFlight: 8 })).rejects.toMatchObject({
      name: "NonFiniteLogitsError",
      message: expect.stringContaining("position 3"),
    });
    const { ids } = await generate(session, [1, 2, 8], { maxNewTokens: 1 });
    expect(ids).toHaveLength(1);
    await session.close();
    damaged.destroy();
  });
});

describe("memory", () => {
  it("is freed when session and model are closed", async () => {
    const before = gpu.allocatedBytes;
    const { model: other } = await openSynthetic(gpu, syntheticLlama({ num_hidden_layers: 1 }));
    const session = await Session.create(other, { capacity: CAPACITY, precision: "f16" });
    expect(gpu.allocatedBytes - before).toBe(other.gpuBytes + session.gpuBytes);
    await generate(session, PROMPT);
    const fork = await session.fork();
    await fork.close();
    expect(gpu.allocatedBytes - before).toBe(other.gpuBytes + session.gpuBytes);
    await session.close();
    other.destroy();
    expect(gpu.allocatedBytes).toBe(before);
  });

  it("a load that fails leaves nothing behind", async () => {
    const before = gpu.allocatedBytes;
    const large = syntheticLlama({}, (name, values) => {
      if (name === "model.layers.1.mlp.down_proj.weight") values[7] = 1e6;
    });
    await expect(openSynthetic(gpu, large, { level: "f16" })).rejects.toMatchObject({
      name: "ConversionError",
      message: expect.stringContaining("model.layers.1.mlp.down_proj.weight"),
    });
    expect(gpu.allocatedBytes).toBe(before);
  });
});

describe("a lost device", () => {
  it("ends a generation under way, and the next, with DeviceLostError", async () => {
    const other = await openTestGpu();
    const opened = await openSynthetic(other, syntheticLlama({ num_hidden_layers: 1 }));
    const session = await Session.create(opened.model, { capacity: CAPACITY, precision: "f32" });
    const onToken = (): boolean => {
      other.device.destroy();
      return false;
    };
    const request = { maxNewTokens: 30, tokensInFlight: 8, onToken };
    await expect(generate(session, PROMPT, request)).rejects.toMatchObject({ name: "DeviceLostError" });
    await expect(generate(session, PROMPT)).rejects.toMatchObject({ name: "DeviceLostError" });
    await session.close();
  });
});
