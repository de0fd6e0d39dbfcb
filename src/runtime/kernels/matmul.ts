/** Y = epilogue(X W^T + bias) for T tokens: prefill's kernel. */

import activations from "../../../shaders/lib/activations.wgsl?raw";
import finish from "../../../shaders/lib/matmul_finish.wgsl?raw";
import step from "../../../shaders/lib/step.wgsl?raw";
import registerShader from "../../../shaders/matmul_register.wgsl?raw";
import tiledShader from "../../../shaders/matmul_tiled.wgsl?raw";
import type { Activation } from "../../shared/modelSpec";
import type { Gpu } from "../gpu/device";
import { type Dispatch, grid, prepareDispatch, type Workgroups } from "../gpu/dispatch";
import type { BindingKind, KernelConstants } from "../gpu/pipelines";
import { activationNumber } from "./activation";
import { biasConstants, type LinearVectors } from "./linearVectors";
import { quantShader } from "./quantShaders";
import { blocksPerRow, type MatrixPart, planeBindings, type WeightMatrix } from "./weightMatrix";

/** `tiled`: workgroup memory, for GPUs. `register`: no barriers, for software adapters. */
export type MatmulVariant = "tiled" | "register";

export interface MatmulRequest {
  readonly label: string;
  readonly matrix: WeightMatrix;
  /** Only the bias is used; norms of several rows are a kernel of their own. */
  readonly vectors: LinearVectors;
  readonly step: GPUBuffer;
  /** [T, padded columns] f32 */
  readonly x: GPUBuffer;
  /** [T, yStride] f32 */
  readonly y: GPUBuffer;
  readonly yStride: number;
  readonly epilogue: "store" | "add";
  readonly activation: Activation | null;
  readonly variant: MatmulVariant;
}

const BINDINGS: readonly BindingKind[] = ["uniform", "read", "read", "read", "read", "read", "read_write"];
const REGISTER_WORKGROUP = 64;
const REGISTER_TILE = 16;

export function matmul(gpu: Gpu, request: MatmulRequest): Promise<Dispatch[]> {
  return Promise.all(request.matrix.parts.map((part) => matmulPart(gpu, request, part)));
}

function matmulPart(gpu: Gpu, request: MatmulRequest, part: MatrixPart): Promise<Dispatch> {
  const { matrix, vectors, variant } = request;
  const shape: KernelConstants = {
    COLUMNS: matrix.columns,
    BLOCKS: blocksPerRow(matrix.columns),
    ROWS: part.rows,
    ROW_START: part.rowStart,
    Y_STRIDE: request.yStride,
    EPILOGUE: request.epilogue === "add" ? 1 : 0,
    ACTIVATION: activationNumber(request.activation),
    ...biasConstants(vectors),
  };
  const pairs = Math.ceil(part.rows / 2);
  const constants =
    variant === "tiled" ? shape : { ...shape, WORKGROUP: REGISTER_WORKGROUP, TILE_T: REGISTER_TILE, PAIRS: pairs };
  const tiles = variant === "tiled" ? Math.ceil(part.rows / 64) : Math.ceil(pairs / REGISTER_WORKGROUP);
  const tileTokens = variant === "tiled" ? 32 : REGISTER_TILE;
  return prepareDispatch(gpu, {
    label: request.label,
    source: {
      name: `matmul ${part.format} ${variant}`,
      files: [variant === "tiled" ? tiledShader : registerShader, quantShader(part.format), step, activations, finish],
      bindings: BINDINGS,
    },
    constants,
    bindings: [request.step, request.x, vectors.buffer, ...planeBindings(part), request.y],
    workgroups: (rows): Workgroups => grid(tiles, Math.ceil(rows / tileTokens)),
  });
}
