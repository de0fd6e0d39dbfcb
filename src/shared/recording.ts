/** A recorded example: what a model was asked and answered, and what its inside was, so that it can be shown again. */
import type { LensReport } from "./inspection";
import type { TokenText } from "./nextToken";
import type { ImageReport, ModelReport, SessionReport } from "./protocol";

export const RECORDING_VERSION = 1;

/** Halves, little-endian, in base64. */
export type Halves = string;

/** What meets in one layer: queries [T, H, D] and keys [K, T, D]; patterns are computed from them. */
export interface RecordedAttention {
  readonly queries: Halves;
  readonly keys: Halves;
}

export interface Recording {
  readonly version: typeof RECORDING_VERSION;
  readonly report: Omit<ModelReport, "handle">;
  readonly session: Omit<SessionReport, "handle">;
  /** The chat as chats are exported, its picture included. */
  readonly chats: object;
  /** Of prompt and answer; null for a row that is no token. */
  readonly ids: readonly (number | null)[];
  /** Where the answer begins. */
  readonly answerAt: number;
  /** Texts of the whole vocabulary; an object where a token is no plain text. */
  readonly vocabulary: readonly (string | TokenText)[];
  readonly attention: readonly RecordedAttention[];
  /** [T, V]: each row less its largest, which is in `logitMaxima` (f32 in base64): the likely ones are the exact ones. */
  readonly logits: Halves;
  readonly logitMaxima: string;
  /** By position. */
  readonly lens: readonly LensReport[];
  /** In the order of the prompt. */
  readonly images: readonly RecordedImage[];
}

export interface RecordedImage {
  readonly report: Omit<ImageReport, "seen"> & {
    readonly seen: { readonly width: number; readonly height: number; readonly data: string };
  };
  /** By layer of the tower. */
  readonly tower: readonly RecordedAttention[];
}

/** A recording as the page opens it. */
export interface OpenedRecording {
  readonly report: ModelReport;
  readonly session: SessionReport;
  /** An export of chats. */
  readonly chats: string;
}
