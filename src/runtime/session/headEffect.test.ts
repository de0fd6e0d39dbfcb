/** What factors change about a next token, against two decoders in float64: one as it is, one damaged. */
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Gpu } from "../gpu/device";
import type { OpenedModel } from "../openModel";
import { openTestGpu } from "../testing/kernelHarness";
import { referenceForward } from "../testing/referenceForward";
import { softmax } from "../testing/softmax";
import { openSynthetic, syntheticLlama } from "../testing/syntheticModel";
import { headEffect } from "./headEffect";
import { Session } from "./session";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});
let opened: OpenedModel;
let session: Session;
afterEach(async () => {
  await session.close();
  opened.model.destroy();
});

const IDS = [5, 17, 3, 60, 22, 41, 9, 80, 2, 33];
const FACTOR = -1.5;
const whole = syntheticLlama();
const scaled = syntheticLlama({}, (name, values) => {
  if (name !== "model.layers.1.self_attn.o_proj.weight") return;
  for (let i = 0; i < values.length; i++) {
    if (Math.floor((i % 64) / 16) === 2) values[i] = (values[i] as number) * FACTOR;
  }
});

async function open(): Promise<void> {
  opened = await openSynthetic(gpu, whole);
  session = await Session.create(opened.model, { capacity: 40, precision: "f32", prefillRows: 4 });
  await session.prefill(IDS);
}

describe("the effect of scaled heads on a next token", () => {
  it("is that of a scaled slice of the output projection, and leaves cache and heads as they were", async () => {
    await open();
    const report = await headEffect(opened, session, 6, [{ layer: 1, head: 2, factor: FACTOR }], 4);
    const before = softmax(referenceForward(whole, IDS.slice(0, 7)).at(-1) ?? []);
    const after = softmax(referenceForward(scaled, IDS.slice(0, 7)).at(-1) ?? []);
    const kld = before.reduce((sum, p, id) => sum + p * Math.log(p / (after[id] as number)), 0);
    expect(kld).toBeGreaterThan(1e-3);
    // f32 logits are off by some 1e-5.
    expect(Math.abs((report?.kld ?? 0) - kld)).toBeLessThan(1e-4);
    expect(report?.tokens.length).toBeGreaterThanOrEqual(4);
    for (const { token, before: p, after: q } of report?.tokens ?? []) {
      expect(Math.abs(p - (before[token.id] as number))).toBeLessThan(1e-4);
      expect(Math.abs(q - (after[token.id] as number))).toBeLessThan(1e-4);
    }
    expect(report?.tokens[0]?.token.id).toBe(before.indexOf(Math.max(...before)));
    expect(report?.tokens.map(({ token }) => token.id)).toContain(after.indexOf(Math.max(...after)));
    expect(session.cachedItems).toEqual(IDS);
    const none = await headEffect(opened, session, 6, [], 4);
    expect(none?.kld).toBe(0);
    expect(none?.tokens.map(({ before: p }) => p)).toEqual(none?.tokens.map(({ after: q }) => q));
  });

  it("refuses what is not cached, and factors that are no numbers", async () => {
    await open();
    const refused = { name: "InvalidSettingError" };
    await expect(headEffect(opened, session, 10, [], 4)).rejects.toMatchObject(refused);
    const factors = [{ layer: 1, head: 2, factor: Number.NaN }];
    await expect(headEffect(opened, session, 3, factors, 4)).rejects.toMatchObject(refused);
  });
});
