/** Factors on what each head hands to the output projection: 1 everywhere unless somebody ablates. */
import { VitrineError } from "../../shared/errors";
import type { HeadFactor } from "../../shared/inspection";
import type { ModelSpec } from "../../shared/modelSpec";
import type { Gpu } from "../gpu/device";
import { scalesStride } from "./forwardBuffers";

/** Heads that are not named get 1. @throws InvalidSettingError */
export function writeHeadScales(gpu: Gpu, buffer: GPUBuffer, spec: ModelSpec, factors: readonly HeadFactor[]): void {
  const stride = scalesStride(spec) / 4;
  const scales = new Float32Array(stride * spec.blocks.length).fill(1);
  for (const { layer, head, factor } of factors) {
    const numHeads = spec.blocks[layer]?.attention.numHeads ?? 0;
    if (!Number.isInteger(head) || head < 0 || head >= numHeads || !Number.isFinite(factor)) {
      throw new VitrineError("InvalidSettingError", `Layer ${layer} head ${head} cannot be scaled by ${factor}.`);
    }
    scales[layer * stride + head] = factor;
  }
  gpu.device.queue.writeBuffer(buffer, 0, scales);
}
