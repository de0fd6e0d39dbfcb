/** Rows of tensors as bytes or as f32, a bounded piece at a time. */
import { VitrineError } from "../../shared/errors";
import type { TensorRef } from "../../shared/modelSpec";
import { type FormatId, fileBytes, QUANT_FORMATS, type QuantFormat } from "../../shared/quant";
import { numElements } from "../files/tensorInfo";
import { halfToFloat } from "./half";
import { requireTensor, type TensorEntry, type TensorSource } from "./tensorSource";

const BY_TYPE = new Map(Object.values(QUANT_FORMATS).map((format) => [format.id.toUpperCase(), format]));

/** @throws UnsupportedModelError naming tensor and type */
export function formatOf(entry: TensorEntry): QuantFormat {
  const format = BY_TYPE.get(entry.info.type);
  if (format === undefined) {
    const known = [...BY_TYPE.keys()].join(", ");
    throw new VitrineError(
      "UnsupportedModelError",
      `Tensor "${entry.info.name}" has type ${entry.info.type}, which is not supported; supported are ${known}.`,
    );
  }
  return format;
}

/** True for f32, f16 and bf16: what can be converted on load. */
export function isFullPrecision(format: FormatId): boolean {
  return QUANT_FORMATS[format].blockSize === 1;
}

/** Rows [start, start + count) of a stored matrix with that many columns, as the file's bytes. */
export function readStoredRows(
  entry: TensorEntry,
  columns: number,
  start: number,
  count: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const format = formatOf(entry);
  if (columns % format.blockSize !== 0) {
    throw new VitrineError(
      "InvalidFileError",
      `Tensor "${entry.info.name}" has ${columns} columns, not a multiple of ${format.id}'s block of ${format.blockSize}.`,
    );
  }
  const rowBytes = fileBytes(format, columns);
  return entry.source.read(entry.info.start + start * rowBytes, count * rowBytes, signal);
}

/** Bytes of f32, f16 or bf16 as numbers. */
export function toFloats(bytes: Uint8Array, format: FormatId): Float32Array {
  if (format === "f32") {
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
    return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
  }
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  const halves = new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 2);
  const values = new Float32Array(halves.length);
  if (format === "bf16") {
    const words = new Uint32Array(values.buffer);
    for (let i = 0; i < halves.length; i++) words[i] = (halves[i] as number) << 16;
  } else {
    for (let i = 0; i < halves.length; i++) values[i] = halfToFloat(halves[i] as number);
  }
  return values;
}

/**
 * A whole vector (norm weight, bias, learned positions) as f32.
 * @throws TensorMismatchError when it has not `length` values, UnsupportedModelError when it is quantized
 */
export async function readVector(
  tensors: TensorSource,
  ref: TensorRef,
  length: number,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const entry = requireTensor(tensors, ref);
  const all = numElements(entry.info.shape);
  const [start, end] = ref.rows ?? [0, all];
  if (end - start !== length || end > all) {
    throw new VitrineError(
      "TensorMismatchError",
      `Tensor "${ref.name}" has shape [${entry.info.shape}]; ${length} values were expected.`,
    );
  }
  const format = formatOf(entry);
  if (!isFullPrecision(format.id)) {
    throw new VitrineError(
      "UnsupportedModelError",
      `Tensor "${ref.name}" is a vector of type ${entry.info.type}; vectors must be F32, F16 or BF16.`,
    );
  }
  const bytes = await entry.source.read(
    entry.info.start + start * format.blockBytes,
    length * format.blockBytes,
    signal,
  );
  // A vector lives longer than the memory that was read into, and must not hold on to it.
  return toFloats(bytes.slice(), format.id);
}
