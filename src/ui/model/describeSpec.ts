/** A model's architecture in a few lines of words. */
import type { Activation, BlockSpec, ModelSpec, PositionSpec } from "../../shared/modelSpec";
import { formatCount } from "../../shared/units";
import type { Fact } from "../panels/Facts";
import type { Strings } from "../strings/en";

type Words = Strings["model"]["spec"];

const ACTIVATIONS: { readonly [A in Activation]: string } = {
  silu: "SiLU",
  gelu_tanh: "GELU (tanh)",
  gelu_erf: "GELU",
  gelu_quick: "GELU (sigmoid)",
  relu: "ReLU",
};

const NORMS = { layer: "LayerNorm", rms: "RMSNorm" } as const;

export function describeSpec(spec: ModelSpec, words: Words): Fact[] {
  const block = spec.blocks[0];
  if (block === undefined) return [[words.family, spec.family]];
  const { attention, mlp, norm } = block;
  const heads = words.heads(attention.numHeads, attention.numKvHeads, attention.headDim);
  return [
    [words.family, spec.family],
    [words.layers, formatCount(spec.blocks.length)],
    [words.hiddenSize, formatCount(spec.hiddenSize)],
    [words.attention, `${heads}${attention.qkNorm === null ? "" : words.qkNorm}`],
    [words.window, describeWindow(spec.blocks, words)],
    [words.positions, spec.embedding.learnedPositions ? words.learned : describePosition(block.position, words)],
    [words.mlp, `${mlp.kind}, ${ACTIVATIONS[mlp.activation]}, ${words.wide(formatCount(mlp.intermediateSize))}`],
    [words.norm, `${NORMS[norm.kind]}, eps ${norm.eps.toExponential()}`],
    [words.vocabulary, words.tokens(formatCount(spec.vocabSize))],
    [words.context, words.tokens(formatCount(spec.contextLength))],
    [words.head, spec.head.tied ? words.tied : words.ownHead],
  ];
}

function describeWindow(blocks: readonly BlockSpec[], words: Words): string {
  const sliding = blocks.filter((block) => block.attention.slidingWindow !== null);
  const window = sliding[0]?.attention.slidingWindow;
  if (window === null || window === undefined) return words.allBefore;
  const where = sliding.length === blocks.length ? "" : words.inLayers(sliding.length, blocks.length);
  return `${words.lastTokens(formatCount(window))}${where}`;
}

function describePosition(position: PositionSpec, words: Words): string {
  if (position.kind === "none") return words.none;
  const scaling = position.scaling.kind === "none" ? "" : words.scaling(position.scaling.kind);
  return `${words.rotary(formatCount(position.theta))}${scaling}`;
}
