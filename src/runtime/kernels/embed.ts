/** Token ids to rows of the embedding, plus learned positions. */

import shader from "../../../shaders/embed.wgsl?raw";
import step from "../../../shaders/lib/step.wgsl?raw";
import type { Gpu } from "../gpu/device";
import { type Dispatch, grid, prepareDispatch } from "../gpu/dispatch";
import { quantShader } from "./quantShaders";
import { blocksPerRow, planeBindings, type WeightMatrix } from "./weightMatrix";

export interface EmbedRequest {
  readonly table: WeightMatrix;
  /** [context, padded hidden] f32, or null */
  readonly positions: GPUBuffer | null;
  readonly step: GPUBuffer;
  /** [T] u32; every id below the table's rows */
  readonly tokens: GPUBuffer;
  /** [T, padded hidden] f32 */
  readonly hidden: GPUBuffer;
}

const WORKGROUP = 64;

export function embed(gpu: Gpu, request: EmbedRequest): Promise<Dispatch[]> {
  const { table } = request;
  const blocks = blocksPerRow(table.columns);
  return Promise.all(
    table.parts.map((part) =>
      prepareDispatch(gpu, {
        label: "embed",
        source: {
          name: `embed ${part.format}`,
          files: [shader, quantShader(part.format), step],
          bindings: ["uniform", "read", "read", "read", "read", "read", "read_write"],
        },
        constants: {
          WORKGROUP,
          BLOCKS: blocks,
          ROWS: part.rows,
          ROW_START: part.rowStart,
          LEARNED_POSITIONS: request.positions === null ? 0 : 1,
        },
        bindings: [request.step, request.tokens, request.positions, ...planeBindings(part), request.hidden],
        workgroups: (rows) => grid(Math.ceil((rows * blocks) / WORKGROUP)),
      }),
    ),
  );
}
