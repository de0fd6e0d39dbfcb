import { beforeAll, describe, it } from "vitest";
import type { KvPrecision } from "../../shared/protocol";
import type { Gpu } from "../gpu/device";
import type { Dispatch } from "../gpu/dispatch";
import { floatToHalf } from "../model/half";
import { expectClose } from "../testing/allclose";
import { KernelHarness, openTestGpu, padRows } from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import { type AttentionRequest, attention } from "./attention";
import { attentionReference } from "./attention.reference";
import { attentionSplit, piecesBytes } from "./attentionSplit";
import { halfValue } from "./dequantize.reference";
import { paddedStride } from "./weightMatrix";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

interface Shape {
  readonly H: number;
  readonly K: number;
  readonly D: number;
  readonly capacity: number;
  readonly slidingWindow?: number;
  readonly precision?: KvPrecision;
  /** Deviation of the scores: how sharply attention looks. */
  readonly sharpness?: number;
}

/** Tokens before the step, and its rows. */
type Step = readonly [position: number, rows: number];

const UNTOUCHED = 9;

/** `split` is for one row at a time: a step of decode over a long cache. */
type Kernel = "serial" | "workgroup" | "split";

async function prepare(
  kernel: Kernel,
  harness: KernelHarness,
  request: Omit<AttentionRequest, "variant">,
): Promise<Dispatch[]> {
  if (kernel !== "split") return [await attention(gpu, { ...request, variant: kernel })];
  const pieces = harness.filled(piecesBytes(request.attention, request.capacity) / 4, UNTOUCHED);
  return attentionSplit(gpu, { ...request, pieces });
}

async function check(kernel: Kernel, shape: Shape, steps: readonly Step[]): Promise<void> {
  const { H, K, D, capacity, slidingWindow = null, precision = "f32" } = shape;
  const random = new SeededRandom(H * 1000 + D);
  const scale = (shape.sharpness ?? 1) / Math.sqrt(D);
  // Values that f16 holds exactly, so that both caches have the same reference.
  const cached = (): Float64Array =>
    Float64Array.from(random.normals(K * capacity * D), (value) => halfValue(floatToHalf(value)));
  const keys = cached();
  const values = cached();
  const headScales = Float32Array.from({ length: H }, (_, h) => (h === 1 ? 0 : 1 - h / 16));
  for (const [position, rows] of steps) {
    const harness = new KernelHarness(gpu);
    const queries = random.normals(rows * H * D);
    const outStride = paddedStride(H * D);
    const mixed = harness.filled((rows + 1) * outStride, UNTOUCHED);
    const upload = (numbers: Float64Array): GPUBuffer =>
      precision === "f32" ? harness.buffer(Float32Array.from(numbers)) : harness.buffer(packHalves(numbers));
    const dispatches = await prepare(kernel, harness, {
      label: "test",
      attention: { numHeads: H, numKvHeads: K, headDim: D, scale, qkNorm: null, causal: true, slidingWindow },
      step: harness.step(position, rows),
      queries: harness.buffer(queries),
      keys: upload(withRubbishBehind(keys, position + rows, shape)),
      values: upload(withRubbishBehind(values, position + rows, shape)),
      capacity,
      precision,
      headScales: harness.buffer(headScales),
      mixed,
      outStride,
    });
    harness.run(dispatches, rows, position + rows);
    const actual = await harness.floats(mixed, (rows + 1) * outStride);
    harness.clear();
    const expected = attentionReference({
      numHeads: H,
      numKvHeads: K,
      headDim: D,
      scale,
      slidingWindow,
      position,
      rows,
      capacity,
      queries,
      keys,
      values,
      headScales,
    });
    const all = padRows(expected, rows + 1, H * D, outStride);
    for (let t = 0; t < rows; t++) all.fill(UNTOUCHED, t * outStride + H * D, (t + 1) * outStride);
    all.fill(UNTOUCHED, rows * outStride);
    // Scores of deviation s are off by a few 2^-24 (s + 1), exp by 3 + 2 |x| units in the last place, and weights by
    // as much relatively; they mix values of about 1, at most 5.
    const bound = 1.5e-6 * (1 + (shape.sharpness ?? 1));
    expectClose(actual, all, bound, `attention ${kernel} ${precision} H${H} K${K} D${D} at ${position}+${rows}`);
  }
}

/** What lies behind the tokens in the cache must not matter: here it would dominate. */
function withRubbishBehind(numbers: Float64Array, length: number, { K, D, capacity }: Shape): Float64Array {
  const copy = Float64Array.from(numbers);
  for (let kv = 0; kv < K; kv++) copy.fill(1000, (kv * capacity + length) * D, (kv + 1) * capacity * D);
  return copy;
}

function packHalves(numbers: Float64Array): Uint32Array {
  return new Uint32Array(Uint16Array.from(numbers, floatToHalf).buffer);
}

describe.each(["serial", "workgroup"] as const)("attention, %s", (variant) => {
  it.each([
    ["one head", { H: 1, K: 1, D: 4, capacity: 40 }],
    ["grouped queries", { H: 6, K: 2, D: 20, capacity: 300 }],
    ["many queries of one key head", { H: 5, K: 1, D: 64, capacity: 300 }],
  ] as const)("%s: first token, in the middle, about the 128 keys of a workgroup", async (_, shape) => {
    const steps: Step[] = [
      [0, 1],
      [0, 3],
      [17, 1],
      [31, 9],
    ];
    const long: Step[] = [
      [126, 1],
      [127, 1],
      [128, 3],
      [255, 45],
    ];
    await check(variant, shape, shape.capacity > 128 ? [...steps, ...long] : steps);
  });

  it("reads a cache of halves", async () => {
    await check(variant, { H: 4, K: 2, D: 32, capacity: 150, precision: "f16" }, [
      [0, 1],
      [127, 2],
      [140, 10],
    ]);
  });

  it("sees a window only", async () => {
    await check(variant, { H: 2, K: 1, D: 8, capacity: 300, slidingWindow: 7 }, [
      [0, 20],
      [6, 1],
      [7, 1],
      [290, 3],
    ]);
    await check(variant, { H: 2, K: 1, D: 8, capacity: 400, slidingWindow: 131 }, [
      [129, 4],
      [390, 1],
    ]);
    await check(variant, { H: 2, K: 1, D: 8, capacity: 20, slidingWindow: 1 }, [[5, 3]]);
  });

  it("stays right when one key takes it all", async () => {
    await check(variant, { H: 2, K: 1, D: 16, capacity: 140, sharpness: 30 }, [[130, 4]]);
  });

  it("takes the largest heads", async () => {
    await check(variant, { H: 2, K: 1, D: 256, capacity: 135 }, [[131, 2]]);
  });
});

describe("attention, split over the cache", () => {
  const steps: Step[] = [0, 1, 62, 63, 64, 65, 127, 128, 200, 298].map((position) => [position, 1]);

  it.each([
    ["one head", { H: 1, K: 1, D: 4, capacity: 300 }],
    ["grouped queries, a cache of halves", { H: 6, K: 2, D: 20, capacity: 300, precision: "f16" }],
    ["more queries of one key head than a workgroup carries", { H: 14, K: 1, D: 32, capacity: 300 }],
    ["the largest heads", { H: 2, K: 1, D: 256, capacity: 300 }],
    ["a window of several pieces", { H: 2, K: 1, D: 8, capacity: 300, slidingWindow: 131 }],
    ["one key that takes it all", { H: 2, K: 1, D: 16, capacity: 300, sharpness: 30 }],
  ] as const)("%s", async (_, shape) => {
    await check("split", shape, steps);
  });
});
