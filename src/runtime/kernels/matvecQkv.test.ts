import { beforeAll, describe, expect, it } from "vitest";
import type { AttentionSpec, NormSpec } from "../../shared/modelSpec";
import type { KvPrecision } from "../../shared/protocol";
import { FORMAT_IDS, type FormatId, QUANT_FORMATS } from "../../shared/quant";
import type { Gpu } from "../gpu/device";
import { rotationTable } from "../model/rotation";
import { expectClose } from "../testing/allclose";
import { testMatrix, wholeBlocks } from "../testing/blocks";
import { describeLayout, KernelHarness, openTestGpu, padRows, testLayouts } from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import { halfValue } from "./dequantize.reference";
import { linearVectors } from "./linearVectors";
import { linearReference } from "./matvec.reference";
import { canFuseQkv, matvecQkv } from "./matvecQkv";
import { queryOrKeyReference, type RopeReference, storedOrder } from "./ropeAppend.reference";
import type { Layout } from "./variants";
import { paddedStride } from "./weightMatrix";

let gpu: Gpu;
let layouts: Layout[];
beforeAll(async () => {
  gpu = await openTestGpu();
  layouts = testLayouts(gpu);
});

interface Case {
  readonly formats?: readonly FormatId[];
  readonly H: number;
  readonly K: number;
  readonly D: number;
  readonly columns: number;
  readonly position: number;
  readonly norm?: NormSpec;
  readonly bias?: boolean;
  readonly qkNorm?: boolean;
  readonly rotaryDim?: number;
  readonly rotary?: "interleaved" | "half";
  readonly precision?: KvPrecision;
  /** Heads of each part of the matrix. */
  readonly partHeads?: readonly number[];
}

const CAPACITY = 50;
const UNTOUCHED = 0.5;
const UNTOUCHED_HALVES = 0x38003800;
const THETA = 10_000;

async function check(layout: Layout, request: Case): Promise<void> {
  const { H, K, D, columns, position, norm = null, rotary = "half", precision = "f32" } = request;
  const random = new SeededRandom(H * 100 + D);
  const harness = new KernelHarness(gpu);
  const rows = (H + 2 * K) * D;
  const partRows = request.partHeads?.map((heads) => heads * D);
  const { matrix, weights } = testMatrix(harness, random, {
    formats: request.formats ?? ["f32"],
    rows,
    columns,
    partRows,
  });
  const qkNorm: NormSpec | null = request.qkNorm === true ? { kind: "rms", eps: 1e-6 } : null;
  const attention: AttentionSpec = {
    numHeads: H,
    numKvHeads: K,
    headDim: D,
    scale: 1,
    qkNorm,
    causal: true,
    slidingWindow: null,
  };
  expect(canFuseQkv(matrix, attention, layout)).toBe(true);
  const x = random.normals(columns, 3);
  const normVectors = norm && {
    spec: norm,
    weight: random.normals(columns, 0.2, 1),
    bias: norm.kind === "layer" ? random.normals(columns, 0.1) : null,
  };
  const bias = request.bias === true ? random.normals(rows, 0.5) : null;
  const headNorms = random.normals(2 * D, 0.2, 1);
  const rotaryDim = request.rotaryDim ?? D;
  const spec = { kind: "rope", theta: THETA, rotaryDim, layout: rotary, scaling: { kind: "none" } } as const;
  // Values begin some way behind the keys, as bindings are aligned.
  const half = K * CAPACITY * D;
  const valuesOffset = half + 64;
  const length = valuesOffset + half;
  const cache =
    precision === "f32"
      ? harness.filled(length, UNTOUCHED)
      : harness.buffer(new Uint32Array(length / 2).fill(UNTOUCHED_HALVES));
  const queries = harness.filled((H + 1) * D, UNTOUCHED);
  const dispatches = await matvecQkv(gpu, {
    label: "test",
    matrix,
    vectors: linearVectors(harness.scope, "test", columns, normVectors, bias, qkNorm && headNorms),
    attention,
    rotation: rotaryDim === 0 ? null : harness.buffer(rotationTable(spec, CAPACITY, null)),
    rotaryDim,
    interleaved: rotary === "interleaved",
    step: harness.step(position, 1),
    x: harness.buffer(padRows(x, 1, columns, paddedStride(columns))),
    queries,
    cache,
    valuesOffset,
    capacity: CAPACITY,
    precision,
    layout,
  });
  harness.run(dispatches);
  const gotQueries = await harness.floats(queries, (H + 1) * D);
  const bytes = await harness.bytes(cache, length * (precision === "f32" ? 4 : 2));
  harness.clear();
  const gotCache =
    precision === "f32"
      ? Float64Array.from(new Float32Array(bytes))
      : Float64Array.from(new Uint16Array(bytes), halfValue);

  const { values, magnitudes } = linearReference({ rows, columns, weights, x, norm: normVectors, bias });
  const rope: RopeReference | null =
    rotaryDim === 0
      ? null
      : {
          rotaryDim,
          layout: rotary,
          frequencies: Array.from({ length: rotaryDim / 2 }, (_, i) => THETA ** ((-2 * i) / rotaryDim)),
          magnitude: 1,
        };
  const order = storedOrder(D, rope);
  const expectedQueries = new Float64Array((H + 1) * D).fill(UNTOUCHED);
  const expectedCache = new Float64Array(length).fill(UNTOUCHED);
  for (let head = 0; head < H + 2 * K; head++) {
    const row = values.subarray(head * D, (head + 1) * D);
    if (head >= H + K) {
      expectedCache.set(row, valuesOffset + ((head - H - K) * CAPACITY + position) * D);
      continue;
    }
    const weight = head < H ? headNorms.subarray(0, D) : headNorms.subarray(D);
    const turned = queryOrKeyReference(row, position, qkNorm && { spec: qkNorm, weight }, rope);
    const stored = order.map((d) => turned[d] as number);
    if (head < H) expectedQueries.set(stored, head * D);
    else expectedCache.set(stored, ((head - H) * CAPACITY + position) * D);
  }
  // As for matvec, 4e-7 of sum |w x| (twice that with a norm), for both of a pair; a head norm divides by the head's size.
  const largest = Math.max(...magnitudes);
  const size = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / rows);
  const bound = ((norm === null ? 4e-7 : 8e-7) * 2 * largest) / (qkNorm === null ? 1 : Math.min(1, size / 3));
  const label = `qkv ${describeLayout(layout)} ${request.formats} H${H} K${K} D${D} ${precision}`;
  expectClose(
    gotQueries,
    expectedQueries,
    expectedQueries.map((value) => (value === UNTOUCHED ? 0 : bound)),
    label,
  );
  const stored = (value: number): number =>
    value === UNTOUCHED ? 0 : bound + (precision === "f16" ? 2 ** -11 * Math.abs(value) + 2 ** -25 : 0);
  expectClose(gotCache, expectedCache, expectedCache.map(stored), `${label} cache`);
}

const RMS: NormSpec = { kind: "rms", eps: 1e-5 };
const LAYER: NormSpec = { kind: "layer", eps: 1e-5 };

describe("q, k and v in one dispatch", () => {
  // Every format meets every layout in matvec.test.ts, which shares the code that reads weights.
  it.each(FORMAT_IDS.map((format, index) => [format, index] as const))("%s", async (format, index) => {
    const columns = QUANT_FORMATS[format].blockSize === 1 ? 65 : wholeBlocks(format, 96);
    const layout = layouts[index % layouts.length] as Layout;
    await check(layout, { formats: [format], H: 3, K: 1, D: 20, columns, position: 7, norm: RMS, bias: true });
  });

  it.each([
    [1, 1, 4],
    [5, 5, 36],
  ])("%d heads on %d of %d dimensions: first token, last token", async (H, K, D) => {
    for (const layout of layouts) {
      await check(layout, { H, K, D, columns: 33, position: 0, norm: LAYER });
      await check(layout, { H, K, D, columns: 33, position: CAPACITY - 1, norm: LAYER });
    }
  });

  it("rotates pairs of neighbours, a part of the dimensions, or nothing", async () => {
    for (const layout of layouts) {
      const shape = { H: 2, K: 1, D: 16, columns: 40, position: 9 };
      await check(layout, { ...shape, rotary: "interleaved" });
      await check(layout, { ...shape, rotaryDim: 6 });
      await check(layout, { ...shape, rotaryDim: 6, rotary: "interleaved" });
      await check(layout, { ...shape, rotaryDim: 0 });
    }
  });

  it("writes a cache of halves", async () => {
    for (const layout of layouts) await check(layout, { H: 4, K: 2, D: 8, columns: 64, position: 3, precision: "f16" });
  });

  it("norms queries and keys per head, not values", async () => {
    for (const layout of layouts.filter(({ variant }) => variant !== "barrier_free")) {
      await check(layout, { H: 4, K: 2, D: 32, columns: 64, position: 3, qkNorm: true, norm: RMS });
      await check(layout, {
        H: 2,
        K: 1,
        D: 12,
        columns: 33,
        position: 5,
        qkNorm: true,
        bias: true,
        rotary: "interleaved",
      });
      await check(layout, { H: 1, K: 1, D: 144, columns: 32, position: 2, qkNorm: true, precision: "f16" });
    }
  });

  it("joins parts of several formats", async () => {
    const parts = {
      formats: ["f16", "q8_0"],
      H: 4,
      K: 2,
      D: 12,
      columns: 64,
      position: 3,
      partHeads: [5, 1, 2],
    } as const;
    for (const layout of layouts) await check(layout, { ...parts, bias: true, norm: RMS });
  });

  it("leaves to other kernels what breaks off within a head, or norms heads with single threads", () => {
    const part = { format: "f32", planes: {} } as const;
    const attention = { headDim: 4, qkNorm: null } as AttentionSpec;
    const matrix = (rows: number): Parameters<typeof canFuseQkv>[0] => ({
      label: "",
      rows: 12,
      columns: 4,
      parts: [
        { ...part, rowStart: 0, rows },
        { ...part, rowStart: rows, rows: 12 - rows },
      ],
    });
    const [serial, together] = layouts as [Layout, Layout];
    expect(canFuseQkv(matrix(8), attention, serial)).toBe(true);
    expect(canFuseQkv(matrix(6), attention, serial)).toBe(false);
    const normed = { ...attention, qkNorm: RMS };
    expect(canFuseQkv(matrix(8), normed, together)).toBe(true);
    expect(canFuseQkv(matrix(8), normed, serial)).toBe(false);
  });
});
