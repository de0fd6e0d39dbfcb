/** What may be asked about the token that comes next, at any place of a text the model read or wrote. */
import type { GenerateRequest, ModelHandle, Prompt, SessionHandle } from "./protocol";
import type { SamplingSettings } from "./sampling";

/** A token as people read it. Spaces and line breaks are left as they are; showing them is the interface's part. */
export interface TokenText {
  readonly id: number;
  /** Of a token that holds part of a character only: the text that it and its neighbours make together, or "". */
  readonly text: string;
  /** 0: stands for itself or begins a group of tokens that only together are text; 1, 2, ...: goes on with it. */
  readonly part: number;
  /** The token's own bytes, where they are not text by themselves. */
  readonly bytes: readonly number[] | null;
  /** Control tokens, which are no text. */
  readonly isSpecial: boolean;
}

/** In the order in which a logit passes them. */
export const SAMPLER_STAGES = ["penalties", "topK", "topP", "minP", "temperature"] as const;
export type SamplerStage = (typeof SAMPLER_STAGES)[number];

export interface StageReport {
  readonly stage: SamplerStage;
  /** Tokens that are left after it. */
  readonly survivors: number;
  /** The model's own probability of those that are left, together. */
  readonly probability: number;
}

export interface Candidate {
  readonly token: TokenText;
  /** 0: the most likely by the model's own logits, the lower id first on a tie. */
  readonly rank: number;
  readonly logit: number;
  /** Softmax over the whole vocabulary, before penalties, cuts and temperature. */
  readonly probability: number;
  /** Of being drawn under the settings asked for; 0 for what was cut. */
  readonly sampledProbability: number;
  /** After each stage the share among those left, by logits as they are then; null once it was cut. */
  readonly byStage: readonly (number | null)[];
}

/** Everything that is not among the candidates, together. */
export interface CandidateTail {
  readonly count: number;
  readonly probability: number;
  readonly sampledProbability: number;
}

export interface NextTokenReport {
  /** As asked for. */
  readonly index: number;
  /** Of the token in the whole text, from 0. */
  readonly position: number;
  readonly vocabSize: number;
  /** Of the model's own distribution. */
  readonly entropyBits: number;
  /** Of what is drawn from. */
  readonly sampledEntropyBits: number;
  /** Most likely first. */
  readonly candidates: readonly Candidate[];
  /** What stands there; null where nothing does yet. */
  readonly actual: Candidate | null;
  readonly tail: CandidateTail;
  readonly stages: readonly StageReport[];
}

/** A prompt and the answer to it, by ids. */
export interface TextPlace {
  readonly prompt: Prompt;
  readonly answerIds: readonly number[];
  /** Of the answer's tokens, from 0; the answer's length: what would come next; below 0: of the prompt, from its end. */
  readonly index: number;
  /** How the answer was asked for: decides what was dropped when the cache was full. */
  readonly fitting: Pick<GenerateRequest, "maxNewTokens" | "atCapacity">;
}

export interface NextTokenRequest extends TextPlace {
  readonly sampling: SamplingSettings;
  /** How many candidates to list. */
  readonly top: number;
}

export interface NextTokenApi {
  /**
   * Keeps from now on what `nextToken` needs (a row of hidden size for each token computed), or frees it. Without it
   * nothing is kept and nothing costs anything.
   */
  watchNextToken(session: SessionHandle, isWatching: boolean): Promise<void>;
  /**
   * The distribution that the token at a place is drawn from. Rows that were not kept are computed by one prefill. The
   * same place again with other settings computes no logits. Null: not known while the session is generating.
   * @throws InvalidSettingError outside the text, InvalidStateError when nothing is watched, ContextOverflowError
   */
  nextToken(session: SessionHandle, request: NextTokenRequest): Promise<NextTokenReport | null>;
  /** @throws TokenizerError for a model without one */
  tokenTexts(model: ModelHandle, ids: readonly number[]): Promise<readonly TokenText[]>;
  /** A text cut into tokens as it stands, control tokens by their names. @throws TokenizerError */
  tokensOf(model: ModelHandle, text: string): Promise<readonly TokenText[]>;
}
