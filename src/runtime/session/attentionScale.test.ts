/** What looking at 24 layers x 14 heads over 4,096 tokens costs, counted: calls and bytes, nothing is computed. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FIGURES, OVERVIEW_CELLS } from "../../shared/attentionMap";
import { DEFAULT_SAMPLING } from "../../shared/sampling";
import type { OpenedModel } from "../openModel";
import { ApiCounter } from "../testing/apiCounter";
import { openNodeGpu } from "../testing/nodeGpu";
import { openSynthetic, syntheticLlama } from "../testing/syntheticModel";
import type { AttentionWatch } from "./attentionWatch";
import { Session } from "./session";

const LAYERS = 24;
const HEADS = 14;
const HEAD_DIM = 8;
const CAPACITY = 4160;
const TOKENS = 4096;

let counter: ApiCounter;
let opened: OpenedModel;
let session: Session;
beforeAll(async () => {
  counter = new ApiCounter(await openNodeGpu("null"), true);
  const model = syntheticLlama({
    num_hidden_layers: LAYERS,
    num_attention_heads: HEADS,
    num_key_value_heads: 2,
    hidden_size: HEADS * HEAD_DIM,
    max_position_embeddings: CAPACITY,
  });
  opened = await openSynthetic(counter.gpu, model, { variant: "subgroup" });
  session = await Session.create(opened.model, { capacity: CAPACITY, precision: "f16" });
  await session.inspect(true);
});
afterAll(async () => {
  await session.close();
  opened.model.destroy();
});

/** At tokens that were never computed. */
function look(ids: readonly number[]): AttentionWatch {
  session.pretendCached(ids);
  const { attention } = session;
  if (attention === null) throw new Error("nobody looks");
  return attention;
}

/** Of another seed another text from its first token on, so that nothing of it was seen before. */
function text(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, i) => (i * i + seed) % 11);
}

function counts(): Record<string, number> {
  return {
    dispatches: counter.count("pass.dispatchWorkgroups"),
    submits: counter.count("queue.submit"),
    mapped: counter.count("buffer.mapped"),
  };
}

describe("336 heads over 4,096 tokens", () => {
  it("keep one query a head and token, and little besides", async () => {
    const kept = LAYERS * HEADS * HEAD_DIM * 2 * CAPACITY;
    const denominators = LAYERS * HEADS * 4 * CAPACITY;
    const squares = OVERVIEW_CELLS * LAYERS * HEADS * (OVERVIEW_CELLS + FIGURES.length) * 4;
    const gpuBytes = session.attention?.gpuBytes ?? 0;
    expect(gpuBytes).toBeGreaterThanOrEqual(kept + denominators + squares);
    expect(gpuBytes).toBeLessThan(kept + denominators + squares + 2 * 2 ** 20);
  });

  it("are reduced in submits that are short each, and answered in one reading that does not grow with the text", async () => {
    const watch = look(text(TOKENS, 1));
    counter.reset();
    const all = await watch.overview(session.cachedItems, null);
    // Four stretches of 1,024 rows; the last has 14 x 1,024 x 4,096 weights a layer, and a submit takes 2^26.
    expect(counts()).toEqual({ dispatches: 4 * LAYERS, submits: 6 + 12 + 24 + 24 + 1, mapped: 1 });
    expect(all?.tokensPerCell).toBe(128);
    const floats = all?.layers.reduce((sum, layer) => sum + layer.length, 0);
    expect(floats).toBe(OVERVIEW_CELLS * LAYERS * HEADS * (OVERVIEW_CELLS + FIGURES.length));
  });

  it("take a submit of one dispatch a layer when a token has come, and one row of cells of each", async () => {
    const ids = text(TOKENS - 3, 2);
    const watch = look(ids.slice(0, -1));
    const known = await watch.overview(session.cachedItems, null);
    session.pretendCached(ids);
    counter.reset();
    const update = await watch.overview(session.cachedItems, known);
    expect(counts()).toEqual({ dispatches: LAYERS, submits: 2, mapped: 1 });
    expect(update?.rowCount).toBe(1);
    for (const layer of update?.layers ?? []) expect(layer).toHaveLength(HEADS * (OVERVIEW_CELLS + FIGURES.length));
    expect(update?.ids).toHaveLength(1);
  });

  it("give a hovered token's row and column, two dispatches and as many numbers as there are tokens", async () => {
    const watch = look(text(TOKENS, 4));
    await watch.overview(session.cachedItems, null);
    counter.reset();
    const position = 3000;
    const one = { start: position, step: 1, count: 1 };
    const request = { heads: [{ layer: 20, head: 13 }], values: "pattern" } as const;
    const row = { ...request, rows: one, keys: { start: 0, step: 1, count: position + 1 } };
    const column = { ...request, rows: { start: position, step: 1, count: TOKENS - position }, keys: one };
    const looksAt = await watch.tile(session.cachedItems, row);
    const lookedAtBy = await watch.tile(session.cachedItems, column);
    expect(counts()).toEqual({ dispatches: 2, submits: 4, mapped: 2 });
    expect(looksAt.cells.length + lookedAtBy.cells.length).toBe(TOKENS + 1);
  });

  it("cost a decoded token one dispatch a layer and nothing else", async () => {
    const perToken = async (): Promise<Record<string, number>> => {
      const of = async (count: number): Promise<Record<string, number>> => {
        session.pretendCached(text(TOKENS - 1, 3));
        counter.reset();
        await session.generate({
          ids: text(TOKENS, 3),
          sampling: DEFAULT_SAMPLING,
          maxNewTokens: count,
          tokensInFlight: 2,
          onToken: () => false,
        });
        const made = counter.calls.filter((call) => /create(Buffer|BindGroup|ComputePipeline)|writeBuffer/.test(call));
        return { ...counts(), made: made.length };
      };
      const [short, long] = [await of(10), await of(30)];
      return Object.fromEntries(
        Object.keys(short).map((name) => [name, ((long[name] ?? 0) - (short[name] ?? 0)) / 20]),
      );
    };
    const watched = await perToken();
    await session.inspect(false);
    const plain = await perToken();
    // Attention over a cache this long is two dispatches a layer: pieces, and their sum.
    expect(plain).toEqual({ dispatches: 6 * LAYERS + 5, submits: 1, mapped: 1, made: 0 });
    expect(watched).toEqual({ ...plain, dispatches: 7 * LAYERS + 5 });
  });
});
