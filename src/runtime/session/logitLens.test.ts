import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_SAMPLING } from "../../shared/sampling";
import type { Gpu } from "../gpu/device";
import type { OpenedModel } from "../openModel";
import { openTestGpu } from "../testing/kernelHarness";
import { referenceForward } from "../testing/referenceForward";
import { softmax } from "../testing/softmax";
import { openSynthetic, syntheticLlama } from "../testing/syntheticModel";
import { logitLens } from "./logitLens";
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

const model = syntheticLlama({ num_hidden_layers: 3 });

describe("the logit lens", () => {
  it("ends with the model's own distribution, goes through the final norm before, and leaves the cache", async () => {
    opened = await openSynthetic(gpu, model);
    session = await Session.create(opened.model, { capacity: 60, precision: "f32", prefillRows: 8 });
    const ids = Array.from({ length: 20 }, (_, i) => (i * 7) % 90);
    const sampling = { ...DEFAULT_SAMPLING, greedy: true };
    await session.generate({ ids, sampling, maxNewTokens: 9, tokensInFlight: 2, onToken: () => false });
    const cached = [...session.cachedItems] as number[];
    const lens = await logitLens(opened, session, 22, 5);
    expect(session.cachedItems).toEqual(cached);
    expect(lens?.layers).toHaveLength(4);
    const own = softmax(referenceForward(model, cached.slice(0, 23)).at(-1) ?? []);
    // A model of fewer layers says after its last what this one would say after that layer.
    for (const [stage, layers] of [
      [3, 3],
      [2, 2],
      [1, 1],
      [0, 0],
    ] as const) {
      const shorter = { ...model, spec: { ...model.spec, blocks: model.spec.blocks.slice(0, layers) } };
      const expected = softmax(referenceForward(shorter, cached.slice(0, 23)).at(-1) ?? []);
      for (const { token, probability } of lens?.layers[stage]?.top ?? []) {
        expect(Math.abs(probability - (expected[token.id] as number))).toBeLessThan(1e-4);
      }
      expect(lens?.layers[stage]?.top[0]?.token.id).toBe(expected.indexOf(Math.max(...expected)));
    }
    const followed = lens?.followed.map(({ id }) => id) ?? [];
    expect(new Set(lens?.layers.map(({ top }) => top[0]?.token.id))).toEqual(new Set(followed));
    for (const [i, id] of followed.entries()) {
      expect(Math.abs((lens?.layers[3]?.followed[i]?.probability ?? 0) - (own[id] as number))).toBeLessThan(1e-4);
    }
  });

  it("refuses a position that is not cached", async () => {
    opened = await openSynthetic(gpu, model);
    session = await Session.create(opened.model, { capacity: 10, precision: "f32" });
    await expect(logitLens(opened, session, 0, 5)).rejects.toMatchObject({ name: "InvalidSettingError" });
  });
});
