/** Weights of the image tower and its projector. */
import type { ModelSpec, VisionSpec, VisionTensors } from "../../shared/modelSpec";
import { paddedStride, type WeightMatrix } from "../kernels/weightMatrix";
import type { BlockWeights, Linear, WeightLoader } from "./weights";

export interface VisionWeights {
  /** [hidden, 3 * patch * patch] */
  readonly patches: Linear;
  /** [rows, padded hidden] f32: positions, with the class row added where there is one */
  readonly base: Float32Array<ArrayBuffer>;
  readonly preNorm: Linear["vectors"] | null;
  readonly blocks: readonly BlockWeights[];
  readonly projector: readonly [Linear, Linear];
}

/** Patches of one image. */
export function patchCount({ imageSize, patchSize }: VisionSpec): number {
  return Math.floor(imageSize / patchSize) ** 2;
}

/** Rows inside the tower: patches, and the class row. */
export function towerRows(spec: VisionSpec): number {
  return patchCount(spec) + (spec.classRow ? 1 : 0);
}

/** Rows that one image takes in a prompt. */
export function imageRows(spec: VisionSpec): number {
  return towerRows(spec) - (spec.dropsClassRow ? 1 : 0);
}

/** The tower as the block builder sees it: a model without a vocabulary. */
export function towerSpec(spec: VisionSpec): ModelSpec {
  return {
    family: spec.family,
    vocabSize: 1,
    hiddenSize: spec.hiddenSize,
    contextLength: towerRows(spec),
    embedding: { learnedPositions: true },
    blocks: spec.blocks,
    finalNorm: spec.preNorm ?? { kind: "layer", eps: 0 },
    head: { tied: true },
  };
}

export async function loadVisionWeights(
  loader: WeightLoader,
  spec: VisionSpec,
  tensors: VisionTensors,
): Promise<VisionWeights> {
  const C = spec.hiddenSize;
  const patchValues = 3 * spec.patchSize ** 2;
  const blocks: BlockWeights[] = [];
  for (const [index, block] of spec.blocks.entries()) {
    const refs = tensors.blocks[index];
    if (refs !== undefined) blocks.push(await loader.loadBlock(`vision layer ${index}`, block, refs));
  }
  const [first, second] = tensors.projector;
  const preNorm =
    spec.preNorm === null || tensors.preNorm === undefined
      ? null
      : await loader.normVectors(spec.preNorm, tensors.preNorm, C);
  return {
    patches: await loader.linear("vision patches", [tensors.patchEmbedding], [C], patchValues, null),
    base: await baseRows(loader, spec, tensors),
    preNorm: preNorm && loader.vectorsOf("vision pre-norm", C, preNorm),
    blocks,
    projector: [
      await loader.linear("projector 1", [first], [spec.projectorSize], C, null),
      await loader.linear("projector 2", [second], [spec.projectorSize], spec.projectorSize, null),
    ],
  };
}

export function visionMatrices({ patches, blocks, projector }: VisionWeights): WeightMatrix[] {
  const linears = [patches, ...projector, ...blocks.flatMap((block) => [block.qkv, block.o, block.up, block.down])];
  return linears.map((linear) => linear.matrix);
}

async function baseRows(
  loader: WeightLoader,
  spec: VisionSpec,
  tensors: VisionTensors,
): Promise<Float32Array<ArrayBuffer>> {
  const C = spec.hiddenSize;
  const rows = towerRows(spec);
  const stride = paddedStride(C);
  const positions = await loader.vector(tensors.positions, rows * C);
  const base = new Float32Array(rows * stride);
  for (let r = 0; r < rows; r++) base.set(positions.subarray(r * C, (r + 1) * C), r * stride);
  if (tensors.classRow !== undefined) {
    const classRow = await loader.vector(tensors.classRow, C);
    for (let c = 0; c < C; c++) base[c] = (base[c] as number) + (classRow[c] as number);
    // The class row goes through the patch product as zeros and would pick up its bias.
    if (tensors.patchEmbedding.bias !== undefined) {
      const bias = await loader.vector(tensors.patchEmbedding.bias, C);
      for (let c = 0; c < C; c++) base[c] = (base[c] as number) - (bias[c] as number);
    }
  }
  return base;
}
