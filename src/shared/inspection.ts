/** What may be asked about the inside of a running model. Rows and reductions cross the worker, never T x T maps. */
import type { SessionHandle } from "./protocol";

/** Both from 0. */
export interface HeadId {
  readonly layer: number;
  readonly head: number;
}

/** 0 switches a head off, 1 leaves it as it is. */
export interface HeadFactor extends HeadId {
  readonly factor: number;
}

/** What a caller already holds of an overview. */
export interface OverviewKnown {
  readonly epoch: number;
  readonly length: number;
}

/**
 * Every head's attention over the tokens in the cache, reduced. A row of cells stands for `tokensPerCell` tokens, and
 * holds for each head sums over them: weight by cells of keys (OVERVIEW_CELLS), then the FIGURES.
 */
export interface AttentionOverview {
  /** Rows known from another epoch are void: cells were joined, or the text became another one. */
  readonly epoch: number;
  /** Tokens covered. */
  readonly length: number;
  readonly tokensPerCell: number;
  /** Rows of cells given here: from `firstRow` up to the one that holds the last token. */
  readonly firstRow: number;
  readonly rowCount: number;
  /** Per layer [rowCount, H, OVERVIEW_CELLS + FIGURES.length] */
  readonly layers: readonly Float32Array<ArrayBuffer>[];
  /** Rows whose token occurred before: those that the induction figure is a mean over. */
  readonly inductionRows: number;
  /** GPU bytes that looking costs. */
  readonly gpuBytes: number;
}

/** A rectangle of attention. Rows and keys from `start`, `count` cells of `step` tokens each. */
export interface TileRequest {
  /** One head, or several whose mean is wanted. */
  readonly heads: readonly HeadId[];
  readonly rows: TileAxis;
  readonly keys: TileAxis;
  /** Scores are before the softmax, scaled; only for single tokens of a single head. */
  readonly values: "pattern" | "scores";
}

export interface TileAxis {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

export interface AttentionTileData {
  /** Tokens in the cache when it was computed. */
  readonly length: number;
  /** [rows.count, keys.count]: what a cell's rows give to its keys, mean over rows, sum over keys; NaN: masked. */
  readonly cells: Float32Array<ArrayBuffer>;
}

/** One query and one key of a head as they meet: rotary pairs side by side. */
export interface QueryKeyPair {
  /** [D] */
  readonly query: Float32Array<ArrayBuffer>;
  /** [D] */
  readonly key: Float32Array<ArrayBuffer>;
  readonly scale: number;
}

/** The text that the cache holds. */
export interface CachedText {
  /** Ids in order; null for a row that is no token. */
  readonly ids: readonly (number | null)[];
  /** Text of each; several tokens that make up one character carry it together on the last, "" before. */
  readonly pieces: readonly string[];
}

export interface InspectionApi {
  /** Waits for the answer under way. @throws UnsupportedModelError naming what cannot be shown, OutOfMemoryError */
  setInspection(session: SessionHandle, on: boolean): Promise<void>;
  /** Null: nothing new since `known`. @throws InvalidStateError while inspection is off */
  readOverview(session: SessionHandle, known: OverviewKnown | null): Promise<AttentionOverview | null>;
  /** @throws InvalidSettingError outside the cached tokens, InvalidStateError while inspection is off */
  readTile(session: SessionHandle, request: TileRequest): Promise<AttentionTileData>;
  readPair(session: SessionHandle, head: HeadId, row: number, key: number): Promise<QueryKeyPair>;
  readCachedText(session: SessionHandle): Promise<CachedText>;
}
