/** A model's architecture in a few lines of words. */
import type { Activation, BlockSpec, ModelSpec, PositionSpec } from "../../shared/modelSpec";
import { formatCount } from "../../shared/units";
import type { Fact } from "../panels/Facts";

const ACTIVATIONS: { readonly [A in Activation]: string } = {
  silu: "SiLU",
  gelu_tanh: "GELU (tanh)",
  gelu_erf: "GELU",
  gelu_quick: "GELU (sigmoid)",
  relu: "ReLU",
};

const NORMS = { layer: "LayerNorm", rms: "RMSNorm" } as const;

export function describeSpec(spec: ModelSpec): Fact[] {
  const block = spec.blocks[0];
  if (block === undefined) return [["Family", spec.family]];
  const { attention, mlp, norm } = block;
  const qkNorm = attention.qkNorm === null ? "" : ", queries and keys normed";
  return [
    ["Family", spec.family],
    ["Layers", formatCount(spec.blocks.length)],
    ["Hidden size", formatCount(spec.hiddenSize)],
    [
      "Attention",
      `${attention.numHeads} heads, ${attention.numKvHeads} kv heads, head dim ${attention.headDim}${qkNorm}`,
    ],
    ["Window", describeWindow(spec.blocks)],
    ["Positions", spec.embedding.learnedPositions ? "learned" : describePosition(block.position)],
    ["MLP", `${mlp.kind}, ${ACTIVATIONS[mlp.activation]}, ${formatCount(mlp.intermediateSize)} wide`],
    ["Norm", `${NORMS[norm.kind]}, eps ${norm.eps.toExponential()}`],
    ["Vocabulary", `${formatCount(spec.vocabSize)} tokens`],
    ["Context", `${formatCount(spec.contextLength)} tokens`],
    ["Output head", spec.head.tied ? "tied to the embedding" : "its own"],
  ];
}

function describeWindow(blocks: readonly BlockSpec[]): string {
  const sliding = blocks.filter((block) => block.attention.slidingWindow !== null);
  const window = sliding[0]?.attention.slidingWindow;
  if (window === null || window === undefined) return "all tokens before";
  const where = sliding.length === blocks.length ? "" : `, in ${sliding.length} of ${blocks.length} layers`;
  return `last ${formatCount(window)} tokens${where}`;
}

function describePosition(position: PositionSpec): string {
  if (position.kind === "none") return "none";
  const scaling = position.scaling.kind === "none" ? "" : `, ${position.scaling.kind} scaling`;
  return `rotary, theta ${formatCount(position.theta)}${scaling}`;
}
