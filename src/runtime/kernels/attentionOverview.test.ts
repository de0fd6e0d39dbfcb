/** Attention computed again: squares, figures, rectangles, and that pattern times V is what the fused kernel gave. */
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { inductionTarget, OVERVIEW_CELLS } from "../../shared/attentionMap";
import type { AttentionSpec } from "../../shared/modelSpec";
import type { KvPrecision } from "../../shared/protocol";
import type { Gpu } from "../gpu/device";
import { floatToHalf } from "../model/half";
import { expectClose } from "../testing/allclose";
import { KernelHarness, openTestGpu } from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import { attention } from "./attention";
import { type PatternReference, patternReference } from "./attention.reference";
import { attentionOverview, NO_TARGET, overviewFold, STATE_FLOATS } from "./attentionOverview";
import { attentionOverviewReference } from "./attentionOverview.reference";
import { attentionTile, EDGES_BYTES, MASKED_BELOW, MOST_EDGES, packTile, type TileArea } from "./attentionTile";
import { halfValue } from "./dequantize.reference";
import { keepQueries } from "./keepQueries";

let gpu: Gpu;
let harness: KernelHarness;
beforeAll(async () => {
  gpu = await openTestGpu();
  harness = new KernelHarness(gpu);
});
afterEach(() => harness.clear());

interface Shape {
  readonly H: number;
  readonly K: number;
  readonly D: number;
  readonly T: number;
  readonly slidingWindow?: number;
  readonly precision?: KvPrecision;
  readonly sharpness?: number;
}

const ids = (T: number): number[] => Array.from({ length: T }, (_, t) => (t * t) % 7);

function targetsOf(T: number): (number | null)[] {
  const latest = new Map<number, number>();
  return ids(T).map((id, row) => {
    const target = inductionTarget(latest, id, row);
    latest.set(id, row);
    return target;
  });
}

class Bench {
  readonly spec: AttentionSpec;
  readonly random: SeededRandom;
  readonly capacity: number;
  readonly queries: Float64Array;
  readonly keys: Float64Array;
  readonly values: Float64Array;
  readonly precision: KvPrecision;
  readonly patterns: PatternReference[][];

  constructor(readonly shape: Shape) {
    const { H, K, D, T, slidingWindow = null, precision = "f32", sharpness = 1 } = shape;
    const scale = sharpness / Math.sqrt(D);
    this.spec = { numHeads: H, numKvHeads: K, headDim: D, scale, qkNorm: null, causal: true, slidingWindow };
    this.precision = precision;
    this.capacity = T + 3;
    this.random = new SeededRandom(H * 100 + D + T);
    // Values that f16 holds exactly, so that both precisions have the same reference.
    const halves = (length: number): Float64Array =>
      Float64Array.from(this.random.normals(length), (value) => halfValue(floatToHalf(value)));
    this.queries = halves(T * H * D);
    this.keys = halves(K * this.capacity * D);
    this.values = halves(K * this.capacity * D);
    const { queries, keys, capacity } = this;
    const request = { numHeads: H, numKvHeads: K, headDim: D, scale, slidingWindow, capacity, queries, keys };
    this.patterns = Array.from({ length: H }, (_, h) =>
      Array.from({ length: T }, (_, t) => patternReference({ ...request, position: 0, rows: T }, t, h)),
    );
  }

  upload(values: Float64Array): GPUBuffer {
    if (this.precision === "f32") return harness.buffer(Float32Array.from(values));
    return harness.buffer(new Uint32Array(Uint16Array.from(values, floatToHalf).buffer));
  }

  async kernels(lanes: number) {
    const { H, T } = this.shape;
    const kept = {
      label: "test",
      attention: this.spec,
      queries: this.upload(this.queries),
      keys: this.upload(this.keys),
      denominators: harness.filled(this.capacity * H, 9),
      capacity: this.capacity,
      precision: this.precision,
    };
    const targets = harness.buffer(Uint32Array.from(targetsOf(T), (target) => target ?? NO_TARGET));
    const scan = harness.uniform(new ArrayBuffer(16));
    const tile = harness.uniform(new ArrayBuffer(48));
    const state = harness.filled(OVERVIEW_CELLS * H * STATE_FLOATS, 9);
    const cells = harness.filled(T * T, 9);
    const overview = await attentionOverview(gpu, { ...kept, scan, targets, state, lanes });
    const fold = await overviewFold(gpu, { label: "test", numHeads: H, state });
    const edges = harness.filled(EDGES_BYTES / 4, 0);
    const tiles = await attentionTile(gpu, { ...kept, tile, cells, edges });
    return {
      state,
      fold: () => harness.run([fold]),
      scan: (first: number, end: number, shift: number) => {
        gpu.device.queue.writeBuffer(scan, 0, Uint32Array.of(first, end, shift, 0));
        harness.run([overview], ((end - 1) >> shift) - (first >> shift) + 1);
      },
      edges,
      tile: async (area: TileArea, heads: readonly number[]) => {
        for (const [index, head] of heads.entries()) {
          gpu.device.queue.writeBuffer(tile, 0, packTile(area, head, 1 / heads.length, index > 0));
          harness.run([tiles], area.rowCount * area.keyCount);
        }
        return harness.floats(cells, area.rowCount * area.keyCount);
      },
    };
  }

  pattern(h: number, t: number): PatternReference {
    const pattern = this.patterns[h]?.[t];
    if (pattern === undefined) throw new Error(`no row ${t} of head ${h}`);
    return pattern;
  }

  /** [rows, H, STATE] of the rows of cells that `T` tokens fill. */
  expected(shift: number): Float64Array {
    const { H, T } = this.shape;
    const rows = ((T - 1) >> shift) + 1;
    const all = new Float64Array(rows * H * STATE_FLOATS);
    for (let h = 0; h < H; h++) {
      const state = attentionOverviewReference(this.patterns[h] as PatternReference[], targetsOf(T), 2 ** shift);
      for (let r = 0; r < rows; r++) {
        all.set(state.subarray(r * STATE_FLOATS, (r + 1) * STATE_FLOATS), (r * H + h) * STATE_FLOATS);
      }
    }
    return all;
  }
}

// Weights are off by a few 2^-24 relatively; distances of up to 300 tokens are sums of them.
const bound = (T: number): number => 3e-6 * T;

const SHAPES: readonly [string, Shape][] = [
  ["one head, two tokens", { H: 1, K: 1, D: 4, T: 2 }],
  ["grouped queries, a square that is full", { H: 6, K: 2, D: 20, T: 32 }],
  ["a square one token too small", { H: 3, K: 1, D: 16, T: 33 }],
  ["a cache of halves", { H: 4, K: 2, D: 32, T: 150, precision: "f16" }],
  ["a window", { H: 2, K: 1, D: 8, T: 90, slidingWindow: 7 }],
  ["a window of one", { H: 2, K: 2, D: 8, T: 20, slidingWindow: 1 }],
  ["one key that takes it all", { H: 2, K: 1, D: 16, T: 70, sharpness: 30 }],
];

describe.each([
  [1, SHAPES],
  [4, SHAPES.filter(([, { T }]) => T > 80)],
])("the overview of a layer, %d lanes", (lanes, shapes) => {
  it.each(shapes)("%s: equals the reference", async (name, shape) => {
    const bench = new Bench(shape);
    const shift = Math.max(0, Math.ceil(Math.log2(shape.T / OVERVIEW_CELLS)));
    const kernels = await bench.kernels(lanes);
    kernels.scan(0, shape.T, shift);
    const expected = bench.expected(shift);
    expectClose(await harness.floats(kernels.state, expected.length), expected, bound(shape.T), name);
  });

  it("is the same token by token as at once, and after joining cells", async () => {
    const shape = { H: 3, K: 1, D: 16, T: 100 };
    const bench = new Bench(shape);
    const kernels = await bench.kernels(lanes);
    kernels.scan(0, 20, 0);
    kernels.scan(20, 21, 0);
    kernels.scan(21, 32, 0);
    kernels.fold();
    for (let row = 32; row < 64; row++) kernels.scan(row, row + 1, 1);
    kernels.fold();
    kernels.scan(64, 99, 2);
    kernels.scan(99, 100, 2);
    const expected = bench.expected(2);
    expectClose(await harness.floats(kernels.state, expected.length), expected, bound(100), "grown");
  });

  it("takes a row back to where its row of cells begins", async () => {
    const bench = new Bench({ H: 2, K: 1, D: 8, T: 60 });
    const kernels = await bench.kernels(lanes);
    kernels.scan(0, 60, 1);
    kernels.scan(44, 60, 1);
    const expected = bench.expected(1);
    expectClose(await harness.floats(kernels.state, expected.length), expected, bound(60), "again");
  });
});

describe("two tokens by hand", () => {
  it("gives what a pencil gives", async () => {
    const bench = new Bench({ H: 1, K: 1, D: 4, T: 2 });
    // Query 1 is (1, 0, 0, 0), scale 1/2; keys 0 and 1 begin with 2 ln 3 and 0: scores ln 3 and 0, weights 3/4 and 1/4.
    bench.queries.set([0, 0, 0, 0, 1, 0, 0, 0]);
    bench.keys.set([2 * Math.log(3), 0, 0, 0, 0, 5, 0, 0]);
    const kernels = await bench.kernels(1);
    kernels.scan(0, 2, 0);
    const [first, second] = [0, STATE_FLOATS];
    const state = await harness.floats(kernels.state, 2 * STATE_FLOATS);
    expect([...state.subarray(first, first + 2)]).toEqual([1, 0]);
    expectClose(state.subarray(second, second + 2), [0.75, 0.25], 1e-6, "cells");
    // First and previous are the same token; entropy of (3/4, 1/4) is 2 - 3/4 log2 3.
    const figures = [0.75, 0.75, 0.25, 0, 2 - 0.75 * Math.log2(3), 0.75];
    expectClose(state.subarray(second + OVERVIEW_CELLS, second + STATE_FLOATS), figures, 2e-6, "figures");
    const area = { length: 2, rowStart: 0, rowStep: 1, rowCount: 2, keyStart: 0, keyStep: 1, keyCount: 2 };
    const scores = await kernels.tile({ ...area, wantsScores: true }, [0]);
    expectClose([scores[2], scores[3]] as number[], [Math.log(3), 0], 1e-6, "scores");
  });
});

describe("a rectangle", () => {
  it.each(SHAPES)("%s: every row sums to 1, and pattern times V is the fused kernel's output", async (name, shape) => {
    const bench = new Bench(shape);
    const { H, K, D, T } = shape;
    const kernels = await bench.kernels(1);
    kernels.scan(0, T, Math.max(0, Math.ceil(Math.log2(T / OVERVIEW_CELLS))));
    const mixed = harness.filled(T * H * D, 9);
    const fused = await attention(gpu, {
      label: "test",
      attention: bench.spec,
      step: harness.step(0, T),
      queries: harness.buffer(Float32Array.from(bench.queries)),
      keys: bench.upload(bench.keys),
      values: bench.upload(bench.values),
      capacity: bench.capacity,
      precision: bench.precision,
      headScales: harness.buffer(new Float32Array(H).fill(1)),
      mixed,
      outStride: H * D,
      variant: "serial",
    });
    harness.run([fused], T);
    const output = await harness.floats(mixed, T * H * D);
    const area = { length: T, rowStart: 0, rowStep: 1, rowCount: T, keyStart: 0, keyStep: 1, keyCount: T };
    for (let h = 0; h < H; h++) {
      const pattern = await kernels.tile({ ...area, wantsScores: false }, [h]);
      const scores = await kernels.tile({ ...area, wantsScores: true }, [h]);
      const kv = Math.floor(h / (H / K));
      for (let t = 0; t < T; t++) {
        const row = Array.from(pattern.subarray(t * T, (t + 1) * T));
        const { first, weights, scores: expected } = bench.pattern(h, t);
        expect(row.map((value) => value < MASKED_BELOW)).toEqual(row.map((_, s) => s < first || s > t));
        expectClose(row.slice(first, t + 1), weights, 5e-6 * (1 + (shape.sharpness ?? 1)), `${name} weights`);
        expectClose(scores.subarray(t * T + first, t * T + t + 1), expected, 5e-6 * (1 + (shape.sharpness ?? 1)), name);
        expect(Math.abs(row.slice(first, t + 1).reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(2e-5);
        const sums = new Float64Array(D);
        for (let s = first; s <= t; s++) {
          for (let d = 0; d < D; d++) {
            sums[d] =
              (sums[d] as number) + (row[s] as number) * (bench.values[(kv * bench.capacity + s) * D + d] as number);
          }
        }
        expectClose(
          output.subarray((t * H + h) * D, (t * H + h + 1) * D),
          sums,
          2e-5 * (1 + (shape.sharpness ?? 1)),
          name,
        );
      }
    }
  });

  it("goes from edge to edge where cells are of different sizes", async () => {
    const bench = new Bench({ H: 2, K: 1, D: 16, T: 20 });
    const kernels = await bench.kernels(1);
    kernels.scan(0, 20, 0);
    const [rows, keys] = [
      [0, 1, 7, 20],
      [0, 3, 4, 11, 20],
    ];
    gpu.device.queue.writeBuffer(kernels.edges, 0, Uint32Array.from(rows));
    gpu.device.queue.writeBuffer(kernels.edges, MOST_EDGES * 4, Uint32Array.from(keys));
    const area = { length: 20, rowStart: 0, rowStep: 0, rowCount: 3, keyStart: 0, keyStep: 0, keyCount: 4 };
    const actual = await kernels.tile({ ...area, wantsScores: false }, [1]);
    for (let i = 0; i < 3; i++) {
      const [from = 0, to = 0] = rows.slice(i);
      let whole = 0;
      for (let j = 0; j < 4; j++) {
        const [first = 0, end = 0] = keys.slice(j);
        let sum = 0;
        for (let row = from; row < to; row++) {
          for (let key = first; key < Math.min(end, row + 1); key++) sum += bench.pattern(1, row).weights[key] ?? 0;
        }
        const cell = actual[i * 4 + j] as number;
        if (first < to) expect(Math.abs(cell - sum / (to - from))).toBeLessThan(2e-6);
        else expect(cell).toBeLessThan(MASKED_BELOW);
        whole += first < to ? cell : 0;
      }
      expect(Math.abs(whole - 1)).toBeLessThan(1e-5);
    }
  });

  it("averages over rows, sums over keys and takes the mean of heads", async () => {
    const shape = { H: 3, K: 1, D: 16, T: 20 };
    const bench = new Bench(shape);
    const kernels = await bench.kernels(1);
    kernels.scan(0, 20, 0);
    const area = { length: 20, rowStart: 2, rowStep: 5, rowCount: 4, keyStart: 1, keyStep: 4, keyCount: 5 };
    const actual = await kernels.tile({ ...area, wantsScores: false }, [0, 2]);
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 5; j++) {
        const rows = [0, 1, 2, 3, 4].map((r) => 2 + i * 5 + r).filter((row) => row < 20);
        const keys = [0, 1, 2, 3].map((k) => 1 + j * 4 + k);
        const seen = rows.some((row) => keys.some((key) => key <= row));
        const value = [0, 2].flatMap((h) =>
          rows.flatMap((row) => keys.map((key) => bench.patterns[h]?.[row]?.weights[key] ?? 0)),
        );
        const mean = value.reduce((sum, p) => sum + p, 0) / rows.length / 2;
        const cell = actual[i * 5 + j] as number;
        if (seen) expect(Math.abs(cell - mean)).toBeLessThan(2e-6);
        else expect(cell).toBeLessThan(MASKED_BELOW);
      }
    }
  });
});

describe("queries that are kept", () => {
  it.each(["f32", "f16"] as const)("lie at their positions, %s", async (precision) => {
    const [H, D, capacity] = [3, 8, 10];
    const spec: AttentionSpec = {
      numHeads: H,
      numKvHeads: 1,
      headDim: D,
      scale: 1,
      qkNorm: null,
      causal: true,
      slidingWindow: null,
    };
    const queries = Float32Array.from(new SeededRandom(1).normals(4 * H * D), (value) => halfValue(floatToHalf(value)));
    const kept = harness.filled((capacity * H * D) / (precision === "f32" ? 1 : 2), 0);
    const step = harness.step(5, 3);
    const dispatch = await keepQueries(gpu, {
      label: "test",
      attention: spec,
      step,
      queries: harness.buffer(queries),
      kept,
      capacity,
      precision,
    });
    harness.run([dispatch], 3);
    const bytes = await harness.bytes(kept);
    const read = precision === "f32" ? new Float32Array(bytes) : Float32Array.from(new Uint16Array(bytes), halfValue);
    const expected = new Float32Array(capacity * H * D);
    expected.set(queries.subarray(0, 3 * H * D), 5 * H * D);
    expect([...read]).toEqual([...expected]);
  });
});
