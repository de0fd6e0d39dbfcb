/** Y = epilogue(X W^T + bias) for T tokens: prefill's kernel. */

import activations from "../../../shaders/lib/activations.wgsl?raw";
import finish from "../../../shaders/lib/matmul_finish.wgsl?raw";
import step from "../../../shaders/lib/step.wgsl?raw";
import tileF16 from "../../../shaders/lib/tile_f16.wgsl?raw";
import tileF32 from "../../../shaders/lib/tile_f32.wgsl?raw";
import registerShader from "../../../shaders/matmul_register.wgsl?raw";
import tiledShader from "../../../shaders/matmul_tiled.wgsl?raw";
import type { Activation } from "../../shared/modelSpec";
import type { FormatId } from "../../shared/quant";
import type { Gpu } from "../gpu/device";
import { type Dispatch, grid, prepareDispatch, type Workgroups } from "../gpu/dispatch";
import type { BindingKind, KernelConstants } from "../gpu/pipelines";
import { activationNumber } from "./activation";
import { biasConstants, type LinearVectors } from "./linearVectors";
import { quantShader } from "./quantShaders";
import { blocksPerRow, type MatrixPart, planeBindings, type WeightMatrix } from "./weightMatrix";

/**
 * `tiled`: workgroup memory, for GPUs. `tiled_f16`: weights are rounded to f16 there, which needs shader-f16.
 * `register`: no barriers, for software adapters. `register_lanes`: the same but for the order in which products are
 * added, a second opinion at the same price.
 */
export type MatmulVariant = "tiled" | "tiled_f16" | "register" | "register_lanes";

/** How each variant cuts Y. */
const TILES = {
  tiled: { rows: 64, tokens: 64 },
  tiled_f16: { rows: 128, tokens: 64 },
  // Two rows a thread.
  register: { rows: 128, tokens: 16 },
  register_lanes: { rows: 128, tokens: 16 },
} as const;

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

export function matmul(gpu: Gpu, request: MatmulRequest): Promise<Dispatch[]> {
  return Promise.all(request.matrix.parts.map((part) => matmulPart(gpu, request, part)));
}

function matmulPart(gpu: Gpu, request: MatmulRequest, part: MatrixPart): Promise<Dispatch> {
  const { matrix, vectors } = request;
  const variant = variantFor(request.variant, part.format);
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
  const tile = TILES[variant];
  const register = {
    WORKGROUP: tile.rows / 2,
    TILE_T: tile.tokens,
    PAIRS: Math.ceil(part.rows / 2),
    BY_LANES: variant === "register_lanes" ? 1 : 0,
  };
  return prepareDispatch(gpu, {
    label: request.label,
    source: {
      name: `matmul ${part.format} ${variant}`,
      files: [...shaderFiles(variant), quantShader(part.format), step, activations, finish],
      bindings: BINDINGS,
      enables: variant === "tiled_f16" ? ["f16"] : [],
    },
    constants: isTiled(variant) ? shape : { ...shape, ...register },
    bindings: [request.step, request.x, vectors.buffer, ...planeBindings(part), request.y],
    workgroups: (rows): Workgroups => grid(Math.ceil(part.rows / tile.rows), Math.ceil(rows / tile.tokens)),
  });
}

/** Weights stored finer than f16 are not rounded to it. */
function variantFor(variant: MatmulVariant, format: FormatId): MatmulVariant {
  return variant === "tiled_f16" && (format === "f32" || format === "bf16") ? "tiled" : variant;
}

function isTiled(variant: MatmulVariant): boolean {
  return variant === "tiled" || variant === "tiled_f16";
}

function shaderFiles(variant: MatmulVariant): string[] {
  if (!isTiled(variant)) return [registerShader];
  return [tiledShader, variant === "tiled" ? tileF32 : tileF16];
}
