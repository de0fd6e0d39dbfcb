/** All weights of a model on the GPU, stacked the way the kernels want them. */
import { VitrineError } from "../../shared/errors";
import type {
  BlockSpec,
  BlockTensors,
  LinearRefs,
  ModelSpec,
  ModelTensors,
  NormSpec,
  TensorRef,
  VisionTensors,
} from "../../shared/modelSpec";
import { type FormatId, fileBytes, type Level, QUANT_FORMATS } from "../../shared/quant";
import type { Recipe } from "../../shared/recipes";
import { BufferScope } from "../gpu/bufferScope";
import type { Gpu } from "../gpu/device";
import { type LinearVectors, linearVectors, type NormVectors } from "../kernels/linearVectors";
import { paddedStride, type WeightMatrix } from "../kernels/weightMatrix";
import type { ConvertRows } from "./convertRows";
import { MatrixLoader, type OnBytes } from "./matrixLoader";
import { readVector } from "./readRows";
import { recipeTensors } from "./recipeTensors";
import type { TensorSource } from "./tensorSource";
import { loadVisionWeights, towerSpec, type VisionWeights, visionMatrices } from "./visionWeights";

/** A matrix with the norm of its input and the bias of its output. */
export interface Linear {
  readonly matrix: WeightMatrix;
  readonly vectors: LinearVectors;
}

export interface BlockWeights {
  /** q rows, then k rows, then v rows; input normed. */
  readonly qkv: Linear;
  /** q norm weight [D], k norm weight [D] */
  readonly headNorms: GPUBuffer | null;
  readonly o: Linear;
  /** Gate rows, then up rows; or up rows alone in a plain MLP. Input normed. */
  readonly up: Linear;
  readonly down: Linear;
}

export interface ModelWeights {
  readonly scope: BufferScope;
  readonly embedding: WeightMatrix;
  /** [context, padded hidden] f32 */
  readonly positions: GPUBuffer | null;
  readonly blocks: readonly BlockWeights[];
  readonly finalNorm: LinearVectors;
  readonly head: Linear;
  /** Frequency divisors by tensor name, for rope scaling kind "divisors". */
  readonly divisors: ReadonlyMap<string, Float32Array>;
  /** File-equivalent bytes by format. */
  readonly bytesByFormat: Readonly<Partial<Record<FormatId, number>>>;
  readonly parameters: number;
  /** Present in models that see. */
  readonly vision: VisionWeights | null;
}

export interface LoadWeightsOptions {
  readonly level: Level;
  /** Which tensors get another level; absent: none. */
  readonly recipe?: Recipe | "";
  readonly onBytes?: OnBytes;
  /** Converts what a level changes; absent: on this thread. */
  readonly convert?: ConvertRows;
  readonly signal?: AbortSignal;
}

/**
 * Loads everything or nothing: on any error the buffers made so far are destroyed.
 * @throws TensorMismatchError, UnsupportedModelError, ConversionError, OutOfMemoryError, CancelledError
 */
export async function loadWeights(
  gpu: Gpu,
  spec: ModelSpec,
  tensors: ModelTensors,
  source: TensorSource,
  options: LoadWeightsOptions,
): Promise<ModelWeights> {
  const scope = new BufferScope(gpu);
  try {
    const levels = recipeTensors(options.recipe ?? "", tensors);
    return await new WeightLoader(scope, spec, source, options, levels).load(tensors);
  } catch (error) {
    scope.destroy();
    throw error;
  }
}

/** Loads what one spec asks for; the image tower uses it with a spec of its own. */
export class WeightLoader {
  private readonly matrices: MatrixLoader;

  constructor(
    private readonly scope: BufferScope,
    private readonly spec: ModelSpec,
    private readonly source: TensorSource,
    private readonly options: LoadWeightsOptions,
    levels: ReadonlyMap<string, Level> = new Map(),
  ) {
    const { level, onBytes = () => {}, signal, convert } = options;
    this.matrices = new MatrixLoader(scope, source, level, onBytes, signal, levels, convert);
  }

  async load(tensors: ModelTensors): Promise<ModelWeights> {
    const { spec, scope } = this;
    const embedding = await this.matrices.load("embedding", [tensors.embedding], [spec.vocabSize], spec.hiddenSize);
    const positions = await this.loadPositions(tensors.positions);
    const blocks: BlockWeights[] = [];
    for (const [index, block] of spec.blocks.entries()) {
      this.throwIfCancelled();
      blocks.push(await this.loadBlock(`layer ${index}`, block, tensors.blocks[index] as BlockTensors));
    }
    const finalNorm = this.vectorsOf(
      "final norm",
      spec.hiddenSize,
      await this.normVectors(spec.finalNorm, tensors.finalNorm, spec.hiddenSize),
    );
    const head = await this.loadHead(tensors.head, embedding);
    const vision = await this.loadVision(tensors.vision);
    const matrices = [embedding, ...blocks.flatMap((b) => [b.qkv, b.o, b.up, b.down].map((linear) => linear.matrix))];
    if (head.matrix !== embedding) matrices.push(head.matrix);
    if (vision !== null) matrices.push(...visionMatrices(vision));
    return {
      scope,
      embedding,
      positions,
      blocks,
      finalNorm,
      head,
      vision,
      divisors: await this.loadDivisors(),
      bytesByFormat: bytesByFormat(matrices),
      parameters: matrices.reduce((sum, matrix) => sum + matrix.rows * matrix.columns, 0),
    };
  }

  /** The tower stays as stored: it is small beside the language model, and images suffer first. */
  private async loadVision(tensors: VisionTensors | undefined): Promise<VisionWeights | null> {
    const { vision } = this.spec;
    if (vision === undefined || tensors === undefined) return null;
    const loader = new WeightLoader(this.scope, towerSpec(vision), this.source, { ...this.options, level: "stored" });
    return loadVisionWeights(loader, vision, tensors);
  }

  private async loadHead(refs: LinearRefs | undefined, embedding: WeightMatrix): Promise<Linear> {
    const { vocabSize, hiddenSize } = this.spec;
    if (refs === undefined) {
      return { matrix: embedding, vectors: linearVectors(this.scope, "head", hiddenSize, null, null) };
    }
    return this.linear("head", [refs], [vocabSize], hiddenSize, null);
  }

  async loadBlock(label: string, spec: BlockSpec, refs: BlockTensors): Promise<BlockWeights> {
    const C = this.spec.hiddenSize;
    const { numHeads, numKvHeads, headDim } = spec.attention;
    const F = spec.mlp.intermediateSize;
    const gated = spec.mlp.kind === "gated";
    const attentionNorm = await this.normVectors(spec.norm, refs.attentionNorm, C);
    const mlpNorm = await this.normVectors(spec.norm, refs.mlpNorm, C);
    const qkvRows = [numHeads * headDim, numKvHeads * headDim, numKvHeads * headDim];
    const qkvRefs = [refs.qProj, refs.kProj, refs.vProj];
    const headNorms = await this.loadHeadNorms(label, spec, refs);
    const upRefs = gated && refs.gateProj !== undefined ? [refs.gateProj, refs.upProj] : [refs.upProj];
    return {
      qkv: await this.linear(`${label} qkv`, qkvRefs, qkvRows, C, attentionNorm, headNorms),
      headNorms: headNorms && this.scope.storageFrom(`${label} head norms`, headNorms),
      o: await this.linear(`${label} o`, [refs.oProj], [C], numHeads * headDim, null),
      up: await this.linear(`${label} up`, upRefs, gated ? [F, F] : [F], C, mlpNorm),
      down: await this.linear(`${label} down`, [refs.downProj], [C], F, null),
    };
  }

  async linear(
    label: string,
    refs: readonly LinearRefs[],
    rows: readonly number[],
    columns: number,
    norm: NormVectors | null,
    headNorms: Float32Array | null = null,
  ): Promise<Linear> {
    const matrix = await this.matrices.load(
      label,
      refs.map((ref) => ref.weight),
      rows,
      columns,
    );
    const bias = await this.stackedBias(refs, rows);
    return { matrix, vectors: linearVectors(this.scope, label, columns, norm, bias, headNorms) };
  }

  /** Biases of stacked projections; projections without one (k in some models) count as zero. */
  private async stackedBias(refs: readonly LinearRefs[], rows: readonly number[]): Promise<Float32Array | null> {
    if (refs.every((ref) => ref.bias === undefined)) return null;
    const all = new Float32Array(rows.reduce((sum, count) => sum + count, 0));
    let at = 0;
    for (const [index, ref] of refs.entries()) {
      const count = rows[index] as number;
      if (ref.bias !== undefined) all.set(await this.vector(ref.bias, count), at);
      at += count;
    }
    return all;
  }

  /** Norm vectors alone, as the norm kernel binds them. */
  vectorsOf(label: string, columns: number, norm: NormVectors): LinearVectors {
    return linearVectors(this.scope, label, columns, norm, null);
  }

  async normVectors(spec: NormSpec, refs: LinearRefs, columns: number): Promise<NormVectors> {
    const weight = await this.vector(refs.weight, columns);
    const bias = refs.bias === undefined ? null : await this.vector(refs.bias, columns);
    return { spec, weight, bias };
  }

  private async loadHeadNorms(label: string, spec: BlockSpec, refs: BlockTensors): Promise<Float32Array | null> {
    if (spec.attention.qkNorm === null) return null;
    const D = spec.attention.headDim;
    if (refs.qNorm === undefined || refs.kNorm === undefined) {
      throw new VitrineError("TensorMismatchError", `${label} has no tensors for its q and k norms.`);
    }
    const data = new Float32Array(2 * D);
    data.set(await this.vector(refs.qNorm.weight, D), 0);
    data.set(await this.vector(refs.kNorm.weight, D), D);
    return data;
  }

  private async loadPositions(ref: TensorRef | undefined): Promise<GPUBuffer | null> {
    if (ref === undefined) return null;
    const { contextLength, hiddenSize } = this.spec;
    const values = await this.vector(ref, contextLength * hiddenSize);
    const stride = paddedStride(hiddenSize);
    if (stride === hiddenSize) return this.scope.storageFrom("positions", values);
    const padded = new Float32Array(contextLength * stride);
    for (let p = 0; p < contextLength; p++) {
      padded.set(values.subarray(p * hiddenSize, (p + 1) * hiddenSize), p * stride);
    }
    return this.scope.storageFrom("positions", padded);
  }

  private async loadDivisors(): Promise<Map<string, Float32Array>> {
    const divisors = new Map<string, Float32Array>();
    for (const { position } of this.spec.blocks) {
      if (position.kind !== "rope" || position.scaling.kind !== "divisors") continue;
      const name = position.scaling.tensor;
      if (!divisors.has(name)) divisors.set(name, await this.vector({ name }, position.rotaryDim / 2));
    }
    return divisors;
  }

  async vector(ref: TensorRef, length: number): Promise<Float32Array> {
    const values = await readVector(this.source, ref, length, this.options.signal);
    this.options.onBytes?.(values.byteLength);
    return values;
  }

  private throwIfCancelled(): void {
    if (this.options.signal?.aborted === true) throw new VitrineError("CancelledError", "Loading was cancelled.");
  }
}

function bytesByFormat(matrices: readonly WeightMatrix[]): Partial<Record<FormatId, number>> {
  const bytes: Partial<Record<FormatId, number>> = {};
  for (const matrix of matrices) {
    for (const part of matrix.parts) {
      const own = fileBytes(QUANT_FORMATS[part.format], part.rows * matrix.columns);
      bytes[part.format] = (bytes[part.format] ?? 0) + own;
    }
  }
  return bytes;
}
