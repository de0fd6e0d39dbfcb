import { describe, expect, it } from "vitest";
import type { BlockSpec, ModelSpec } from "../../shared/modelSpec";
import { checkSupported } from "./supported";

function block(attention: Partial<BlockSpec["attention"]> = {}): BlockSpec {
  return {
    norm: { kind: "rms", eps: 1e-5 },
    attention: {
      ...{ numHeads: 4, numKvHeads: 2, headDim: 16, scale: 0.25, qkNorm: null, causal: true, slidingWindow: null },
      ...attention,
    },
    position: { kind: "none" },
    mlp: { kind: "plain", activation: "gelu_tanh", intermediateSize: 32 },
  };
}

function spec(text: BlockSpec, tower?: BlockSpec): ModelSpec {
  return {
    ...{ family: "llama", vocabSize: 8, hiddenSize: 64, contextLength: 32, embedding: { learnedPositions: false } },
    blocks: [block(), text],
    finalNorm: { kind: "rms", eps: 1e-5 },
    head: { tied: true },
    ...(tower && {
      vision: {
        ...{ family: "SigLIP", imageSize: 48, patchSize: 8, hiddenSize: 64, blocks: [tower], classRow: false },
        ...{ preNorm: null, dropsClassRow: false, projectorActivation: "gelu_erf", projectorSize: 64, imageTokenId: 7 },
      },
    }),
  };
}

const seeing = (attention: Partial<BlockSpec["attention"]>) => spec(block(), block({ causal: false, ...attention }));

describe("shapes the kernels ask for", () => {
  it("lets through what they can compute", () => {
    expect(() => checkSupported(spec(block()))).not.toThrow();
    expect(() => checkSupported(seeing({ numKvHeads: 4, headDim: 72 }))).not.toThrow();
  });

  it.each<[string, ModelSpec, RegExp]>([
    ["a head of 30", spec(block({ headDim: 30 })), /headDim 30 of layer 1 is not a multiple of 4/],
    ["a head of 260", spec(block({ headDim: 260 })), /headDim 260 of layer 1 /],
    ["heads that do not divide", spec(block({ numHeads: 3 })), /layer 1 has 3 heads for 2 key-value heads/],
    ["text that looks ahead", spec(block({ causal: false })), /attention that is not causal/],
    [
      "a tower's head of 30",
      seeing({ headDim: 30 }),
      /headDim 30 of layer 0 of the image tower is not a multiple of 4/,
    ],
    [
      "a tower's head that is no whole number",
      seeing({ headDim: 21.5 }),
      /headDim of layer 0 of the image tower is 21.5/,
    ],
    ["a tower's head of 320", seeing({ headDim: 320 }), /headDim 320 of layer 0 of the image tower/],
  ])("refuses by name %s", (_, refused, words) => {
    expect(() => checkSupported(refused)).toThrow(
      expect.objectContaining({ name: "UnsupportedModelError", message: expect.stringMatching(words) }),
    );
  });
});
