/** What the fake runtime reports: a small Llama on a made-up GPU. */
import type { BlockSpec, ModelSpec } from "../shared/modelSpec";
import type { DeviceReport, ModelReport, ThinkingReport } from "../shared/protocol";
import { DEFAULT_SAMPLER, type Sampler } from "../shared/sampling";

export const FAKE_DEVICE: DeviceReport = {
  adapter: { vendor: "acme", architecture: "vitreous-2", device: "", description: "Acme Vitreous 200" },
  isSoftware: false,
  features: ["shader-f16", "subgroups", "timestamp-query"],
  limits: {
    maxBufferSize: 4 * 2 ** 30,
    maxStorageBufferBindingSize: 2 * 2 ** 30,
    maxComputeWorkgroupStorageSize: 32 * 1024,
    maxComputeInvocationsPerWorkgroup: 1024,
  },
};

const BLOCK: BlockSpec = {
  norm: { kind: "rms", eps: 1e-5 },
  attention: {
    numHeads: 8,
    numKvHeads: 4,
    headDim: 8,
    scale: 1 / Math.sqrt(8),
    qkNorm: null,
    causal: true,
    slidingWindow: null,
  },
  position: { kind: "rope", theta: 10_000, rotaryDim: 8, layout: "interleaved", scaling: { kind: "none" } },
  mlp: { kind: "gated", activation: "silu", intermediateSize: 172 },
};

export const FAKE_SPEC: ModelSpec = {
  family: "llama",
  vocabSize: 512,
  hiddenSize: 64,
  contextLength: 512,
  embedding: { learnedPositions: false },
  blocks: [BLOCK, BLOCK, BLOCK, BLOCK, BLOCK],
  finalNorm: { kind: "rms", eps: 1e-5 },
  head: { tied: true },
};

const TOWER_BLOCK: BlockSpec = {
  ...BLOCK,
  attention: { ...BLOCK.attention, numKvHeads: 8, causal: false },
  position: { kind: "none" },
};

/** The same behind an image tower. */
export const FAKE_SEEING_SPEC: ModelSpec = {
  ...FAKE_SPEC,
  vision: {
    family: "SigLIP",
    imageSize: 48,
    patchSize: 8,
    hiddenSize: 64,
    blocks: [TOWER_BLOCK, TOWER_BLOCK],
    classRow: false,
    preNorm: null,
    dropsClassRow: false,
    projectorActivation: "gelu_erf",
    projectorSize: 64,
    imageTokenId: 511,
  },
};

/** What its files ask for, where they do. */
export const FAKE_SAMPLING: Sampler = { ...DEFAULT_SAMPLER, temperature: 0.6, topP: 0.9, minP: 0 };

/** Its template begins the thought itself, unless told not to. */
export const FAKE_THINKING: ThinkingReport = { isChoice: true, byDefault: true, opens: true };

export const FAKE_THOUGHT = `The question has two parts. Both can be answered from what was said.
</think>

It is both at once.`;

export const FAKE_WEIGHT_BYTES: ModelReport["weightBytes"] = { q8_0: 258_400, f32: 2816, q4_0: 64_200 };

export const FAKE_ANSWER = `A glass case protects what is inside and still lets everyone look at it. That is the idea here, too: the model sits in this tab, and every step it takes can be watched.

When you send a message, the text is first cut into tokens. Each of them becomes a row of numbers, and the rows pass through the layers one after another. In every layer the newest row looks back at the ones before it, takes a little from each, and moves on.

At the end there is a number for every token in the vocabulary. One of them is drawn, written down, and read again as the newest row. Nothing else happens, as often as it takes.`;

export const FAKE_MARKDOWN = `<think>
The question has three parts. A table would help, and so would the formula itself.
</think>

## How softmax works

Softmax turns **scores** into *probabilities*: every value becomes positive, and together they add up to 1.

$$
p_i = \\frac{e^{x_i / T}}{\\sum_j e^{x_j / T}}
$$

With a temperature of $T \\to 0$ the largest score takes everything. In short:

| Temperature | Effect | Entropy |
| --- | --- | --- |
| 0.2 | steady | low |
| 0.8 | balanced | middling |
| 1.5 | surprising | high |

A version that does not overflow:

\`\`\`python
import math

def softmax(scores: list[float], temperature: float = 1.0) -> list[float]:
    """Subtracts the largest score, which changes nothing but the range."""
    top = max(scores)
    weights = [math.exp((x - top) / temperature) for x in scores]
    total = sum(weights)
    return [w / total for w in weights]
\`\`\`

1. Subtract the maximum.
2. Exponentiate.
3. Divide by the sum.

> The result is the same for all scores shifted by a constant.

See [a longer text](https://example.com/softmax) for the derivation, or \`scipy.special.softmax\`.`;
