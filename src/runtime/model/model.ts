/** A model ready to compute: spec, weights on the GPU, chosen kernels. Sessions hang on it. */
import type { ModelSpec, ModelTensors } from "../../shared/modelSpec";
import type { KernelVariant } from "../../shared/protocol";
import type { Gpu } from "../gpu/device";
import { chooseKernels, type KernelChoice, tuneKernels } from "./kernelChoice";
import { checkSupported } from "./supported";
import type { TensorSource } from "./tensorSource";
import { type LoadWeightsOptions, loadWeights, type ModelWeights } from "./weights";

export interface ModelRequest extends LoadWeightsOptions {
  readonly spec: ModelSpec;
  readonly tensors: ModelTensors;
  readonly source: TensorSource;
  readonly variant: KernelVariant;
}

export class Model {
  private constructor(
    readonly gpu: Gpu,
    readonly spec: ModelSpec,
    readonly weights: ModelWeights,
    readonly choice: KernelChoice,
  ) {}

  /** @throws any load error; nothing stays on the GPU then */
  static async load(gpu: Gpu, request: ModelRequest): Promise<Model> {
    checkSupported(request.spec);
    const weights = await loadWeights(gpu, request.spec, request.tensors, request.source, request);
    try {
      const [block] = weights.blocks;
      const linears = block === undefined ? [] : [block.o, block.up, block.down];
      const choice = await tuneKernels(gpu, request.variant, chooseKernels(gpu, request.variant), linears);
      return new Model(gpu, request.spec, weights, choice);
    } catch (error) {
      weights.scope.destroy();
      throw error;
    }
  }

  /** The same model through another view of its device, e.g. one that counts calls. */
  onDevice(gpu: Gpu): Model {
    return new Model(gpu, this.spec, this.weights, this.choice);
  }

  /** The same weights through other kernels: what differs then is rounding. */
  withKernels(choice: KernelChoice): Model {
    return new Model(this.gpu, this.spec, this.weights, choice);
  }

  /** Other weights of the same shapes, which stay their owners'. */
  withWeights(weights: ModelWeights): Model {
    return new Model(this.gpu, this.spec, weights, this.choice);
  }

  get gpuBytes(): number {
    return this.weights.scope.sizeBytes;
  }

  destroy(): void {
    this.weights.scope.destroy();
  }
}
