/** The same prompt, seed and settings through several levels of the same weights, writing side by side. */
import type { TokenText } from "./nextToken";
import type { EndReason, GenerateRequest, ModelHandle } from "./protocol";
import type { FormatId } from "./quant";
import type { ComparedChoice } from "./recipes";

export interface LanesRequest extends Pick<GenerateRequest, "prompt" | "sampling" | "stopStrings"> {
  /** An open model: its files are read again for every level that is not its own. */
  readonly model: ModelHandle;
  /** As in a comparison. */
  readonly file: readonly File[] | null;
  readonly lora: readonly File[] | null;
  readonly maxNewTokens: number;
  /** Those that are written now. Levels that stood open from the run before and are not among `keep` are freed. */
  readonly lanes: readonly LaneRequest[];
  readonly keep: readonly ComparedChoice[];
}

export interface LaneRequest {
  readonly level: ComparedChoice;
  /** Tokens that the answer begins with, exactly these. */
  readonly answerIds: readonly number[];
}

export interface LaneStats {
  /** Drawn in this run: those given are not counted. */
  readonly generatedTokens: number;
  /** From the lane's turn to its first token: other lanes' work is not counted. */
  readonly firstTokenMs: number | null;
  /** While it was this lane's turn; null below two tokens. */
  readonly tokensPerSecond: number | null;
  /** Keys and values in use, and reserved. */
  readonly cacheBytes: number;
  readonly cacheReservedBytes: number;
}

export type LaneEvent =
  | {
      readonly kind: "loading";
      readonly level: ComparedChoice;
      readonly doneBytes: number;
      readonly totalBytes: number;
    }
  | {
      readonly kind: "opened";
      readonly level: ComparedChoice;
      /** Of the weights, by format. */
      readonly weightBytes: Readonly<Partial<Record<FormatId, number>>>;
    }
  /** The answer's tokens from place `from` on; those known before from there are replaced. */
  | {
      readonly kind: "tokens";
      readonly level: ComparedChoice;
      readonly from: number;
      readonly tokens: readonly TokenText[];
      readonly stats: LaneStats;
    }
  | { readonly kind: "ended"; readonly level: ComparedChoice; readonly endReason: EndReason };

export interface LanesApi {
  /**
   * Lanes take turns of a few tokens on the GPU, so that each one's speed is its own. What does not fit beside the
   * others is loaded when those are done. The models stay open until `closeLanes`, a comparison or the next run with
   * other levels. Resolves when every lane has ended or was stopped.
   * @throws InvalidStateError while lanes are being written; any error of loading a model or generating
   */
  runLanes(request: LanesRequest, onEvent: (event: LaneEvent) => void): Promise<void>;
  stopLanes(): Promise<void>;
  /** Frees what the last run left open. */
  closeLanes(): Promise<void>;
}
