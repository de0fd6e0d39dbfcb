/**
 * A model as one GGUF file at a level: what was quantized here, for any program that reads the format. Streamed, a few
 * megabytes at a time.
 */
import { type Level, QUANT_FORMATS, type QuantizableFormat } from "../../shared/quant";
import type { Recipe } from "../../shared/recipes";
import { throwIfCancelled } from "../files/byteSource";
import type { ModelFiles } from "../files/modelFiles";
import { convertRows } from "../model/convertRows";
import { formatOf, readStoredRows } from "../model/readRows";
import { describeModel } from "../openModel";
import { exportedMetadata } from "./exportedMetadata";
import { type ExportedTensor, exportedTensors } from "./exportedTensors";
import { encodeHeader, paddingAfter } from "./ggufEncoding";

export interface ExportOptions {
  readonly level: Level;
  readonly recipe: Recipe | "";
  readonly signal?: AbortSignal;
}

export interface GgufExport {
  readonly sizeBytes: number;
  /** In the order of the file. @throws ConversionError, DownloadError, StorageError, CancelledError */
  readonly bytes: () => AsyncIterable<Uint8Array>;
}

/** Source bytes read at a time. */
const PIECE_BYTES = 4 * 2 ** 20;

/** @throws UnsupportedModelError for a family or a tokenizer that cannot be written, naming it; InvalidFileError */
export async function exportGguf(files: ModelFiles, { level, recipe, signal }: ExportOptions): Promise<GgufExport> {
  const described = describeModel(files);
  const { entries, extra, isInterleaved } = await exportedMetadata(files, described, signal);
  const tensors = exportedTensors(files, described, { level, recipe }, isInterleaved);
  const headings = [
    ...extra.map(({ name, values }) => ({ name, shape: [values.length], type: 0, sizeBytes: values.byteLength })),
    ...tensors.map(({ name, shape, target, sizeBytes }) => {
      return { name, shape, type: QUANT_FORMATS[target].ggufType, sizeBytes };
    }),
  ];
  const header = encodeHeader(entries, headings);
  const sizeBytes = headings.reduce((sum, tensor) => sum + tensor.sizeBytes + paddingAfter(tensor.sizeBytes), 0);
  return {
    sizeBytes: header.length + sizeBytes,
    bytes: async function* () {
      yield header;
      for (const { values } of extra) {
        yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
        yield new Uint8Array(paddingAfter(values.byteLength));
      }
      for (const tensor of tensors) {
        yield* tensorBytes(tensor, signal);
        const padding = paddingAfter(tensor.sizeBytes);
        if (padding > 0) yield new Uint8Array(padding);
      }
    },
  };
}

async function* tensorBytes(tensor: ExportedTensor, signal: AbortSignal | undefined): AsyncIterable<Uint8Array> {
  const { entry, columns, rows, interleavedHead } = tensor;
  // Whole heads, because their rows change places.
  const unit = interleavedHead ?? 1;
  const perPiece = Math.max(1, Math.floor(PIECE_BYTES / (columns * 4 * unit))) * unit;
  for (let first = 0; first < rows; first += perPiece) {
    throwIfCancelled(signal, entry.info.name);
    const count = Math.min(perPiece, rows - first);
    const stored = await readStoredRows(entry, columns, first, count, signal);
    const bytes = converted(tensor, stored);
    yield interleavedHead === null ? bytes : interleaved(bytes, bytes.length / count, interleavedHead);
  }
}

function converted({ entry, target }: ExportedTensor, stored: Uint8Array): Uint8Array {
  const source = formatOf(entry).id;
  return source === target ? stored : convertRows(stored, source, target as QuantizableFormat, entry.info.name);
}

/** Rows of each head: halves a, b become a0, b0, a1, b1, ... */
function interleaved(bytes: Uint8Array, rowBytes: number, head: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  const half = head / 2;
  for (let row = 0; row < bytes.length / rowBytes; row++) {
    const inHead = row % head;
    const from = row - inHead + (inHead % 2) * half + Math.floor(inHead / 2);
    out.set(bytes.subarray(from * rowBytes, (from + 1) * rowBytes), row * rowBytes);
  }
  return out;
}
