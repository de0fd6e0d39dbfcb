/** What becomes of a tensor on its way from the file to planes; computing with them is dequantize.test.ts. */
import { beforeAll, describe, expect, it } from "vitest";
import type { TensorRef } from "../../shared/modelSpec";
import { type FormatId, type Level, QUANT_FORMATS, QUANTIZABLE, type QuantizableFormat } from "../../shared/quant";
import { memorySource } from "../files/byteSource";
import { BufferScope } from "../gpu/bufferScope";
import type { Gpu } from "../gpu/device";
import { dequantize } from "../kernels/dequantize.reference";
import type { WeightMatrix } from "../kernels/weightMatrix";
import { KernelHarness, openTestGpu } from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import { MatrixLoader, targetFormat } from "./matrixLoader";
import { quantize } from "./quantize/quantize";
import type { TensorSource } from "./tensorSource";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

interface Tensor {
  readonly shape: readonly number[];
  readonly format: QuantizableFormat;
  readonly values: Float32Array;
}

function sourceOf(tensors: Readonly<Record<string, Tensor>>): TensorSource {
  return new Map(
    Object.entries(tensors).map(([name, { shape, format, values }]) => {
      const bytes = quantize(values, format, name);
      const info = { name, shape, type: format.toUpperCase(), start: 0, sizeBytes: bytes.length };
      return [name, { info, source: memorySource(bytes, `${name}.bin`) }];
    }),
  );
}

interface Loaded {
  readonly matrix: WeightMatrix;
  /** The quants plane of each part. */
  readonly quants: readonly ArrayBuffer[];
  readonly bytesRead: number;
}

async function load(
  tensors: Readonly<Record<string, Tensor>>,
  level: Level,
  refs: readonly TensorRef[],
  rows: readonly number[],
  columns: number,
  signal?: AbortSignal,
): Promise<Loaded> {
  const harness = new KernelHarness(gpu);
  let bytesRead = 0;
  const count = (bytes: number): void => {
    bytesRead += bytes;
  };
  try {
    const loader = new MatrixLoader(harness.scope, sourceOf(tensors), level, count, signal);
    const matrix = await loader.load("matrix", refs, rows, columns);
    const quants: ArrayBuffer[] = [];
    for (const part of matrix.parts) quants.push(await harness.bytes(part.planes.quants as GPUBuffer));
    return { matrix, quants, bytesRead };
  } finally {
    harness.clear();
  }
}

const random = new SeededRandom(1);
const tensor = (format: QuantizableFormat, rows: number, columns: number): Tensor => ({
  shape: [rows, columns],
  format,
  values: random.normals(rows * columns, 0.1),
});

describe("levels", () => {
  it.each([
    ["f32", "stored", 64, "f32"],
    ["f32", "f16", 64, "f16"],
    ["bf16", "q8_0", 64, "q8_0"],
    ["f16", "q4_0", 64, "q4_0"],
    ["f16", "f32", 64, "f32"],
    // Columns that do not fill blocks.
    ["f32", "q4_0", 65, "f16"],
    // K formats need 256.
    ["f32", "q4_k", 512, "q4_k"],
    ["f32", "q6_k", 96, "q8_0"],
    ["f32", "q5_k", 96, "q5_1"],
    ["f32", "q4_k", 96, "q5_0"],
    ["f32", "q3_k", 96, "q4_0"],
    ["f32", "q2_k", 96, "q4_0"],
    ["f32", "q2_k", 97, "f16"],
    // Quantized files stay as they are.
    ["q4_0", "f32", 64, "q4_0"],
    ["q5_1", "q8_0", 64, "q5_1"],
    ["q4_k", "q2_k", 256, "q4_k"],
  ] as const)("%s at level %s with %d columns becomes %s", (source, level, columns, target) => {
    expect(targetFormat(source, level, columns)).toBe(target);
  });

  it.each(["f32", "f16", "q8_0", "q4_0"] as const)("quantizes what it streams: %s", async (level) => {
    const weight = tensor("f32", 4, 64);
    const { matrix, quants } = await load({ weight }, level, [{ name: "weight" }], [4], 64);
    expect(matrix.parts.map((part) => part.format)).toEqual([level]);
    const blocks = quantize(weight.values, level, "weight");
    const blockBytes = { f32: 4, f16: 2, q8_0: 34, q4_0: 18 }[level];
    const scaleBytes = level.startsWith("q") ? 2 : 0;
    const expected = [...blocks].filter((_, i) => i % blockBytes >= scaleBytes);
    expect([...new Uint8Array(quants[0] as ArrayBuffer)]).toEqual(expected);
  });

  it.each(QUANTIZABLE)("takes at most 12 %% more on the GPU than in the file: %s", async (format) => {
    const columns = QUANT_FORMATS[format].blockSize === 256 ? 512 : 96;
    const source = sourceOf({ weight: tensor(format, 37, columns) });
    const scope = new BufferScope(gpu);
    const loader = new MatrixLoader(scope, source, "stored", () => {}, undefined);
    await loader.load("matrix", [{ name: "weight" }], [37], columns);
    expect(scope.sizeBytes).toBeGreaterThan(0);
    expect(scope.sizeBytes / (source.get("weight")?.info.sizeBytes ?? 0)).toBeLessThanOrEqual(1.12);
    scope.destroy();
  });

  it("refuses f16 of a bf16 tensor that is out of range, by the tensor's name", async () => {
    const weight = tensor("bf16", 2, 32);
    weight.values[40] = 1e5;
    const tensors = { "layers.7.big": weight };
    await expect(load(tensors, "f16", [{ name: "layers.7.big" }], [2], 32)).rejects.toMatchObject({
      name: "ConversionError",
      message: expect.stringContaining('"layers.7.big"'),
    });
    await expect(load(tensors, "stored", [{ name: "layers.7.big" }], [2], 32)).resolves.toBeDefined();
    await expect(load(tensors, "q8_0", [{ name: "layers.7.big" }], [2], 32)).resolves.toBeDefined();
  });
});

describe("stacking", () => {
  const asFloats = (bytes: ArrayBuffer): number[] => [...new Float32Array(bytes)];

  it("joins tensors of one format, and parts where formats differ", async () => {
    const tensors = { q: tensor("f32", 3, 32), k: tensor("f32", 2, 32), v: tensor("f16", 2, 32) };
    const refs = ["q", "k", "v"].map((name) => ({ name }));
    const { matrix, quants, bytesRead } = await load(tensors, "stored", refs, [3, 2, 2], 32);
    expect(matrix.rows).toBe(7);
    expect(matrix.parts.map(({ format, rowStart, rows }) => [format, rowStart, rows])).toEqual([
      ["f32", 0, 5],
      ["f16", 5, 2],
    ]);
    expect(asFloats(quants[0] as ArrayBuffer)).toEqual([...tensors.q.values, ...tensors.k.values]);
    expect(dequantize(new Uint8Array(quants[1] as ArrayBuffer), "f16")).toEqual(
      dequantize(quantize(tensors.v.values, "f16", "v"), "f16"),
    );
    expect(bytesRead).toBe(5 * 32 * 4 + 2 * 32 * 2);
  });

  it("takes rows of a tensor, transposed or not", async () => {
    const values = Float32Array.from({ length: 6 * 32 }, (_, i) => i);
    const plain = { shape: [6, 32], format: "f32", values } as const;
    const rows = await load({ plain }, "stored", [{ name: "plain", rows: [2, 5] }], [3], 32);
    expect(asFloats(rows.quants[0] as ArrayBuffer)).toEqual([...values.subarray(2 * 32, 5 * 32)]);
    // [in, out] = [32, 6]: row r is column r as stored.
    const conv = { shape: [32, 6], format: "f32", values } as const;
    const turned = await load({ conv }, "stored", [{ name: "conv", rows: [2, 5], transposed: true }], [3], 32);
    const expected = [2, 3, 4].flatMap((r) => Array.from({ length: 32 }, (_, c) => c * 6 + r));
    expect(asFloats(turned.quants[0] as ArrayBuffer)).toEqual(expected);
  });
});

describe("what is refused", () => {
  const tensors = { weight: tensor("f32", 4, 32) };
  const attempt = (ref: TensorRef, rows: number, columns: number): Promise<Loaded> =>
    load(tensors, "stored", [ref], [rows], columns);

  it("a tensor that is not there", async () => {
    await expect(attempt({ name: "missing" }, 4, 32)).rejects.toMatchObject({
      name: "TensorMismatchError",
      message: expect.stringContaining('"missing"'),
    });
  });

  it.each([
    [{ name: "weight" }, 5, 32],
    [{ name: "weight" }, 4, 33],
    [{ name: "weight", rows: [2, 5] as const }, 3, 32],
  ] as const)("a shape that contradicts the configuration: %o as %d x %d", async (ref, rows, columns) => {
    await expect(attempt(ref, rows, columns)).rejects.toMatchObject({ name: "TensorMismatchError" });
  });

  it("a type nobody knows, naming tensor and type", async () => {
    const harness = new KernelHarness(gpu);
    const info = { name: "weight", shape: [4, 32], type: "IQ3_XXS", start: 0, sizeBytes: 512 };
    const source: TensorSource = new Map([["weight", { info, source: memorySource(new Uint8Array(512), "w.bin") }]]);
    const loader = new MatrixLoader(harness.scope, source, "stored", () => {}, undefined);
    await expect(loader.load("w", [{ name: "weight" }], [4], 32)).rejects.toMatchObject({
      name: "UnsupportedModelError",
      message: expect.stringMatching(/"weight".*IQ3_XXS/),
    });
  });

  it("a level nobody knows", () => {
    expect(() => targetFormat("f32" satisfies FormatId, "q9" as Level, 32)).toThrow(/q9/);
  });

  it("stops when cancelled", async () => {
    const stopped = AbortSignal.abort();
    await expect(load(tensors, "stored", [{ name: "weight" }], [4], 32, stopped)).rejects.toMatchObject({
      name: "CancelledError",
    });
  });
});
