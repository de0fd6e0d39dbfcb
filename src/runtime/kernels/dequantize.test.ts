/** Every format, through the real loader and the embed kernel: bit for bit what the file's blocks stand for. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FORMAT_IDS, type FormatId, QUANT_FORMATS } from "../../shared/quant";
import { memorySource } from "../files/byteSource";
import type { Gpu } from "../gpu/device";
import { MatrixLoader } from "../model/matrixLoader";
import type { TensorSource } from "../model/tensorSource";
import { randomBlocks, SCALE_HALVES, wholeBlocks } from "../testing/blocks";
import { KernelHarness, openTestGpu } from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import { dequantize, halfValue } from "./dequantize.reference";
import { embed } from "./embed";
import { paddedStride } from "./weightMatrix";

let gpu: Gpu;
let harness: KernelHarness;
beforeAll(async () => {
  gpu = await openTestGpu();
  harness = new KernelHarness(gpu);
});
afterAll(() => harness.clear());

function sourceOf(bytes: Uint8Array, format: FormatId, rows: number, columns: number): TensorSource {
  const info = {
    name: "table",
    shape: [rows, columns],
    type: format.toUpperCase(),
    start: 0,
    sizeBytes: bytes.length,
  };
  return new Map([["table", { info, source: memorySource(bytes, "table.bin") }]]);
}

/** The same GPU, but with bindings of that size. */
function withBindings(sizeBytes: number): Gpu {
  const limits = { maxStorageBufferBindingSize: sizeBytes, maxBufferSize: sizeBytes };
  return Object.create(gpu, { limits: { value: limits } }) as Gpu;
}

/** [rows, padded columns] as the embed kernel reads the loaded table. */
async function loadAndRead(
  bytes: Uint8Array,
  format: FormatId,
  rows: number,
  columns: number,
  bindingBytes?: number,
): Promise<{ words: Uint32Array; parts: number }> {
  const scope = harness.scope;
  const loading = new KernelHarness(bindingBytes === undefined ? gpu : withBindings(bindingBytes));
  const loader = new MatrixLoader(loading.scope, sourceOf(bytes, format, rows, columns), "stored", () => {}, undefined);
  const table = await loader.load("table", [{ name: "table" }], [rows], columns);
  const hidden = harness.filled(rows * paddedStride(columns), 7);
  const tokens = scope.storageFrom(
    "tokens",
    Uint32Array.from({ length: rows }, (_, row) => row),
  );
  const dispatches = await embed(gpu, { table, positions: null, step: harness.step(0, rows), tokens, hidden });
  harness.run(dispatches, rows);
  const words = new Uint32Array(await harness.bytes(hidden));
  return { words, parts: table.parts.length };
}

/** Bits of the reference, each row padded with zeros. */
function expectedWords(bytes: Uint8Array, format: FormatId, rows: number, columns: number): Uint32Array {
  const values = dequantize(bytes, format);
  const stride = paddedStride(columns);
  const padded = new Float32Array(rows * stride);
  for (let r = 0; r < rows; r++) padded.set(values.subarray(r * columns, (r + 1) * columns), r * stride);
  return new Uint32Array(padded.buffer);
}

/** Index of the first difference in bits; -1 when there is none. */
function firstDifference(actual: Uint32Array, expected: Uint32Array): number {
  if (actual.length !== expected.length) return 0;
  return actual.findIndex((word, i) => word !== expected[i]);
}

/** Every bit pattern of 16 bits, but for those that are not numbers: their payload is nobody's business. */
function allPatterns(isNumber: (bits: number) => boolean): Uint8Array {
  const bytes = new Uint8Array(65536 * 2);
  const view = new DataView(bytes.buffer);
  for (let bits = 0; bits < 65536; bits++) view.setUint16(bits * 2, isNumber(bits) ? bits : 0, true);
  return bytes;
}

describe("plain floats, every pattern of bits", () => {
  it("f16: 65,536 halves, subnormals, both zeros and both infinities", async () => {
    const bytes = allPatterns((bits) => !Number.isNaN(halfValue(bits)));
    const { words } = await loadAndRead(bytes, "f16", 64, 1024);
    expect(firstDifference(words, expectedWords(bytes, "f16", 64, 1024))).toBe(-1);
    expect(words[0x8000]).toBe(0x80000000);
    expect(words[1]).toBe(0x33800000);
    expect(words[0x7c00]).toBe(0x7f800000);
  });

  it("bf16: 65,536 patterns", async () => {
    const bytes = allPatterns((bits) => (bits & 0x7fff) <= 0x7f80);
    const { words } = await loadAndRead(bytes, "bf16", 64, 1024);
    expect(firstDifference(words, expectedWords(bytes, "bf16", 64, 1024))).toBe(-1);
    expect(words[0x8001]).toBe(0x80010000);
  });

  it("f32: zeros, subnormals, the largest, infinities, and random bits", async () => {
    const words = new Uint32Array(new SeededRandom(1).bytes(4096 * 4).buffer);
    words.set([0, 0x80000000, 1, 0x80000001, 0x007fffff, 0x00800000, 0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000]);
    const numbers = words.map((bits) => ((bits & 0x7fffffff) > 0x7f800000 ? 0x3f800000 : bits));
    const bytes = new Uint8Array(numbers.buffer);
    const read = await loadAndRead(bytes, "f32", 4, 1024);
    expect(firstDifference(read.words, numbers)).toBe(-1);
  });
});

const SCALED_FORMATS = FORMAT_IDS.filter((id) => SCALE_HALVES[id].length > 0);

describe.each(SCALED_FORMATS)("%s", (format) => {
  const { blockBytes, blockSize } = QUANT_FORMATS[format];
  const [scaleAt = 0, minimumAt] = SCALE_HALVES[format];

  it("gives every quant under every kind of scale", async () => {
    const halves = [0, 0x8000, 1, 0x8001, 0x03ff, 0x0400, 0x3c00, 0xbc00, 0x2e66, 0x7bff, 0xfbff];
    const minima = minimumAt === undefined ? [0] : halves;
    const patterns = 8;
    const random = new SeededRandom(2);
    const count = halves.length * minima.length * patterns;
    const bytes = random.bytes(count * blockBytes);
    const view = new DataView(bytes.buffer);
    for (let b = 0; b < count; b++) {
      const at = b * blockBytes;
      // The first patterns hold one byte everywhere, so that the ends of the range are among them.
      const fill = [0, 255, 0x80, 0x7f][b % patterns];
      if (fill !== undefined) bytes.fill(fill, at, at + blockBytes);
      view.setUint16(at + scaleAt, halves[Math.floor(b / patterns) % halves.length] as number, true);
      const minimum = minima[Math.floor(b / patterns / halves.length)] as number;
      if (minimumAt !== undefined) view.setUint16(at + minimumAt, minimum, true);
    }
    const { words } = await loadAndRead(bytes, format, count, blockSize);
    expect(firstDifference(words, expectedWords(bytes, format, count, blockSize))).toBe(-1);
  });

  // A half is unpacked alike in every format, and f16 above goes through them all. Where 256 values hang on each, every
  // seventh: of all signs and exponents, and ending in all bits.
  const step = blockSize > 32 ? 7 : 1;
  it(`reads every scale: of the 63,488 finite halves ${step === 1 ? "all" : "a seventh"}`, async () => {
    const all = Array.from({ length: 65536 }, (_, bits) => bits).filter((bits) => Number.isFinite(halfValue(bits)));
    // Whole rows of 64 blocks.
    const halves = all.filter((_, i) => i % step === 0).slice(0, step === 1 ? undefined : 141 * 64);
    const bytes = new SeededRandom(3).bytes(halves.length * blockBytes);
    const view = new DataView(bytes.buffer);
    for (const [b, half] of halves.entries()) {
      view.setUint16(b * blockBytes + scaleAt, half, true);
      const minimum = halves[(b * 7919) % halves.length] as number;
      if (minimumAt !== undefined) view.setUint16(b * blockBytes + minimumAt, minimum, true);
    }
    const columns = 64 * blockSize;
    const rows = halves.length / 64;
    const { words } = await loadAndRead(bytes, format, rows, columns);
    expect(firstDifference(words, expectedWords(bytes, format, rows, columns))).toBe(-1);
  });
});

it("mxfp4: every exponent whose products are normal numbers, every 4-bit float", async () => {
  const exponents = Array.from({ length: 250 }, (_, i) => i + 2);
  const bytes = new SeededRandom(5).bytes(exponents.length * 4 * 17);
  for (let b = 0; b < exponents.length * 4; b++) {
    bytes[b * 17] = exponents[b % exponents.length] as number;
    if (b < exponents.length) bytes.set([0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe], b * 17 + 1);
  }
  const { words } = await loadAndRead(bytes, "mxfp4", exponents.length, 128);
  expect(firstDifference(words, expectedWords(bytes, "mxfp4", exponents.length, 128))).toBe(-1);
});

describe.each(FORMAT_IDS)("%s in awkward shapes", (format) => {
  const { blockSize } = QUANT_FORMATS[format];
  const columns = blockSize === 1 ? 37 : wholeBlocks(format, 96);
  const blocks = (rows: number): Uint8Array => randomBlocks(format, rows * columns, new SeededRandom(4));

  it.each([1, 7])("%d rows, the last piece odd", async (rows) => {
    const bytes = blocks(rows);
    const { words } = await loadAndRead(bytes, format, rows, columns);
    expect(firstDifference(words, expectedWords(bytes, format, rows, columns))).toBe(-1);
  });

  it("splits over small bindings without losing a row", async () => {
    const bytes = blocks(33);
    const { words, parts } = await loadAndRead(bytes, format, 33, columns, 1024);
    expect(parts).toBeGreaterThan(1);
    expect(firstDifference(words, expectedWords(bytes, format, 33, columns))).toBe(-1);
  });
});
