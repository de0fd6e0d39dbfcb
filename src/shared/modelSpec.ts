/**
 * A model as data: how its blocks differ, in the field's words. `runtime/model/forward.ts` interprets this and
 * nothing else; no code branches on a model's name.
 *
 * Letters for dimensions, used in every shape comment: T query tokens, S cached tokens, H heads, K kv heads,
 * D head dim, C hidden, F mlp, V vocab, R rotary dims (<= D).
 */

export interface NormSpec {
  readonly kind: "layer" | "rms";
  readonly eps: number;
}

/** How rotary frequencies are stretched beyond the trained context. */
export type RopeScaling =
  | { readonly kind: "none" }
  /** Position interpolation: every frequency divided by `factor`. */
  | { readonly kind: "linear"; readonly factor: number }
  /** Dynamic NTK: the base grows once the sequence passes `originalContextLength`. */
  | { readonly kind: "dynamic"; readonly factor: number; readonly originalContextLength: number }
  /** YaRN (arXiv 2309.00071): interpolate low frequencies, keep high ones, scale cos and sin by `attentionFactor`. */
  | {
      readonly kind: "yarn";
      readonly factor: number;
      readonly originalContextLength: number;
      readonly betaFast: number;
      readonly betaSlow: number;
      readonly attentionFactor: number;
    }
  /** Llama 3: low frequencies divided by `factor`, high kept, a smooth ramp between. */
  | {
      readonly kind: "llama3";
      readonly factor: number;
      readonly lowFreqFactor: number;
      readonly highFreqFactor: number;
      readonly originalContextLength: number;
    }
  /** Each frequency divided by the matching entry of a tensor in the file (GGUF `rope_freqs.weight`). */
  | { readonly kind: "divisors"; readonly tensor: string };

export type PositionSpec =
  | { readonly kind: "none" }
  | {
      readonly kind: "rope";
      readonly theta: number;
      /** Dimensions that are rotated, R <= D; the rest pass through. */
      readonly rotaryDim: number;
      /** `interleaved`: pairs (2i, 2i+1). `half`: pairs (i, i + R/2). */
      readonly layout: "interleaved" | "half";
      readonly scaling: RopeScaling;
    };

export interface AttentionSpec {
  readonly numHeads: number;
  readonly numKvHeads: number;
  readonly headDim: number;
  /** Multiplies scores before softmax; 1/sqrt(D) unless the model says otherwise. */
  readonly scale: number;
  /** Norm of q and k per head, before rope. */
  readonly qkNorm: NormSpec | null;
  readonly causal: boolean;
  /** A token sees itself and the `slidingWindow - 1` before it; null sees all. */
  readonly slidingWindow: number | null;
}

/** `gelu_quick`: x sigmoid(1.702 x), CLIP's. */
export type Activation = "silu" | "gelu_tanh" | "gelu_erf" | "gelu_quick" | "relu";

export interface MlpSpec {
  /** `gated`: down(act(gate x) * up x); `plain`: down(act(up x)). */
  readonly kind: "gated" | "plain";
  readonly activation: Activation;
  readonly intermediateSize: number;
}

export interface BlockSpec {
  readonly norm: NormSpec;
  readonly attention: AttentionSpec;
  readonly position: PositionSpec;
  readonly mlp: MlpSpec;
}

export interface ModelSpec {
  /** Family name for people, never branched on. */
  readonly family: string;
  readonly vocabSize: number;
  readonly hiddenSize: number;
  /** Longest sequence the model was made for. */
  readonly contextLength: number;
  readonly embedding: {
    /** Learned absolute positions are added to the token embedding. */
    readonly learnedPositions: boolean;
  };
  readonly blocks: readonly BlockSpec[];
  readonly finalNorm: NormSpec;
  readonly head: { readonly tied: boolean };
  /** Present in models that see. */
  readonly vision?: VisionSpec;
}

/** An image tower (ViT, arXiv 2010.11929) and the projector of its rows into the language model (LLaVA). */
export interface VisionSpec {
  readonly family: string;
  /** Square images of this many pixels a side, cut into square patches. */
  readonly imageSize: number;
  readonly patchSize: number;
  readonly hiddenSize: number;
  /** Only the blocks that are run: the feature layer may lie before the last. */
  readonly blocks: readonly BlockSpec[];
  /** A learned row before the patches. */
  readonly classRow: boolean;
  /** Norm between embedding and blocks. */
  readonly preNorm: NormSpec | null;
  /** The class row is not passed on to the language model. */
  readonly dropsClassRow: boolean;
  readonly projectorActivation: Activation;
  readonly projectorSize: number;
  /** The id that stands for one image in a prompt; null: none does, and pictures stand between pieces of text. */
  readonly imageTokenId: number | null;
}

/** Rows `[start, end)` of a tensor in the file; all of it when `rows` is absent. */
export interface TensorRef {
  readonly name: string;
  readonly rows?: readonly [start: number, end: number];
  /** Stored [in, out] (GPT-2's Conv1D) instead of [out, in]; `rows` then counts output columns. */
  readonly transposed?: boolean;
}

export interface LinearRefs {
  readonly weight: TensorRef;
  readonly bias?: TensorRef;
}

/** Which tensors of the file play which role in one block. */
export interface BlockTensors {
  readonly attentionNorm: LinearRefs;
  readonly qProj: LinearRefs;
  readonly kProj: LinearRefs;
  readonly vProj: LinearRefs;
  readonly qNorm?: LinearRefs;
  readonly kNorm?: LinearRefs;
  readonly oProj: LinearRefs;
  readonly mlpNorm: LinearRefs;
  readonly gateProj?: LinearRefs;
  readonly upProj: LinearRefs;
  readonly downProj: LinearRefs;
}

export interface ModelTensors {
  readonly embedding: TensorRef;
  readonly positions?: TensorRef;
  readonly blocks: readonly BlockTensors[];
  readonly finalNorm: LinearRefs;
  /** Absent when the head is tied to the embedding. */
  readonly head?: LinearRefs;
  readonly vision?: VisionTensors;
}

export interface VisionTensors {
  /** [hidden, 3, patch, patch] */
  readonly patchEmbedding: LinearRefs;
  readonly classRow?: TensorRef;
  /** [rows, hidden] */
  readonly positions: TensorRef;
  readonly preNorm?: LinearRefs;
  readonly blocks: readonly BlockTensors[];
  readonly projector: readonly [LinearRefs, LinearRefs];
}
