/** What may be asked about the inside of a running model. Rows and reductions cross the worker, never T x T maps. */
import type { TextPlace, TokenText } from "./nextToken";
import type { ModelHandle, SessionHandle } from "./protocol";

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
  /** Those from `idsFrom` on; null for a row that is no token. */
  readonly ids: readonly (number | null)[];
  readonly idsFrom: number;
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
  /** [count + 1], rising: where each cell begins and the last one ends, instead of `start` and `step`. */
  readonly edges?: readonly number[];
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

/** What the residual stream would say after a layer, sent through the final norm and the head (nostalgebraist 2020). */
export interface LensLayer {
  /** Most likely first. */
  readonly top: readonly LensToken[];
  readonly entropyBits: number;
  /** Parallel to `LensReport.followed`. */
  readonly followed: readonly { readonly probability: number; readonly rank: number }[];
}

export interface LensToken {
  readonly token: TokenText;
  readonly probability: number;
}

export interface LensReport {
  readonly position: number;
  /** First the embedding, then after each layer; the last is the model's own distribution. */
  readonly layers: readonly LensLayer[];
  /** Every token that is the most likely one after some layer. */
  readonly followed: readonly TokenText[];
}

/** The logit lens at many positions: the most likely token of each cell. Cells are [layers + 1, count]. */
export interface LensGridReport {
  readonly start: number;
  readonly count: number;
  /** Every token that is the most likely one of some cell; first those that are it most often. */
  readonly tokens: readonly TokenText[];
  /** Places in `tokens`. */
  readonly cells: Uint16Array<ArrayBuffer>;
  readonly probabilities: Float32Array<ArrayBuffer>;
  /** Of the token that was asked for; null: none was. */
  readonly followed: Float32Array<ArrayBuffer> | null;
}

/** Positions of one lens grid. */
export const MOST_LENS_POSITIONS = 64;

/** One head of a vision tower, whose patches all see each other. */
export interface TowerHeadReport {
  /** [patches] what the chosen patch gives to each. */
  readonly looksAt: Float32Array<ArrayBuffer>;
  /** [patches] what all patches give to each, mean. */
  readonly drawn: Float32Array<ArrayBuffer>;
  /** What the chosen patch gives to the row that is no patch; null: there is none. */
  readonly onClassRow: number | null;
}

/** What factors on heads change about the token that comes after a position, the text up to there being the same. */
export interface EffectReport {
  readonly position: number;
  /** Sum of p ln(p / q) over the vocabulary, in nats: p with all heads as they are, q under the factors. */
  readonly kld: number;
  readonly entropyBits: { readonly before: number; readonly after: number };
  /** The most likely ones of either side; most likely before first. */
  readonly tokens: readonly EffectToken[];
}

export interface EffectToken {
  readonly token: TokenText;
  readonly before: number;
  readonly after: number;
}

/** Calls about a session whose inspection is off throw InvalidStateError. */
export interface InspectionApi {
  /** Waits for the answer under way. @throws UnsupportedModelError naming what cannot be shown, OutOfMemoryError */
  setInspection(session: SessionHandle, on: boolean): Promise<void>;
  /**
   * Has the cache begin with an answer and its prompt (`exactly`: hold nothing else), computing what is missing; gives
   * way to a generation. Resolves with the number of tokens of both.
   * @throws ContextOverflowError, TokenizerError, ChatTemplateError
   */
  showText(session: SessionHandle, place: TextPlace, exactly?: boolean): Promise<number>;
  /** Null: nothing new since `known`. */
  readOverview(session: SessionHandle, known: OverviewKnown | null): Promise<AttentionOverview | null>;
  /** @throws InvalidSettingError outside the cached tokens or heads */
  readTile(session: SessionHandle, request: TileRequest): Promise<AttentionTileData>;
  /** @throws InvalidSettingError outside the cached tokens or heads */
  readPair(session: SessionHandle, head: HeadId, row: number, key: number): Promise<QueryKeyPair>;
  /**
   * [position + 1], sum 1: how much of a token's last row comes from each token when every layer takes half from the
   * mean of its heads and half from the row itself (Abnar and Zuidema 2020, arXiv 2005.00928).
   * @throws InvalidSettingError outside the cached tokens
   */
  readRollout(session: SessionHandle, position: number): Promise<Float32Array<ArrayBuffer>>;
  /** Null: not known while the session is generating. @throws InvalidSettingError outside the cached tokens */
  readLens(session: SessionHandle, position: number, top: number): Promise<LensReport | null>;
  /**
   * @param count at most `MOST_LENS_POSITIONS` @param follow an id, or null. Null: not known while the session is
   * generating. @throws InvalidSettingError outside the cached tokens
   */
  readLensGrid(
    session: SessionHandle,
    start: number,
    count: number,
    follow: number | null,
  ): Promise<LensGridReport | null>;
  /**
   * What these factors change after a cached position; afterwards every head counts as it is. Null: not known while the
   * session is generating. @throws InvalidSettingError
   */
  readEffect(
    session: SessionHandle,
    position: number,
    factors: readonly HeadFactor[],
    top: number,
  ): Promise<EffectReport | null>;
  /**
   * @param hash of a picture that was added @param patch from 0, line by line
   * @throws InvalidSettingError, UnsupportedModelError naming what cannot be shown
   */
  readTowerHead(model: ModelHandle, hash: string, head: HeadId, patch: number): Promise<TowerHeadReport>;
  /** Factors on what heads hand on; those not named get 1. Whatever is cached is forgotten. @throws InvalidSettingError */
  scaleHeads(session: SessionHandle, factors: readonly HeadFactor[]): Promise<void>;
}
