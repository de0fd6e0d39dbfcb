import { beforeAll, describe, it } from "vitest";
import type { AttentionSpec, NormSpec } from "../../shared/modelSpec";
import type { KvPrecision } from "../../shared/protocol";
import type { Gpu } from "../gpu/device";
import { rotationTable } from "../model/rotation";
import { expectClose } from "../testing/allclose";
import { KernelHarness, openTestGpu, padRows } from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import { halfValue } from "./dequantize.reference";
import { ropeAppend } from "./ropeAppend";
import { queryOrKeyReference, type RopeReference, storedOrder } from "./ropeAppend.reference";
import { paddedStride } from "./weightMatrix";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

interface Case {
  readonly H: number;
  readonly K: number;
  readonly D: number;
  readonly rows: number;
  readonly position: number;
  readonly capacity: number;
  readonly rotaryDim?: number;
  readonly layout?: "interleaved" | "half";
  readonly qkNorm?: boolean;
  readonly precision?: KvPrecision;
  /** Multiplies q, k and v. */
  readonly size?: number;
}

/** Fills queries and cache beforehand: a half and a float that stay what they are. */
const UNTOUCHED = 0.5;
const UNTOUCHED_HALVES = 0x38003800;
const THETA = 10_000;

interface Cache {
  readonly keys: Float64Array;
  readonly values: Float64Array;
}

async function check(request: Case): Promise<void> {
  const { H, K, D, rows, position, capacity, layout = "half", precision = "f32" } = request;
  const random = new SeededRandom(D * 100 + rows);
  const harness = new KernelHarness(gpu);
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
  const rotaryDim = request.rotaryDim ?? D;
  const spec = { kind: "rope", theta: THETA, rotaryDim, layout, scaling: { kind: "none" } } as const;
  const width = (H + 2 * K) * D;
  const qkvStride = paddedStride(width);
  const qkv = random.normals(rows * width, request.size ?? 1);
  const norms = random.normals(2 * D, 0.2, 1);
  const fresh = (length: number): GPUBuffer =>
    precision === "f32"
      ? harness.filled(length, UNTOUCHED)
      : harness.buffer(new Uint32Array(length / 2).fill(UNTOUCHED_HALVES));
  const keys = fresh(K * capacity * D);
  const values = fresh(K * capacity * D);
  const queries = harness.filled((rows + 1) * H * D, UNTOUCHED);
  const dispatch = await ropeAppend(gpu, {
    label: "test",
    attention,
    rotation: rotaryDim === 0 ? null : harness.buffer(rotationTable(spec, capacity, null)),
    rotaryDim,
    interleaved: layout === "interleaved",
    headNorms: qkNorm && harness.buffer(norms),
    step: harness.step(position, rows),
    qkv: harness.buffer(padRows(qkv, rows, width, qkvStride)),
    qkvStride,
    queries,
    keys,
    values,
    capacity,
    precision,
  });
  harness.run([dispatch], rows);
  const gotQueries = await harness.floats(queries, (rows + 1) * H * D);
  const got: Cache = {
    keys: cacheValues(await harness.bytes(keys, (K * capacity * D * (precision === "f32" ? 32 : 16)) / 8), precision),
    values: cacheValues(
      await harness.bytes(values, (K * capacity * D * (precision === "f32" ? 32 : 16)) / 8),
      precision,
    ),
  };
  harness.clear();

  const rope: RopeReference | null =
    rotaryDim === 0
      ? null
      : {
          rotaryDim,
          layout,
          frequencies: Array.from({ length: rotaryDim / 2 }, (_, i) => THETA ** ((-2 * i) / rotaryDim)),
          magnitude: 1,
        };
  const order = storedOrder(D, rope);
  const expectedQueries = new Float64Array((rows + 1) * H * D).fill(UNTOUCHED);
  const expected: Cache = {
    keys: new Float64Array(K * capacity * D).fill(UNTOUCHED),
    values: new Float64Array(K * capacity * D).fill(UNTOUCHED),
  };
  for (let t = 0; t < rows; t++) {
    for (let head = 0; head < H + 2 * K; head++) {
      const start = t * width + head * D;
      const input = qkv.subarray(start, start + D);
      const weight = head < H ? norms.subarray(0, D) : norms.subarray(D);
      const norm = qkNorm && { spec: qkNorm, weight };
      if (head < H + K) {
        const turned = queryOrKeyReference(input, position + t, norm, rope);
        const stored = order.map((d) => turned[d] as number);
        if (head < H) expectedQueries.set(stored, (t * H + head) * D);
        else expected.keys.set(stored, ((head - H) * capacity + position + t) * D);
      } else {
        expected.values.set(input, ((head - H - K) * capacity + position + t) * D);
      }
    }
  }
  // Two products and a sum in f32, cos and sin rounded to f32: a few 2^-24 of the pair's length.
  const bound = 4e-7 * 4 * (request.size ?? 1);
  const label = `rope ${precision} ${layout} H${H} K${K} D${D} R${rotaryDim}`;
  expectClose(gotQueries, expectedQueries, bound, `${label} queries`);
  // Halves keep 11 bits: off by 2^-11 of the value, or half of the smallest half.
  const stored = (value: number): number => bound + (precision === "f16" ? 2 ** -11 * Math.abs(value) + 2 ** -25 : 0);
  const limited = (value: number): number => (precision === "f16" ? Math.max(-65504, Math.min(65504, value)) : value);
  for (const name of ["keys", "values"] as const) {
    const wanted = expected[name].map(limited);
    const exact = name === "values" && precision === "f32";
    expectClose(got[name], wanted, exact ? 0 : wanted.map(stored), `${label} ${name}`);
  }
}

function cacheValues(bytes: ArrayBuffer, precision: KvPrecision): Float64Array {
  if (precision === "f32") return Float64Array.from(new Float32Array(bytes));
  return Float64Array.from(new Uint16Array(bytes), halfValue);
}

describe.each(["f32", "f16"] as const)("rope and append to a cache of %s", (precision) => {
  it.each(["half", "interleaved"] as const)("rotates pairs: %s", async (layout) => {
    await check({ H: 4, K: 2, D: 16, rows: 5, position: 3, capacity: 11, layout, precision });
  });

  it("rotates a part of the dimensions", async () => {
    await check({ H: 2, K: 1, D: 20, rows: 3, position: 1, capacity: 5, rotaryDim: 8, precision });
    await check({
      H: 2,
      K: 1,
      D: 20,
      rows: 3,
      position: 1,
      capacity: 5,
      rotaryDim: 8,
      layout: "interleaved",
      precision,
    });
  });

  it("norms queries and keys, not values", async () => {
    await check({ H: 3, K: 3, D: 32, rows: 2, position: 0, capacity: 2, qkNorm: true, precision });
    await check({
      H: 3,
      K: 3,
      D: 32,
      rows: 2,
      position: 7,
      capacity: 9,
      qkNorm: true,
      layout: "interleaved",
      precision,
    });
  });

  it("copies where nothing is rotated", async () => {
    await check({ H: 2, K: 2, D: 8, rows: 4, position: 2, capacity: 6, rotaryDim: 0, precision });
  });

  it.each([
    [1, 1, 4],
    [1, 1, 64],
    [14, 2, 64],
    [9, 3, 128],
  ])("%d heads on %d of %d dimensions: one token late, many tokens early", async (H, K, D) => {
    await check({ H, K, D, rows: 1, position: 1022, capacity: 1023, precision });
    await check({ H, K, D, rows: 37, position: 0, capacity: 40, precision });
  });
});

describe("a cache of halves", () => {
  it("holds the largest half in place of what is larger", async () => {
    await check({ H: 1, K: 1, D: 8, rows: 2, position: 0, capacity: 2, rotaryDim: 0, precision: "f16", size: 1e5 });
  });
});
