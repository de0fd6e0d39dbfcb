/** The bundled model in the runtime: the words PyTorch gave, and what quantization does to them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Gpu } from "../../src/runtime/gpu/device";
import { openTestGpu } from "../../src/runtime/testing/kernelHarness";
import { Answerer } from "./answerer";
import { type EvaluationItem, isRight, PANE_ITEMS, readItems } from "./items";

const ROOT = join(import.meta.dirname, "../..");
const DIRECTORY = join(ROOT, "public/models/pane");
const IMAGE_TOKEN_ID = 6;
/** Largest difference of float32 sums in another order, as for the goldens of other models. */
const LOGIT_BOUND = 2e-4;
/** Share of the sample's answers that 8-bit weights must not change. */
const SAME_AT_Q8 = 0.98;
/** Share of the sample that is right: 50 of 54 when the weights were made, less one that other rounding may change. */
const MEASURED = 0.9;

/** As training/goldens.py writes it. */
interface Golden {
  readonly id: string;
  readonly messages: EvaluationItem["messages"];
  readonly png?: string;
  readonly ids: readonly number[];
  readonly greedy_ids: readonly number[];
  readonly greedy_text: string;
  readonly min_margin: number;
  readonly logits_last?: readonly number[];
}

const goldens = (JSON.parse(readFileSync(join(ROOT, "training/goldens.json"), "utf8")) as { cases: Golden[] }).cases;
const sample = readItems(
  PANE_ITEMS.map((path) => join(ROOT, path)),
  3,
);

function itemOf({ id, messages, png, greedy_text }: Golden): EvaluationItem {
  return { row: id, goal: 1, messages, answer: greedy_text, ...(png === undefined ? {} : { image: png }) };
}

let gpu: Gpu;
let exact: Answerer;
beforeAll(async () => {
  gpu = await openTestGpu();
  exact = await Answerer.open(gpu, DIRECTORY, "f32");
});
afterAll(() => exact.close());

describe("the bundled model", () => {
  it("reads prompts as training did, and answers word for word as PyTorch", { timeout: 240_000 }, async () => {
    for (const golden of goldens) {
      const prompt = await exact.promptOf(itemOf(golden));
      const ids = prompt.map((item) => (typeof item === "number" ? item : IMAGE_TOKEN_ID));
      expect(ids, golden.id).toEqual(golden.ids);
    }
    // Far above what rounding changes, so that a difference is an error.
    const sure = goldens.filter(({ min_margin }) => min_margin > 50 * LOGIT_BOUND);
    expect(sure.length).toBeGreaterThanOrEqual(6);
    expect(sure.filter(({ png }) => png !== undefined).length).toBeGreaterThanOrEqual(2);
    for (const golden of sure) {
      const { text, ids } = await exact.answer(itemOf(golden));
      expect(text, golden.id).toBe(golden.greedy_text);
      expect(ids, golden.id).toEqual(golden.greedy_ids);
    }
  });

  it("gives PyTorch's logits, with a picture and without", { timeout: 120_000 }, async () => {
    const whole = goldens.filter(({ logits_last }) => logits_last !== undefined);
    expect(whole.map(({ png }) => png !== undefined).sort()).toEqual([false, true]);
    for (const golden of whole) {
      const logits = await exact.firstLogits(itemOf(golden));
      const worst = Math.max(...(golden.logits_last ?? []).map((wanted, id) => Math.abs(wanted - (logits[id] ?? NaN))));
      expect(worst, golden.id).toBeLessThan(LOGIT_BOUND);
    }
  });

  it("answers a sample as measured, and the same with 8-bit weights", { timeout: 600_000 }, async () => {
    const rounded = await Answerer.open(gpu, DIRECTORY, "q8_0");
    let right = 0;
    let same = 0;
    for (const item of sample) {
      const { text } = await exact.answer(item);
      right += Number(isRight(item, text));
      same += Number((await rounded.answer(item)).text === text);
    }
    await rounded.close();
    expect(right / sample.length).toBeGreaterThanOrEqual(MEASURED);
    expect(same / sample.length).toBeGreaterThanOrEqual(SAME_AT_Q8);
  });
});
