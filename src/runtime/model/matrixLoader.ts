/** Streams matrices from their file to the GPU, converting on the way; never a whole matrix in JavaScript memory. */
import { VitrineError } from "../../shared/errors";
import type { TensorRef } from "../../shared/modelSpec";
import {
  type FormatId,
  fileBytes,
  fittingFormat,
  GPU_BLOCK,
  type Level,
  planeBytes,
  QUANT_FORMATS,
  QUANTIZABLE,
  type QuantFormat,
  type QuantizableFormat,
  type QuantPlane,
} from "../../shared/quant";
import type { BufferScope } from "../gpu/bufferScope";
import { blocksPerRow, type MatrixPart, type WeightMatrix } from "../kernels/weightMatrix";
import { type ConvertRows, convertHere } from "./convertRows";
import { formatOf, isFullPrecision, readStoredRows } from "./readRows";
import { refShape, requireTensor, type TensorEntry, type TensorSource } from "./tensorSource";
import { TransposedRows } from "./transposedRows";

/** Source bytes held at a time. */
const PIECE_BYTES = 4 * 2 ** 20;
/** The queue is drained after this many bytes, so that uploads do not pile up. */
const DRAIN_BYTES = 32 * 2 ** 20;

/** Called with bytes of the source as they are done. */
export type OnBytes = (bytes: number) => void;

interface Strip {
  readonly entry: TensorEntry;
  readonly ref: TensorRef;
  readonly rows: number;
  readonly source: QuantFormat;
  readonly target: FormatId;
}

export class MatrixLoader {
  private sinceDrain = 0;
  private readonly transposed: TransposedRows;

  constructor(
    private readonly scope: BufferScope,
    private readonly tensors: TensorSource,
    private readonly level: Level,
    private readonly onBytes: OnBytes,
    private readonly signal: AbortSignal | undefined,
    /** Of tensors that a recipe names. */
    private readonly levels: ReadonlyMap<string, Level> = new Map(),
    private readonly convert: ConvertRows = convertHere,
  ) {
    this.transposed = new TransposedRows(signal);
  }

  /**
   * Tensors stacked by rows into one matrix. Neighbours of one format share a part.
   * @param rows expected rows of each reference
   * @throws TensorMismatchError, UnsupportedModelError, ConversionError, CancelledError
   */
  async load(
    label: string,
    refs: readonly TensorRef[],
    rows: readonly number[],
    columns: number,
  ): Promise<WeightMatrix> {
    const strips = refs.map((ref, index) => this.strip(ref, rows[index] as number, columns));
    const parts: MatrixPart[] = [];
    let rowStart = 0;
    for (const group of groupByTarget(strips)) {
      const groupRows = group.reduce((sum, strip) => sum + strip.rows, 0);
      parts.push(...(await this.loadGroup(label, group, groupRows, columns, rowStart)));
      rowStart += groupRows;
    }
    return { label, rows: rowStart, columns, parts };
  }

  private strip(ref: TensorRef, rows: number, columns: number): Strip {
    const entry = requireTensor(this.tensors, ref);
    const [hasRows, hasColumns] = refShape(entry, ref);
    if (hasRows !== rows || hasColumns !== columns) {
      throw new VitrineError(
        "TensorMismatchError",
        `Tensor "${ref.name}" has shape [${entry.info.shape}]; the configuration asks for ${rows} rows of ${columns}.`,
      );
    }
    const source = formatOf(entry);
    const level = this.levels.get(ref.name) ?? this.level;
    return { entry, ref, rows, source, target: targetFormat(source.id, level, columns) };
  }

  private async loadGroup(
    label: string,
    strips: readonly Strip[],
    rows: number,
    columns: number,
    rowStart: number,
  ): Promise<MatrixPart[]> {
    const format = QUANT_FORMATS[(strips[0] as Strip).target];
    const perPart = rowsPerPart(this.scope, format, columns);
    const parts: MatrixPart[] = [];
    for (let first = 0; first < rows; first += perPart) {
      const count = Math.min(perPart, rows - first);
      const planes = this.createPlanes(label, format, count, columns);
      await this.fill(strips, format, planes, first, count, columns);
      parts.push({ format: format.id, rowStart: rowStart + first, rows: count, planes });
    }
    return parts;
  }

  private createPlanes(label: string, format: QuantFormat, rows: number, columns: number): MatrixPart["planes"] {
    const planes: Partial<Record<QuantPlane["name"], GPUBuffer>> = {};
    for (const plane of format.planes) {
      const bytes = rows * planeRowBytes(format, plane, columns);
      planes[plane.name] = this.scope.storage(`${label} ${plane.name}`, bytes);
    }
    return planes;
  }

  /** Rows [first, first + count) of the stacked strips into planes. */
  private async fill(
    strips: readonly Strip[],
    format: QuantFormat,
    planes: MatrixPart["planes"],
    first: number,
    count: number,
    columns: number,
  ): Promise<void> {
    const { queue } = this.scope.gpu.device;
    for (const [done, rows] of pieces(strips, format, first, count, columns)) {
      const blocks = await this.readPiece(strips, format, first + done, rows, columns);
      for (const plane of format.planes) {
        const buffer = planes[plane.name] as GPUBuffer;
        const bytes = splitPlane(blocks, format, plane, rows, columns);
        queue.writeBuffer(buffer, done * planeRowBytes(format, plane, columns), bytes);
      }
      this.sinceDrain += blocks.byteLength;
      if (this.sinceDrain > DRAIN_BYTES) {
        await queue.onSubmittedWorkDone();
        this.sinceDrain = 0;
      }
      this.scope.gpu.assertAlive();
    }
  }

  private async readPiece(
    strips: readonly Strip[],
    format: QuantFormat,
    first: number,
    rows: number,
    columns: number,
  ): Promise<Uint8Array> {
    const rowBytes = fileBytes(format, columns);
    let out: Uint8Array | null = null;
    let stripStart = 0;
    for (const strip of strips) {
      const from = Math.max(first, stripStart);
      const to = Math.min(first + rows, stripStart + strip.rows);
      if (from < to) {
        const bytes = await this.readStrip(strip, from - stripStart, to - from, columns);
        if (to - from === rows) return bytes;
        out ??= new Uint8Array(rows * rowBytes);
        out.set(bytes, (from - first) * rowBytes);
      }
      stripStart += strip.rows;
    }
    return out ?? new Uint8Array(0);
  }

  private async readStrip(strip: Strip, start: number, count: number, columns: number): Promise<Uint8Array> {
    const { entry, ref, source, target } = strip;
    const first = start + (ref.rows?.[0] ?? 0);
    const stored =
      ref.transposed === true
        ? await this.transposed.read(entry, columns, first, count)
        : await readStoredRows(entry, columns, first, count, this.signal);
    this.onBytes(stored.byteLength);
    if (source.id === target) return stored;
    return this.convert(stored, source.id, target as QuantizableFormat, entry.info.name);
  }
}

/** What a tensor becomes: quantized files stay as stored; columns that do not fill the level's blocks fall back. */
export function targetFormat(source: FormatId, level: Level, columns: number): FormatId {
  if (level === "stored" || !isFullPrecision(source)) return source;
  const wanted = QUANTIZABLE.find((format) => format === level);
  if (wanted === undefined) throw new VitrineError("InvalidSettingError", `Unknown level "${level}".`);
  return fittingFormat(wanted, columns);
}

function groupByTarget(strips: readonly Strip[]): Strip[][] {
  const groups: Strip[][] = [];
  for (const strip of strips) {
    const last = groups.at(-1);
    if (last?.[0]?.target === strip.target) last.push(strip);
    else groups.push([strip]);
  }
  return groups;
}

/**
 * Runs of rows within [first, first + count), counted from `first`: of four rows or a multiple, and of one strip where
 * it ends so that every plane is a multiple of 4 bytes there. Only the very last can be shorter and is padded.
 */
function* pieces(
  strips: readonly Strip[],
  format: QuantFormat,
  first: number,
  count: number,
  columns: number,
): Generator<[start: number, rows: number]> {
  const most = Math.max(4, Math.floor(PIECE_BYTES / (columns * 4) / 4) * 4);
  const ends: number[] = [];
  for (const { rows } of strips) ends.push((ends.at(-1) ?? -first) + rows);
  const isWhole = (row: number) =>
    format.planes.every((plane) => (row * planeRowBytes(format, plane, columns)) % 4 === 0);
  for (let done = 0; done < count; ) {
    const end = Math.min(count, done + most);
    const cut = ends.find((row) => row > done && row < end && isWhole(row)) ?? end;
    yield [done, cut - done];
    done = cut;
  }
}

/** Bytes of a plane that one row takes on the GPU. */
function planeRowBytes(format: QuantFormat, plane: QuantPlane, columns: number): number {
  return ((blocksPerRow(columns) * GPU_BLOCK) / format.blockSize) * planeBytes(plane);
}

/** An even number of rows whose largest plane fits one binding and one buffer. */
function rowsPerPart(scope: BufferScope, format: QuantFormat, columns: number): number {
  const { maxStorageBufferBindingSize, maxBufferSize } = scope.gpu.limits;
  const largest = Math.max(...format.planes.map((plane) => planeRowBytes(format, plane, columns)));
  const rows = Math.floor((Math.min(maxStorageBufferBindingSize, maxBufferSize) - 16) / largest);
  if (rows < 2) {
    throw new VitrineError("OutOfMemoryError", `A row of ${columns} columns does not fit this GPU's bindings.`);
  }
  return rows - (rows % 2);
}

/** One plane's bytes of `rows` rows of file blocks; rows of plain floats are padded with zeros to whole blocks. */
export function splitPlane(
  blocks: Uint8Array,
  format: QuantFormat,
  plane: QuantPlane,
  rows: number,
  columns: number,
): Uint8Array<ArrayBuffer> {
  const planeRow = planeRowBytes(format, plane, columns);
  // Plain floats that need no padding lie as they will on the GPU.
  const isWhole = format.blockSize === 1 && columns % GPU_BLOCK === 0 && blocks.byteLength % 4 === 0;
  if (isWhole) return blocks as Uint8Array<ArrayBuffer>;
  const out = new Uint8Array(Math.ceil((rows * planeRow) / 4) * 4);
  if (format.blockSize === 1) {
    const rowBytes = columns * format.blockBytes;
    for (let r = 0; r < rows; r++) out.set(blocks.subarray(r * rowBytes, (r + 1) * rowBytes), r * planeRow);
    return out;
  }
  let at = 0;
  for (let block = 0; block < blocks.byteLength; block += format.blockBytes) {
    for (const [offset, bytes] of plane.runs) {
      for (let i = 0; i < bytes; i++) out[at++] = blocks[block + offset + i] as number;
    }
  }
  return out;
}
