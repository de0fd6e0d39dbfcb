/** The block of GPT-2, CLIP and SigLIP: LayerNorm, as many key as query heads, positions added before, an MLP without a gate. */
import type { Activation, BlockSpec } from "../../shared/modelSpec";

export interface PlainBlockShape {
  readonly hiddenSize: number;
  readonly numHeads: number;
  readonly intermediateSize: number;
  readonly eps: number;
  readonly activation: Activation;
  readonly causal: boolean;
}

export function plainBlock(shape: PlainBlockShape): BlockSpec {
  const { numHeads } = shape;
  const headDim = shape.hiddenSize / numHeads;
  return {
    norm: { kind: "layer", eps: shape.eps },
    attention: {
      numHeads,
      numKvHeads: numHeads,
      headDim,
      scale: 1 / Math.sqrt(headDim),
      qkNorm: null,
      causal: shape.causal,
      slidingWindow: null,
    },
    position: { kind: "none" },
    mlp: { kind: "plain", activation: shape.activation, intermediateSize: shape.intermediateSize },
  };
}
