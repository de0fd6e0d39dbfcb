/** What inspection cannot compute again it refuses by name, before anything is shown. */
import { describe, expect, it } from "vitest";
import type { BlockSpec } from "../../shared/modelSpec";
import { syntheticLlama } from "../testing/syntheticModel";
import { checkInspectable } from "./capture";

const [block] = syntheticLlama().spec.blocks as readonly [BlockSpec];

describe("models whose attention can be shown", () => {
  it("have rotated, learned or no positions, and any window", () => {
    expect(() => checkInspectable({ blocks: [block] })).not.toThrow();
    const windowed = { ...block, attention: { ...block.attention, slidingWindow: 5 }, position: { kind: "none" } };
    expect(() => checkInspectable({ blocks: [windowed as BlockSpec] })).not.toThrow();
  });

  it("are others refused by name", () => {
    const alibi = { ...block, position: { kind: "alibi" } } as unknown as BlockSpec;
    expect(() => checkInspectable({ blocks: [block, alibi] })).toThrow("positions of kind alibi");
    const encoder = { ...block, attention: { ...block.attention, causal: false } };
    expect(() => checkInspectable({ blocks: [encoder] })).toThrow("attention that is not causal");
    expect(() => checkInspectable({ blocks: [encoder] }, false)).not.toThrow();
    expect(() => checkInspectable({ blocks: [block] }, false)).toThrow("attention that is causal");
  });
});
