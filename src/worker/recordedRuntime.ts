/** Answers from a recording what the runtime would answer from a model. What was not recorded is refused in words. */

import { patternReference } from "../runtime/kernels/attention.reference";
import { attentionOverviewReference } from "../runtime/kernels/attentionOverview.reference";
import { attentionRolloutReference } from "../runtime/kernels/attentionRollout.reference";
import { halfToFloat } from "../runtime/model/half";
import { LogitRow } from "../runtime/sampling/logitRow";
import { reportNextToken } from "../runtime/session/nextTokenReport";
import { towerPattern } from "../runtime/session/towerPattern";
import { FIGURES, inductionTarget, OVERVIEW_CELLS } from "../shared/attentionMap";
import { VitrineError } from "../shared/errors";
import type {
  AttentionOverview,
  AttentionTileData,
  HeadId,
  LensGridReport,
  LensReport,
  OverviewKnown,
  QueryKeyPair,
  TileAxis,
  TileRequest,
  TowerHeadReport,
} from "../shared/inspection";
import type { AttentionSpec } from "../shared/modelSpec";
import type { NextTokenReport, NextTokenRequest, TextPlace, TokenText } from "../shared/nextToken";
import type { ImageReport, ModelHandle, RuntimeApi, SessionHandle } from "../shared/protocol";
import { type OpenedRecording, RECORDING_VERSION, type Recording } from "../shared/recording";
import { PENALTY_WINDOW } from "../shared/sampling";

const MODEL = 1 as ModelHandle;
const SESSION = 2 as SessionHandle;
const STRIDE = OVERVIEW_CELLS + FIGURES.length;

/** [row][key] of one head, row t with t + 1 keys; keys behind the mask are 0. */
type Pattern = readonly Float64Array[];

export class RecordedRuntime implements Partial<RuntimeApi> {
  private readonly heads = new Map<string, Pattern>();

  private constructor(private readonly recording: Recording) {}

  /** @throws DownloadError, InvalidFileError */
  static async open(address: string): Promise<RecordedRuntime> {
    const response = await fetch(address).catch(() => null);
    if (response?.ok !== true) throw new VitrineError("DownloadError", "The recorded example could not be fetched.");
    const recording = (await response.json().catch(() => null)) as Recording | null;
    if (recording?.version !== RECORDING_VERSION) {
      throw new VitrineError(
        "InvalidFileError",
        "The recorded example is damaged, or of another version of this page.",
      );
    }
    return new RecordedRuntime(recording);
  }

  get opened(): OpenedRecording {
    const { report, session, chats } = this.recording;
    return {
      report: { ...report, handle: MODEL },
      session: { ...session, handle: SESSION },
      chats: JSON.stringify(chats),
    };
  }

  private get length(): number {
    return this.recording.ids.length;
  }

  setInspection = async (): Promise<void> => {};
  watchNextToken = async (): Promise<void> => {};
  closeSession = async (): Promise<void> => {};
  stop = async (): Promise<void> => {};
  generate = refuse;
  scaleHeads = refuse;
  readEffect = refuse;
  compare = refuse;
  createSession = async () => this.opened.session;

  tokenTexts = async (_model: ModelHandle, ids: readonly number[]): Promise<readonly TokenText[]> =>
    ids.map((id) => this.text(id));

  addImage = async (): Promise<ImageReport> => {
    const [image] = this.recording.images;
    if (image === undefined) return refuse();
    const { seen, ...rest } = image.report;
    return { ...rest, seen: { ...seen, data: bytesOf(seen.data) } };
  };

  showText = async (_session: SessionHandle, place: TextPlace): Promise<number> =>
    place.answerIds.length === 0 ? refuse() : this.length;

  readOverview = async (_session: SessionHandle, known: OverviewKnown | null): Promise<AttentionOverview | null> => {
    if (known?.length === this.length) return null;
    const { ids, report } = this.recording;
    const tokensPerCell = 2 ** Math.max(0, Math.ceil(Math.log2(this.length / OVERVIEW_CELLS)));
    const rowCount = Math.ceil(this.length / tokensPerCell);
    const latest = new Map<number | null, number>();
    const targets = ids.map((id, row) => {
      const target = id === null ? null : inductionTarget(latest, id, row);
      latest.set(id, row);
      return target;
    });
    const layers = report.spec.blocks.map(({ attention }, layer) => {
      const state = new Float32Array(rowCount * attention.numHeads * STRIDE);
      for (let head = 0; head < attention.numHeads; head++) {
        const patterns = ids.map((_, row) => this.reference({ layer, head }, row));
        const own = attentionOverviewReference(patterns, targets, tokensPerCell);
        for (let row = 0; row < rowCount; row++) {
          state.set(own.subarray(row * STRIDE, (row + 1) * STRIDE), (row * attention.numHeads + head) * STRIDE);
        }
      }
      return state;
    });
    const inductionRows = targets.filter((target) => target !== null).length;
    const whole = { idsFrom: 0, firstRow: 0, rowCount, tokensPerCell, layers, inductionRows };
    return { epoch: 1, length: this.length, ids, gpuBytes: 0, ...whole };
  };

  readTile = async (_session: SessionHandle, request: TileRequest): Promise<AttentionTileData> => {
    const { heads, rows, keys, values } = request;
    const cells = new Float32Array(rows.count * keys.count);
    for (let i = 0; i < cells.length; i++) {
      const row = rangeOf(rows, Math.floor(i / keys.count));
      const key = rangeOf(keys, i % keys.count);
      const isScore = values === "scores";
      cells[i] = isScore ? this.score(heads[0] as HeadId, row.start, key.start) : this.cell(heads, row, key);
    }
    return { length: this.length, cells };
  };

  readPair = async (_session: SessionHandle, head: HeadId, row: number, key: number): Promise<QueryKeyPair> => {
    const { attention, queries, keys } = this.layer(head.layer);
    const { numHeads, numKvHeads, headDim, scale } = attention;
    const kv = Math.floor(head.head / (numHeads / numKvHeads));
    const query = (row * numHeads + head.head) * headDim;
    const at = (kv * this.length + key) * headDim;
    return { query: queries.slice(query, query + headDim), key: keys.slice(at, at + headDim), scale };
  };

  readRollout = async (_session: SessionHandle, position: number): Promise<Float32Array<ArrayBuffer>> => {
    const patterns = this.recording.report.spec.blocks.map(({ attention }, layer) =>
      Array.from({ length: attention.numHeads }, (_, head) => this.pattern({ layer, head }).slice(0, position + 1)),
    );
    return Float32Array.from(attentionRolloutReference(patterns)[position] as Float64Array);
  };

  readLens = async (_session: SessionHandle, position: number, top: number): Promise<LensReport | null> => {
    const lens = this.recording.lens[position];
    if (lens === undefined) return null;
    return { ...lens, layers: lens.layers.map((layer) => ({ ...layer, top: layer.top.slice(0, top) })) };
  };

  /** A followed token is known where it is among the likely ones that were recorded; elsewhere it is no number. */
  readLensGrid = async (
    _session: SessionHandle,
    start: number,
    count: number,
    follow: number | null,
  ): Promise<LensGridReport> => {
    const columns = this.recording.lens.slice(start, start + count);
    const stages = columns[0]?.layers.length ?? 0;
    const cells = Array.from({ length: stages * count }, (_, i) => columns[i % count]?.layers[Math.floor(i / count)]);
    const ids = cells.map((cell) => cell?.top[0]?.token.id ?? 0);
    const order = [...new Set(ids)];
    const shareOf = (cell: (typeof cells)[number]): number =>
      cell?.top.find(({ token }) => token.id === follow)?.probability ?? Number.NaN;
    return {
      start,
      count,
      tokens: order.map((id) => this.text(id)),
      cells: Uint16Array.from(ids, (id) => order.indexOf(id)),
      probabilities: Float32Array.from(cells, (cell) => cell?.top[0]?.probability ?? Number.NaN),
      followed: follow === null ? null : Float32Array.from(cells, shareOf),
    };
  };

  readTowerHead = async (
    _model: ModelHandle,
    _hash: string,
    { layer, head }: HeadId,
    patch: number,
  ): Promise<TowerHeadReport> => {
    const { vision } = this.recording.report.spec;
    const met = this.recording.images[0]?.tower[layer];
    const attention = vision?.blocks[layer]?.attention;
    if (met === undefined || attention === undefined) return refuse();
    const [queries, keys] = [halvesOf(met.queries), halvesOf(met.keys)];
    const rows = queries.length / (attention.numHeads * attention.headDim);
    const first = vision?.classRow === true ? 1 : 0;
    const drawn = new Float32Array(rows - first);
    for (let row = first; row < rows; row++) {
      const pattern = towerPattern({ queries, keys }, attention, head, row);
      for (const [key, share] of drawn.entries()) drawn[key] = share + (pattern[first + key] as number) / drawn.length;
    }
    const own = towerPattern({ queries, keys }, attention, head, first + patch);
    const onClassRow = first === 1 ? (own[0] as number) : null;
    return { looksAt: Float32Array.from(own.subarray(first)), drawn, onClassRow };
  };

  nextToken = async (_session: SessionHandle, request: NextTokenRequest): Promise<NextTokenReport> => {
    const { ids, answerAt } = this.recording;
    const position = answerAt + request.index;
    if (position < 1 || position > this.length) return refuse();
    const seen = ids.slice(Math.max(0, position - PENALTY_WINDOW), position).filter((id) => id !== null);
    const row = new LogitRow(this.logitsAfter(position - 1), seen);
    return reportNextToken(row, request, position, ids[position] ?? undefined, (id) => this.text(id));
  };

  private text(id: number): TokenText {
    const text = this.recording.vocabulary[id] ?? "";
    return typeof text === "object" ? text : { id, text, part: 0, bytes: null, isSpecial: false };
  }

  private logitsAfter(position: number): Float32Array {
    const { vocabSize } = this.recording.report.spec;
    this.rows ??= halvesOf(this.recording.logits);
    this.maxima ??= new Float32Array(bytesOf(this.recording.logitMaxima).buffer);
    const highest = this.maxima[position] as number;
    return this.rows.slice(position * vocabSize, (position + 1) * vocabSize).map((logit) => logit + highest);
  }

  private rows: Float32Array<ArrayBuffer> | null = null;
  private maxima: Float32Array | null = null;
  private readonly layers = new Map<number, ReturnType<RecordedRuntime["readLayer"]>>();

  private layer(layer: number): ReturnType<RecordedRuntime["readLayer"]> {
    const known = this.layers.get(layer) ?? this.readLayer(layer);
    this.layers.set(layer, known);
    return known;
  }

  private readLayer(layer: number) {
    const met = this.recording.attention[layer];
    const attention = this.recording.report.spec.blocks[layer]?.attention;
    if (met === undefined || attention === undefined) return refuse();
    return { attention: attention as AttentionSpec, queries: halvesOf(met.queries), keys: halvesOf(met.keys) };
  }

  private reference({ layer, head }: HeadId, row: number) {
    const { attention, queries, keys } = this.layer(layer);
    const { numHeads, numKvHeads, headDim, scale, slidingWindow } = attention;
    const shape = { numHeads, numKvHeads, headDim, scale, slidingWindow, capacity: this.length, queries, keys };
    return patternReference({ ...shape, position: 0, rows: this.length }, row, head);
  }

  private pattern(head: HeadId): Pattern {
    const name = `${head.layer}.${head.head}`;
    const known = this.heads.get(name);
    if (known !== undefined) return known;
    const pattern = this.recording.ids.map((_, row) => {
      const { first, weights } = this.reference(head, row);
      const all = new Float64Array(row + 1);
      all.set(weights, first);
      return all;
    });
    this.heads.set(name, pattern);
    return pattern;
  }

  private score(head: HeadId, row: number, key: number): number {
    if (key > row) return Number.NaN;
    const { first, scores } = this.reference(head, row);
    return scores[key - first] ?? Number.NaN;
  }

  /** What a cell's rows give to its keys: mean over rows, sum over keys, mean over heads; NaN: masked. */
  private cell(heads: readonly HeadId[], rows: Range, keys: Range): number {
    const endRow = Math.min(rows.end, this.length);
    if (keys.start >= endRow) return Number.NaN;
    let sum = 0;
    for (const head of heads) {
      const pattern = this.pattern(head);
      for (let row = rows.start; row < endRow; row++) {
        for (let key = keys.start; key < Math.min(keys.end, row + 1); key++) {
          sum += (pattern[row] as Float64Array)[key] as number;
        }
      }
    }
    return sum / heads.length / (endRow - rows.start);
  }
}

/** Tokens from `start` up to `end`. */
interface Range {
  readonly start: number;
  readonly end: number;
}

function rangeOf({ start, step, edges }: TileAxis, cell: number): Range {
  const edge = (at: number): number => edges?.[at] ?? start + at * step;
  return { start: edge(cell), end: edge(cell + 1) };
}

function refuse(): never {
  throw new VitrineError(
    "WebGpuUnavailableError",
    "This is a recording: what was not recorded cannot be computed. Open the page where WebGPU is available.",
  );
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
}

function halvesOf(base64: Halves): Float32Array<ArrayBuffer> {
  return Float32Array.from(new Uint16Array(bytesOf(base64).buffer), halfToFloat);
}

type Halves = string;
