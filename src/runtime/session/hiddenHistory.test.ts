import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_SAMPLING } from "../../shared/sampling";
import { openModelFiles } from "../files/modelFiles";
import type { Gpu } from "../gpu/device";
import { type OpenedModel, openModel } from "../openModel";
import { openNodeGpu } from "../testing/nodeGpu";
import { syntheticLlama } from "../testing/syntheticModel";
import { scoreLogits } from "./inspect";
import { Session } from "./session";

let gpu: Gpu;
let opened: OpenedModel;

beforeAll(async () => {
  gpu = await openNodeGpu("swiftshader");
  opened = await openModel(gpu, await openModelFiles(syntheticLlama().files), { level: "stored", variant: "auto" });
});

afterAll(() => gpu.device.destroy());

const PROMPT = [5, 17, 3, 60, 22, 41, 9];

describe("hidden history", () => {
  it("gives the logits of every prompt and generated position", async () => {
    const session = await Session.create(opened.model, {
      capacity: 32,
      precision: "f32",
      keepHidden: true,
      prefillRows: 4,
    });
    const { ids } = await session.generate({
      ids: PROMPT,
      sampling: { ...DEFAULT_SAMPLING, greedy: true },
      maxNewTokens: 5,
      tokensInFlight: 3,
      onToken: () => false,
    });
    const all = [...PROMPT, ...ids.slice(0, -1)];
    expect(session.length).toBe(all.length);
    const kept: Float32Array[] = [];
    for (const position of all.keys()) kept.push(await session.logitsAt(position));
    const fork = await session.fork();
    expect(await fork.logitsAt(3)).toEqual(kept[3]);
    const plain = await Session.create(opened.model, { capacity: 32, precision: "f32" });
    let worst = 0;
    await scoreLogits(plain, all, (position, logits) => {
      for (const [v, logit] of logits.entries()) worst = Math.max(worst, Math.abs(logit - (kept[position]?.[v] ?? 0)));
    });
    // Prefill and decode add up in another order: f32 rounding of logits of size 1.
    expect(worst).toBeLessThan(1e-5);
    expect(worst).toBeGreaterThanOrEqual(0);
    await Promise.all([session.close(), fork.close(), plain.close()]);
  });

  it("refuses positions outside the cache, and sessions that keep nothing", async () => {
    const session = await Session.create(opened.model, { capacity: 16, precision: "f32", keepHidden: true });
    await session.prefill(PROMPT);
    await expect(session.logitsAt(PROMPT.length)).rejects.toMatchObject({ name: "InvalidSettingError" });
    await expect(session.logitsAt(-1)).rejects.toMatchObject({ name: "InvalidSettingError" });
    const plain = await Session.create(opened.model, { capacity: 16, precision: "f32" });
    await expect(plain.logitsAt(0)).rejects.toMatchObject({ name: "InvalidStateError" });
    await expect(plain.logitsIn(PROMPT, 0, 0)).rejects.toMatchObject({ name: "InvalidStateError" });
    await Promise.all([session.close(), plain.close()]);
  });
});
