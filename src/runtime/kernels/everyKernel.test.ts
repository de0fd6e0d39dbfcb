/**
 * Compiles every kernel in every variant and format on Dawn's null backend: validation of what no adapter here runs,
 * within the limits that every WebGPU device has.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AttentionSpec } from "../../shared/modelSpec";
import { FORMAT_IDS } from "../../shared/quant";
import type { Gpu } from "../gpu/device";
import { testMatrix, wholeBlocks } from "../testing/blocks";
import { KernelHarness } from "../testing/kernelHarness";
import { openNodeGpu } from "../testing/nodeGpu";
import { SeededRandom } from "../testing/random";
import { attention } from "./attention";
import { attentionOverview, overviewFold, stateBytes } from "./attentionOverview";
import { attentionRollout } from "./attentionRollout";
import { attentionSplit, piecesBytes } from "./attentionSplit";
import { attentionTile } from "./attentionTile";
import { embed } from "./embed";
import { gate } from "./gate";
import { imagePatches } from "./imagePatches";
import { keepQueries } from "./keepQueries";
import { FOLLOWED_BYTES, LENS_NUMBERS, lensRows } from "./lensRows";
import { linearVectors } from "./linearVectors";
import { matmul } from "./matmul";
import { matvec } from "./matvec";
import { matvecQkv } from "./matvecQkv";
import { normRows } from "./norm";
import { PATTERNS_BYTES, patternVariation } from "./patternVariation";
import { resizePass } from "./resizePass";
import { ropeAppend } from "./ropeAppend";
import { chunksBytes, DRAWN_BYTES, HISTORY_BYTES, SETTINGS_BYTES, sample } from "./sample";
import { BARRIER_FREE, type Layout } from "./variants";

let gpu: Gpu;
let harness: KernelHarness;
beforeAll(async () => {
  gpu = await openNodeGpu("null", { defaultLimits: true });
  harness = new KernelHarness(gpu);
});
afterAll(() => {
  harness.clear();
  gpu.assertAlive();
});

const LAYOUTS: readonly Layout[] = [
  BARRIER_FREE,
  { variant: "workgroup", workgroup: 64, lanes: 16 },
  { variant: "workgroup", workgroup: 256, lanes: 256 },
  ...[4, 8, 16, 32].map((lanes): Layout => ({ variant: "subgroup", workgroup: 64, lanes })),
];
const ACTIVATIONS = [null, "silu", "gelu_tanh", "gelu_erf", "relu"] as const;
const PRECISIONS = ["f32", "f16"] as const;

const C = 64;
const attentionSpec = (headDim: number): AttentionSpec => ({
  numHeads: 4,
  numKvHeads: 2,
  headDim,
  scale: 0.125,
  qkNorm: null,
  causal: true,
  slidingWindow: null,
});

describe("every kernel compiles on the null backend", () => {
  it.each(FORMAT_IDS)("kernels that read %s", async (format) => {
    const C = wholeBlocks(format, 64);
    const { matrix } = testMatrix(harness, new SeededRandom(1), { formats: [format], rows: 128, columns: C });
    const buffer = harness.filled(4096, 0);
    const step = harness.step(0, 2);
    for (const kind of ["rms", "layer"] as const) {
      const norm = { spec: { kind, eps: 1e-5 }, weight: new Float32Array(C), bias: new Float32Array(C) };
      const vectors = linearVectors(harness.scope, "v", C, norm, new Float32Array(128), new Float32Array(32));
      const request = { label: "test", matrix, vectors, x: buffer };
      for (const layout of LAYOUTS) {
        for (const epilogue of ["store", "add", "gated"] as const) {
          const y = harness.filled(4096, 0);
          await matvec(gpu, { ...request, y, epilogue, activation: "silu", layout });
        }
        for (const qkNorm of [null, norm.spec]) {
          await matvecQkv(gpu, {
            ...request,
            attention: { ...attentionSpec(16), qkNorm },
            rotation: harness.filled(4096, 0),
            rotaryDim: 16,
            interleaved: true,
            step,
            queries: harness.filled(4096, 0),
            cache: harness.filled(4096, 0),
            valuesOffset: 1024,
            capacity: 16,
            precision: "f16",
            layout,
          });
        }
      }
    }
    const vectors = linearVectors(harness.scope, "v", 0, null, new Float32Array(128));
    for (const variant of ["tiled", "tiled_f16", "register", "register_lanes"] as const) {
      for (const activation of ACTIVATIONS) {
        const y = harness.filled(4096, 0);
        const request = { label: "test", matrix, vectors, step, x: buffer, y, yStride: 128, activation, variant };
        await matmul(gpu, { ...request, epilogue: "add" });
      }
    }
    const hidden = harness.filled(4096, 0);
    const tokens = harness.buffer(new Uint32Array(16));
    await embed(gpu, { table: matrix, positions: null, step, tokens, hidden });
    await embed(gpu, { table: matrix, positions: buffer, step, tokens, hidden });
    expect(() => gpu.assertAlive()).not.toThrow();
  });

  it("norm and gate", async () => {
    const step = harness.step(0, 2);
    const x = harness.filled(4096, 0);
    const y = harness.filled(4096, 0);
    for (const kind of ["rms", "layer"] as const) {
      const norm = { spec: { kind, eps: 1e-5 }, weight: new Float32Array(C), bias: new Float32Array(C) };
      const vectors = linearVectors(harness.scope, "v", C, norm, null);
      for (const layout of LAYOUTS) {
        await normRows(gpu, { label: "test", vectors, columns: C, step, x, y, lastRowOnly: false, layout });
      }
    }
    for (const activation of ["silu", "gelu_tanh", "gelu_erf", "relu"] as const) {
      await gate(gpu, { label: "test", activation, width: 32, step, x, xStride: 64, upOffset: 32, y, yStride: 32 });
    }
  });

  it("pictures: resize and patches", async () => {
    const [input, output] = [harness.filled(64, 0), harness.filled(64, 0)];
    const taps = [{ first: 0, weights: [1] }];
    await resizePass(harness.scope, { label: "test", taps, fractionBits: 22, input, output });
    const levels = harness.filled(768, 0);
    const patches = harness.filled(256, 0);
    await imagePatches(gpu, { side: 8, patch: 4, picture: input, levels, patches, firstRow: 1, stride: 48 });
  });

  it.each(PRECISIONS)("attention, rope and append: %s, heads of 4 to 256", async (precision) => {
    for (const headDim of [4, 12, 64, 80, 128, 256]) {
      const spec = attentionSpec(headDim);
      const step = harness.step(0, 1);
      const buffers = (): GPUBuffer => harness.filled(16384, 0);
      const request = {
        label: "test",
        attention: spec,
        step,
        queries: buffers(),
        keys: buffers(),
        values: buffers(),
        capacity: 16,
        precision,
        headScales: buffers(),
        mixed: buffers(),
        outStride: 4 * headDim,
      };
      for (const variant of ["serial", "workgroup"] as const) await attention(gpu, { ...request, variant });
      await attentionSplit(gpu, { ...request, pieces: harness.filled(piecesBytes(spec, 16) / 4, 0) });
      await keepQueries(gpu, { ...request, kept: buffers() });
      const kept = { ...request, denominators: buffers() };
      const state = harness.filled(stateBytes(spec) / 4, 0);
      for (const lanes of [1, 4]) {
        await attentionOverview(gpu, { ...kept, scan: step, targets: buffers(), state, lanes });
      }
      await overviewFold(gpu, { label: "test", numHeads: spec.numHeads, state });
      await attentionTile(gpu, {
        ...kept,
        tile: harness.uniform(new ArrayBuffer(48)),
        cells: buffers(),
        edges: buffers(),
      });
      for (const lanes of [1, 16]) {
        await attentionRollout(gpu, { ...kept, rollout: step, above: buffers(), below: buffers(), lanes });
      }
      for (const interleaved of [true, false]) {
        for (const qkNorm of [null, { kind: "rms", eps: 1e-6 } as const]) {
          await ropeAppend(gpu, {
            ...request,
            attention: { ...spec, qkNorm },
            rotation: buffers(),
            rotaryDim: headDim,
            interleaved,
            headNorms: buffers(),
            qkv: buffers(),
            qkvStride: 8 * headDim,
          });
        }
      }
    }
  });

  it("pattern variation", async () => {
    const cells = harness.filled(64, 0);
    const patterns = harness.uniform(new ArrayBuffer(PATTERNS_BYTES));
    await patternVariation(gpu, { patterns, reference: cells, level: cells, variation: harness.filled(64, 0) });
  });

  it.each(["serial", "workgroup"] as const)("lens rows, %s", async (variant) => {
    await lensRows(gpu, {
      vocabSize: 151_936,
      step: harness.step(0, 1),
      followed: harness.uniform(new ArrayBuffer(FOLLOWED_BYTES)),
      logits: harness.scope.storage("logits", 151_936 * 4),
      cells: harness.filled(LENS_NUMBERS, 0),
      variant,
    });
  });

  it.each(["serial", "workgroup"] as const)("sample, %s", async (variant) => {
    const { scope } = harness;
    for (const vocabSize of [32, 151_936]) {
      await sample(gpu, {
        vocabSize,
        settings: scope.uniform("settings", SETTINGS_BYTES),
        logits: scope.storage("logits", vocabSize * 4),
        adjusted: scope.storage("adjusted", vocabSize * 4),
        chunks: scope.storage("chunks", chunksBytes(vocabSize)),
        history: scope.storage("history", HISTORY_BYTES),
        step: scope.storage("step", 16),
        tokens: scope.storage("tokens", 16),
        drawn: scope.storage("drawn", DRAWN_BYTES),
        variant,
      });
    }
  });
});
