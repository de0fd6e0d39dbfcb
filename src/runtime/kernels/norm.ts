/** Layer norm or rms norm of rows. */

import block32 from "../../../shaders/lib/block32.wgsl?raw";
import normLib from "../../../shaders/lib/norm.wgsl?raw";
import step from "../../../shaders/lib/step.wgsl?raw";
import shader from "../../../shaders/norm.wgsl?raw";
import type { Gpu } from "../gpu/device";
import { type Dispatch, grid, prepareDispatch } from "../gpu/dispatch";
import { type LinearVectors, normConstants } from "./linearVectors";
import { type Layout, lanesEnables, lanesShader } from "./variants";
import { blocksPerRow } from "./weightMatrix";

export interface NormRequest {
  readonly label: string;
  readonly vectors: LinearVectors;
  readonly columns: number;
  readonly step: GPUBuffer;
  /** [T, padded columns] f32 */
  readonly x: GPUBuffer;
  /** [T, padded columns] f32, or one row of it when `lastRowOnly` */
  readonly y: GPUBuffer;
  readonly lastRowOnly: boolean;
  readonly layout: Layout;
}

export function normRows(gpu: Gpu, request: NormRequest): Promise<Dispatch> {
  const { layout } = request;
  const rowsPerGroup = layout.workgroup / layout.lanes;
  return prepareDispatch(gpu, {
    label: request.label,
    source: {
      name: `norm ${layout.variant}`,
      files: [shader, block32, normLib, step, lanesShader(layout.variant)],
      bindings: ["uniform", "read", "read", "read_write"],
      ...lanesEnables(layout.variant),
    },
    constants: {
      WORKGROUP: layout.workgroup,
      LANES: layout.lanes,
      COLUMNS: request.columns,
      BLOCKS: blocksPerRow(request.columns),
      LAST_ROW_ONLY: request.lastRowOnly ? 1 : 0,
      ...normConstants(request.vectors.norm),
    },
    bindings: [request.step, request.x, request.vectors.buffer, request.y],
    workgroups: (rows) => grid(request.lastRowOnly ? 1 : Math.ceil(rows / rowsPerGroup)),
  });
}
