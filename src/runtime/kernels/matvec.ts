/** y = epilogue(W norm(x) + bias) for one token: decode's kernel. */

import activations from "../../../shaders/lib/activations.wgsl?raw";
import core from "../../../shaders/lib/matvec_core.wgsl?raw";
import norm from "../../../shaders/lib/norm.wgsl?raw";
import matvecShader from "../../../shaders/matvec.wgsl?raw";
import type { Activation } from "../../shared/modelSpec";
import type { Gpu } from "../gpu/device";
import { type Dispatch, grid, prepareDispatch } from "../gpu/dispatch";
import type { KernelConstants } from "../gpu/pipelines";
import { activationNumber } from "./activation";
import { biasConstants, type LinearVectors, normConstants } from "./linearVectors";
import { quantShader } from "./quantShaders";
import { type Layout, lanesEnables, lanesShader } from "./variants";
import { blocksPerRow, type MatrixPart, planeBindings, type WeightMatrix } from "./weightMatrix";

/** `add`: onto the residual stream. `gated`: the matrix holds gate rows, then up rows; y = act(gate) * up. */
export type MatvecEpilogue = "store" | "add" | "gated";

const EPILOGUES: Record<MatvecEpilogue, number> = { store: 0, add: 1, gated: 2 };

export interface MatvecRequest {
  readonly label: string;
  readonly matrix: WeightMatrix;
  readonly vectors: LinearVectors;
  /** [padded columns] f32 */
  readonly x: GPUBuffer;
  /** [rows] f32, or [rows / 2] when gated */
  readonly y: GPUBuffer;
  readonly epilogue: MatvecEpilogue;
  readonly activation: Activation | null;
  readonly layout: Layout;
}

/** One dispatch for each part of the matrix: one, unless the device's bindings are too small for it. */
export function matvec(gpu: Gpu, request: MatvecRequest): Promise<Dispatch[]> {
  const { matrix, vectors, layout, epilogue } = request;
  if (epilogue === "gated" && matrix.parts.length > 1) {
    throw new Error(`${matrix.label}: a gated matrix cannot be split across bindings`);
  }
  return Promise.all(
    matrix.parts.map((part) => {
      const gated = epilogue === "gated";
      const pairs = gated ? part.rows / 2 : Math.ceil(part.rows / 2);
      const rowsPerGroup = layout.workgroup / layout.lanes;
      return prepareDispatch(gpu, {
        label: request.label,
        source: {
          name: `matvec ${part.format} ${layout.variant}`,
          files: [matvecShader, core, quantShader(part.format), norm, activations, lanesShader(layout.variant)],
          bindings: ["read", "read", "read", "read", "read", "read_write"],
          ...lanesEnables(layout.variant),
        },
        constants: {
          ...coreConstants(matrix, part, vectors, layout),
          PAIRS: pairs,
          PARTNER: gated ? part.rows / 2 : 1,
          EPILOGUE: EPILOGUES[epilogue],
          ACTIVATION: activationNumber(request.activation),
        },
        bindings: [request.x, vectors.buffer, ...planeBindings(part), request.y],
        workgroups: () => grid(Math.ceil(pairs / rowsPerGroup)),
      });
    }),
  );
}

/** Constants of `lib/matvec_core.wgsl`. */
export function coreConstants(
  matrix: WeightMatrix,
  part: MatrixPart,
  vectors: LinearVectors,
  layout: Layout,
): KernelConstants {
  return {
    WORKGROUP: layout.workgroup,
    LANES: layout.lanes,
    COLUMNS: matrix.columns,
    BLOCKS: blocksPerRow(matrix.columns),
    ROWS: part.rows,
    ROW_START: part.rowStart,
    ...normConstants(vectors.norm),
    ...biasConstants(vectors),
  };
}
