/** Rows of matrices that lie [columns, rows] in their file: GPT-2's Conv1D weights. */
import { VitrineError } from "../../shared/errors";
import { formatOf, isFullPrecision, readStoredRows } from "./readRows";
import type { TensorEntry } from "./tensorSource";

/** Source bytes read at a time. */
const PIECE_BYTES = 4 * 2 ** 20;
/** Turned rows held. All of a matrix of up to this size is read once; a larger one once for each share of this size. */
const HELD_BYTES = 24 * 2 ** 20;

interface Held {
  readonly entry: TensorEntry;
  readonly first: number;
  readonly count: number;
  /** [count, columns] */
  readonly bytes: Uint8Array;
}

export class TransposedRows {
  private held: Held | null = null;

  constructor(
    private readonly signal: AbortSignal | undefined,
    private readonly heldBytes = HELD_BYTES,
  ) {}

  /**
   * Rows [first, first + count), as the file's values. What they stand between in the file is read with them and held
   * for the next call: every row takes a value from every stretch of the file.
   * @throws UnsupportedModelError when quantized, whose blocks lie across the rows
   */
  async read(entry: TensorEntry, columns: number, first: number, count: number): Promise<Uint8Array> {
    const rowBytes = columns * valueBytes(entry);
    if (this.held === null || !holds(this.held, entry, first, count)) {
      this.held = null;
      const all = entry.info.shape[1] as number;
      const most = Math.max(count, Math.floor(this.heldBytes / rowBytes));
      const taken = Math.min(most, all - first);
      this.held = { entry, first, count: taken, bytes: await this.turn(entry, columns, first, taken) };
    }
    const start = (first - this.held.first) * rowBytes;
    return this.held.bytes.subarray(start, start + count * rowBytes);
  }

  private async turn(entry: TensorEntry, columns: number, first: number, count: number): Promise<Uint8Array> {
    const size = valueBytes(entry);
    const all = entry.info.shape[1] as number;
    const out = new Uint8Array(count * columns * size);
    const stepRows = Math.max(1, Math.floor(PIECE_BYTES / (all * size)));
    for (let c = 0; c < columns; c += stepRows) {
      const rows = Math.min(stepRows, columns - c);
      const bytes = await readStoredRows(entry, all, c, rows, this.signal);
      for (let r = 0; r < count; r++) {
        for (let i = 0; i < rows; i++) {
          const from = (i * all + first + r) * size;
          const to = (r * columns + c + i) * size;
          for (let byte = 0; byte < size; byte++) out[to + byte] = bytes[from + byte] as number;
        }
      }
    }
    return out;
  }
}

function holds(held: Held, entry: TensorEntry, first: number, count: number): boolean {
  return held.entry === entry && held.first <= first && first + count <= held.first + held.count;
}

function valueBytes(entry: TensorEntry): number {
  const format = formatOf(entry);
  if (isFullPrecision(format.id)) return format.blockBytes;
  throw new VitrineError("UnsupportedModelError", `Tensor "${entry.info.name}" is transposed and quantized.`);
}
