/** A head that is switched off is a head whose slice of the output projection is zero. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_SAMPLING } from "../../shared/sampling";
import type { Gpu } from "../gpu/device";
import type { OpenedModel } from "../openModel";
import { openTestGpu } from "../testing/kernelHarness";
import { type Damage, openSynthetic, syntheticLlama } from "../testing/syntheticModel";
import { scoreLogits } from "./inspect";
import { Session } from "./session";

let gpu: Gpu;
const opened: OpenedModel[] = [];
beforeAll(async () => {
  gpu = await openTestGpu();
});
afterAll(() => {
  for (const { model } of opened) model.destroy();
});

async function open(damage?: Damage): Promise<Session> {
  const model = await openSynthetic(gpu, syntheticLlama({}, damage));
  opened.push(model);
  return Session.create(model.model, { capacity: 40, precision: "f32" });
}

const PROMPT = [5, 17, 3, 60, 22, 41, 9];

async function logits(session: Session): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  await scoreLogits(session, PROMPT, (_, row) => rows.push(row.slice()));
  return rows;
}

async function answer(session: Session): Promise<readonly number[]> {
  const sampling = { ...DEFAULT_SAMPLING, greedy: true };
  return (await session.generate({ ids: PROMPT, sampling, maxNewTokens: 20, tokensInFlight: 2, onToken: () => false }))
    .ids;
}

/** Columns of a head in [C, H D]. */
function withoutHead(name: string, head: number): Damage {
  return (tensor, values) => {
    if (tensor !== name) return;
    for (let i = 0; i < values.length; i++) if (Math.floor((i % 64) / 16) === head) values[i] = 0;
  };
}

describe("a head switched off", () => {
  it("computes, prompt and answer, what a model without its slice of the output projection computes", async () => {
    const whole = await open();
    const without = await open(withoutHead("model.layers.1.self_attn.o_proj.weight", 2));
    const before = await answer(whole);
    await whole.scaleHeads([{ layer: 1, head: 2, factor: 0 }]);
    expect(whole.length).toBe(0);
    expect(await logits(whole)).toEqual(await logits(without));
    const ablated = await answer(whole);
    expect(ablated).toEqual(await answer(without));
    expect(ablated).not.toEqual(before);
    await whole.scaleHeads([]);
    expect(await answer(whole)).toEqual(before);
  });

  it("stays off in a fork", async () => {
    const session = await open();
    await session.scaleHeads([{ layer: 0, head: 1, factor: 0.5 }]);
    const expected = await answer(session);
    const fork = await session.fork();
    fork.truncate(0);
    expect(await answer(fork)).toEqual(expected);
  });

  it.each([
    { layer: 0, head: 4, factor: 0 },
    { layer: 2, head: 0, factor: 0 },
    { layer: 0, head: 0, factor: Number.NaN },
  ])("refuses %o", async (factor) => {
    const session = await open();
    await expect(session.scaleHeads([factor])).rejects.toMatchObject({ name: "InvalidSettingError" });
  });
});
