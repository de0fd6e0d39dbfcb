/** act(gate) * up over rows: prefill's half of a gated MLP. */

import shader from "../../../shaders/gate.wgsl?raw";
import activations from "../../../shaders/lib/activations.wgsl?raw";
import step from "../../../shaders/lib/step.wgsl?raw";
import type { Activation } from "../../shared/modelSpec";
import type { Gpu } from "../gpu/device";
import { type Dispatch, grid, prepareDispatch } from "../gpu/dispatch";
import { activationNumber } from "./activation";

export interface GateRequest {
  readonly label: string;
  readonly activation: Activation;
  /** F */
  readonly width: number;
  readonly step: GPUBuffer;
  /** [T, xStride]: gate in columns 0..F, up from `upOffset` */
  readonly x: GPUBuffer;
  readonly xStride: number;
  readonly upOffset: number;
  /** [T, yStride] */
  readonly y: GPUBuffer;
  readonly yStride: number;
}

const WORKGROUP = 64;

export function gate(gpu: Gpu, request: GateRequest): Promise<Dispatch> {
  return prepareDispatch(gpu, {
    label: request.label,
    source: { name: "gate", files: [shader, activations, step], bindings: ["uniform", "read", "read_write"] },
    constants: {
      WORKGROUP,
      F: request.width,
      X_STRIDE: request.xStride,
      Y_STRIDE: request.yStride,
      UP_OFFSET: request.upOffset,
      ACTIVATION: activationNumber(request.activation),
    },
    bindings: [request.step, request.x, request.y],
    workgroups: (rows) => grid(Math.ceil((rows * request.width) / WORKGROUP)),
  });
}
