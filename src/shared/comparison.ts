/**
 * What one level costs against another on the same text: both models read the same tokens, and at each scored place
 * their distributions over the whole vocabulary are compared. P is the reference, Q the level.
 */
import type { HeadFigures } from "./attentionMap";
import type { Statistic } from "./comparisonStatistics";
import type { HeadId, TileAxis } from "./inspection";
import type { TokenText } from "./nextToken";
import type { ModelHandle, Prompt } from "./protocol";
import type { FormatId } from "./quant";
import type { ComparedChoice } from "./recipes";

/** Likely next tokens listed for each scored token. */
export const COMPARED_TOP = 10;

/** One number for each scored token, in the order of the text. Logarithms are natural. */
export interface TokenScores {
  /** Place in the text's tokens, from 0. */
  readonly places: Uint32Array;
  /** -ln P(c), c the token that stands there */
  readonly nllReference: Float32Array;
  /** -ln Q(c) */
  readonly nllLevel: Float32Array;
  /** sum over the vocabulary of P (ln P - ln Q) */
  readonly kld: Float32Array;
  /** Largest P. */
  readonly topProbability: Float32Array;
  /** Ids of the most likely token by P and by Q, the lower id on a tie. */
  readonly topReference: Uint32Array;
  readonly topLevel: Uint32Array;
  /** [N, 2, COMPARED_TOP, 3]: most likely by P, then by Q; each id, and as bits of f32 ln P and ln Q. */
  readonly tops: Uint32Array;
}

export interface ComparisonRequest {
  /** An open model: its files are read again for every level that is not its own. */
  readonly model: ModelHandle;
  readonly reference: ComparedChoice;
  readonly levels: readonly ComparedChoice[];
  /** What "file" stands for: another model with the same vocabulary; null: none is compared. */
  readonly file: readonly File[] | null;
  /** The adapter of levels with one; null: that of the open model. */
  readonly lora: readonly File[] | null;
  /** A text, or a conversation as the model reads it. */
  readonly text: Prompt;
  /** Tokens of a window, the beginning-of-text token included; null: 512, or less where text or context are shorter. */
  readonly window: number | null;
  /** Rows of a window before this one are read but not scored; null: half a window. */
  readonly firstScored: number | null;
  /** Whether windows begin with the beginning-of-text token; null: as the model's tokenizer has it. */
  readonly bos: boolean | null;
  /**
   * Ends a contender as soon as the share of equal most likely tokens is known with this standard error; null: the
   * whole text is scored.
   */
  readonly until: number | null;
  /** Also scores, for each level, the reference with one matrix of the level after the other. */
  readonly findTensors: boolean;
  /** Also scores the reference against itself through other kernels: what is below that is rounding. */
  readonly measureFloor: boolean;
}

/**
 * Matrices that lie together: queries, keys and values; gate and up; the embedding, the head, or both in one ("tied").
 */
export interface TensorPart {
  /** Null: of no layer. */
  readonly layer: number | null;
  readonly name: "embedding" | "tied" | "head" | "qkv" | "o" | "up" | "down";
}

/** One head of both models on the same tokens. */
export interface HeadDifference {
  /** Means over the rows, the first left out. */
  readonly reference: HeadFigures;
  readonly level: HeadFigures;
  /**
   * Sum over keys of |level - reference| / 2, mean over the same rows: the share of attention that went elsewhere. 0:
   * alike, 1: nothing in common.
   */
  readonly variation: Statistic;
}

/** What a whole run left for looking at: a rectangle of one head, of one of its levels. */
export interface ComparedHeadRequest {
  readonly contender: Contender;
  readonly head: HeadId;
  readonly rows: TileAxis;
  readonly keys: TileAxis;
}

/** Both [rows.count, keys.count]: mean over a cell's rows, sum over its keys; NaN: masked. */
export interface ComparedHead {
  readonly reference: Float32Array<ArrayBuffer>;
  readonly level: Float32Array<ArrayBuffer>;
}

/** What is compared with the reference: a level, or the reference through other kernels. */
export type Contender = ComparedChoice | "floor";

export type ComparisonEvent =
  /** The tokens of the text, once they are known. */
  | {
      readonly kind: "text";
      readonly tokens: readonly TokenText[];
      readonly window: number;
      readonly firstScored: number;
      readonly bos: boolean;
    }
  | {
      readonly kind: "loading";
      readonly level: ComparedChoice;
      readonly doneBytes: number;
      readonly totalBytes: number;
    }
  /**
   * Reference and level do not fit on the GPU together: each is opened by itself, and the reference's logits of so many
   * windows at a time are kept. Matrices are not exchanged then. A reference that is the chat's own model cannot go:
   * then only its logits and its cache make room.
   */
  | {
      readonly kind: "turns";
      readonly windowsAtATime: number;
      readonly ofWindows: number;
      readonly referenceStays: boolean;
    }
  /** The reference by itself, when models take turns. */
  | {
      readonly kind: "reading";
      readonly level: ComparedChoice;
      readonly done: number;
      readonly ofWindows: number;
    }
  /** After each window. */
  | {
      readonly kind: "scores";
      readonly contender: Contender;
      readonly scores: TokenScores;
      readonly scored: number;
      readonly ofTokens: number;
    }
  /** |q - p| / |p| of the hidden state after the embedding, then after each layer; mean over some tokens. */
  | { readonly kind: "layers"; readonly contender: Contender; readonly errors: readonly Statistic[] }
  /** Attention over the first tokens of the first window, by layer and head. */
  | {
      readonly kind: "heads";
      readonly contender: Contender;
      /** The text's first tokens, which were looked at. */
      readonly tokens: number;
      readonly heads: readonly (readonly HeadDifference[])[];
    }
  /** Attention was not compared: why. Null: of no level, since it could not be had of the reference. */
  | {
      readonly kind: "noHeads";
      readonly contender: Contender | null;
      readonly reason: { readonly name: string; readonly message: string };
    }
  /** Mean KLD over one window of the reference with only this part taken from the level. */
  | {
      readonly kind: "tensor";
      readonly contender: Contender;
      readonly part: TensorPart;
      readonly kld: Statistic;
      readonly done: number;
      readonly ofParts: number;
    };

export interface ComparedModel {
  readonly level: ComparedChoice;
  /** Of the weights, by format: what the level became in this model. */
  readonly weightBytes: Readonly<Partial<Record<FormatId, number>>>;
  /** From first to last window, loading not included. */
  readonly scoringMs: number;
  /** While writing by itself on this device; null: not measured. */
  readonly tokensPerSecond: number | null;
}

export interface ComparisonResult {
  readonly end: "done" | "stopped";
  readonly reference: ComparedModel;
  /** Those that were reached. */
  readonly levels: readonly ComparedModel[];
  /**
   * The most that the run took on the GPU at a time beyond the models: caches and passes of a window, heads, and logits,
   * O(window x vocabulary).
   */
  readonly scratchBytes: number;
}

export interface ComparisonApi {
  /**
   * One level after the other beside the reference, window by window. Statistics are `comparisonStatistics.ts`.
   * @throws InvalidStateError while another comparison runs; InvalidSettingError for a text too short to score; any
   *   error of loading a model
   */
  compare(request: ComparisonRequest, onEvent: (event: ComparisonEvent) => void): Promise<ComparisonResult>;
  /** Ends the comparison under way after the window it is at. */
  stopComparison(): Promise<void>;
  /** Waits after the window it is at, with every model left open. */
  pauseComparison(): Promise<void>;
  resumeComparison(): Promise<void>;
  /**
   * Heads of the latest comparison can be looked at until the next one, until lanes are run or the model is closed.
   * @throws InvalidStateError when they are gone, InvalidSettingError outside the tokens that were looked at
   */
  readComparedHead(request: ComparedHeadRequest): Promise<ComparedHead>;
}
