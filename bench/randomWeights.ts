/** A model file that was never written: random blocks of a format for any tensor that is asked for. */
import { describeHuggingFace } from "../src/runtime/architectures/registry";
import type { ByteSource } from "../src/runtime/files/byteSource";
import type { ModelRequest } from "../src/runtime/model/model";
import type { TensorEntry } from "../src/runtime/model/tensorSource";
import type { LinearRefs, ModelSpec, ModelTensors, TensorRef } from "../src/shared/modelSpec";
import { type FormatId, QUANT_FORMATS } from "../src/shared/quant";
import type { BenchShape } from "./shapes";

/** Holds whole blocks of every format. */
const POOL_BYTES = 4 * 2 ** 20;

export function randomModel(shape: BenchShape, format: FormatId): Omit<ModelRequest, "variant"> {
  const { spec, tensors } = describeHuggingFace(shape.config, (name) => name !== "lm_head.weight");
  const matrixSource = poolSource(format);
  const source = new Map<string, TensorEntry>();
  for (const [name, dimensions] of tensorShapes(spec, tensors)) {
    const type = dimensions.length === 2 ? format : "f32";
    const info = { name, shape: dimensions, type: type.toUpperCase(), start: 0, sizeBytes: 0 };
    source.set(name, { info, source: dimensions.length === 2 ? matrixSource : ONES });
  }
  return { spec, tensors, source, level: "stored" };
}

/** f32 ones: norms that change nothing, and biases that do not matter. */
const ONES: ByteSource = {
  name: "ones",
  sizeBytes: Number.MAX_SAFE_INTEGER,
  read: async (_, length) => new Uint8Array(new Float32Array(length / 4).fill(1).buffer),
};

/** The same random blocks over and over: kernels cannot tell. Scales are small, so that activations stay finite. */
function poolSource(format: FormatId): ByteSource {
  const { blockBytes, blockSize, planes } = QUANT_FORMATS[format];
  const pool = new Uint8Array(Math.floor(POOL_BYTES / blockBytes) * blockBytes);
  let state = 1;
  for (let i = 0; i < pool.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    pool[i] = state >>> 24;
  }
  const view = new DataView(pool.buffer);
  for (let at = 0; at < pool.length; at += blockBytes) {
    if (blockSize === 1) writeSmall(view, at, format);
    else {
      const scales = planes.find((plane) => plane.name === "scales");
      for (const [offset, bytes] of scales?.runs ?? []) writeScales(view, at + offset, bytes);
    }
  }
  return {
    name: "random blocks",
    sizeBytes: Number.MAX_SAFE_INTEGER,
    read: async (_, length) => {
      const out = new Uint8Array(length);
      for (let done = 0; done < length; done += pool.length)
        out.set(pool.subarray(0, Math.min(pool.length, length - done)), done);
      return out;
    },
  };
}

/** 0x1400 is 2^-10 as a half, and small whole numbers where those are scales; one byte alone is the exponent -11. */
function writeScales(view: DataView, at: number, bytes: number): void {
  if (bytes === 1) view.setUint8(at, 117);
  for (let i = 0; i + 1 < bytes; i += 2) view.setUint16(at + i, 0x1400, true);
}

/** Keeps sign and fraction, exponent about 2^-6. */
function writeSmall(view: DataView, at: number, format: FormatId): void {
  if (format === "f32") view.setUint32(at, (view.getUint32(at, true) & 0x807fffff) | 0x3c800000, true);
  else if (format === "f16") view.setUint16(at, (view.getUint16(at, true) & 0x83ff) | 0x2400, true);
  else view.setUint16(at, (view.getUint16(at, true) & 0x807f) | 0x3c80, true);
}

function tensorShapes(spec: ModelSpec, tensors: ModelTensors): Map<string, readonly number[]> {
  const { hiddenSize: C, vocabSize } = spec;
  const shapes = new Map<string, readonly number[]>();
  const add = (ref: TensorRef, ...shape: number[]): void => void shapes.set(ref.name, shape);
  const linear = (refs: LinearRefs | undefined, rows: number, columns: number): void => {
    if (refs === undefined) return;
    add(refs.weight, rows, columns);
    if (refs.bias !== undefined) add(refs.bias, rows);
  };
  add(tensors.embedding, vocabSize, C);
  add(tensors.finalNorm.weight, C);
  for (const [index, block] of tensors.blocks.entries()) {
    const { attention, mlp } = spec.blocks[index] as ModelSpec["blocks"][number];
    const kvRows = attention.numKvHeads * attention.headDim;
    add(block.attentionNorm.weight, C);
    add(block.mlpNorm.weight, C);
    linear(block.qProj, attention.numHeads * attention.headDim, C);
    linear(block.kProj, kvRows, C);
    linear(block.vProj, kvRows, C);
    linear(block.oProj, C, attention.numHeads * attention.headDim);
    linear(block.gateProj, mlp.intermediateSize, C);
    linear(block.upProj, mlp.intermediateSize, C);
    linear(block.downProj, C, mlp.intermediateSize);
  }
  return shapes;
}
