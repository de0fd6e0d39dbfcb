/** Our quantizers against llama.cpp's: squared error of the same tensors and blocks in the same format. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readGguf } from "../../src/runtime/files/gguf";
import { dequantize } from "../../src/runtime/kernels/dequantize.reference";
import { quantize } from "../../src/runtime/model/quantize/quantize";
import { toFloats } from "../../src/runtime/model/readRows";
import { type FormatId, QUANT_FORMATS, QUANTIZABLE, type QuantizableFormat } from "../../src/shared/quant";
import { fileSource } from "./models";
import { bounded, type CaseResult, readBytes, readFloatFile, readJson } from "./result";

/** Full-precision file of each model folder. */
const SOURCES = { stories260k: "F32", "stories260k-rot256": "F16" } as const;

interface Errors {
  ours: number;
  theirs: number;
  /** Largest ratio of a tensor's errors, and its name. */
  worst: number;
  worstName: string;
}

/** One case for each format of each model, and for each format of the blocks; the error is ours over theirs, RMS. */
export async function runQuantizers(folder: string): Promise<CaseResult[]> {
  const results = existsSync(join(folder, "quant-blocks")) ? blockCases(join(folder, "quant-blocks")) : [];
  for (const [model, source] of Object.entries(SOURCES)) {
    const path = join(folder, model, "gguf");
    if (existsSync(path)) results.push(...(await fileCases(path, model, source)));
  }
  return results;
}

function blockCases(path: string): CaseResult[] {
  const { types } = readJson<{
    types: Record<string, { blocks: string; source_f32?: string; block_bytes: number; n_quantized_from_src: number }>;
  }>(join(path, "index.json"));
  const results: CaseResult[] = [];
  for (const [type, files] of Object.entries(types)) {
    const format = quantizable(type);
    if (format === null || files.source_f32 === undefined) continue;
    const blocks = readBytes(join(path, files.blocks)).subarray(0, files.n_quantized_from_src * files.block_bytes);
    const errors: Errors = { ours: 0, theirs: 0, worst: 0, worstName: "" };
    add(errors, "blocks", readFloatFile(join(path, files.source_f32)), blocks, format);
    results.push(judged(`blocks ${type}`, errors));
  }
  return results;
}

async function fileCases(path: string, model: string, source: string): Promise<CaseResult[]> {
  const files = readdirSync(path);
  const named = (type: string): string => join(path, files.find((name) => name.endsWith(`-${type}.gguf`)) ?? "");
  const original = await readTensors(named(source));
  const byFormat = new Map<FormatId, Errors>();
  for (const file of files) {
    for (const [name, { type, bytes }] of await readTensors(join(path, file))) {
      const format = quantizable(type);
      const full = original.get(name);
      if (format === null || full === undefined) continue;
      const errors = byFormat.get(format) ?? { ours: 0, theirs: 0, worst: 0, worstName: "" };
      byFormat.set(format, errors);
      add(errors, name, toFloats(full.bytes, full.type.toLowerCase() as FormatId), bytes, format);
    }
  }
  return [...byFormat].map(([format, errors]) => judged(`${model} ${format}`, errors));
}

async function readTensors(path: string): Promise<Map<string, { type: string; bytes: Uint8Array }>> {
  const source = fileSource(path);
  const { tensors } = await readGguf(source);
  const found = new Map<string, { type: string; bytes: Uint8Array }>();
  for (const { name, type, start, sizeBytes } of tensors.values()) {
    found.set(name, { type, bytes: (await source.read(start, sizeBytes)).slice() });
  }
  return found;
}

function quantizable(type: string): QuantizableFormat | null {
  const format = QUANTIZABLE.find((id) => id === type.toLowerCase());
  return format === undefined || QUANT_FORMATS[format].blockSize === 1 ? null : format;
}

function add(errors: Errors, name: string, values: Float32Array, theirs: Uint8Array, format: QuantizableFormat): void {
  const ourError = squaredError(values, dequantize(quantize(values, format, name), format));
  const theirError = squaredError(values, dequantize(theirs, format));
  errors.ours += ourError;
  errors.theirs += theirError;
  const ratio = theirError === 0 ? (ourError === 0 ? 1 : Number.POSITIVE_INFINITY) : Math.sqrt(ourError / theirError);
  if (ratio > errors.worst) {
    errors.worst = ratio;
    errors.worstName = name;
  }
}

function squaredError(values: Float32Array, back: Float32Array): number {
  return values.reduce((sum, value, i) => sum + (value - (back[i] as number)) ** 2, 0);
}

function judged(name: string, { ours, theirs, worst, worstName }: Errors): CaseResult {
  const ratio = Math.sqrt(ours / theirs);
  console.log(
    `     ${name}: RMS error ${(100 * (ratio - 1)).toFixed(2)} % against llama.cpp's; worst tensor ${worstName} ${(100 * (worst - 1)).toFixed(2)} %`,
  );
  return bounded(`quantizer ${name}`, worst, 1);
}
