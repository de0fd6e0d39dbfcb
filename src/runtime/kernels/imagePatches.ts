/** A square picture as rows of normalized patches. */

import shader from "../../../shaders/image_patches.wgsl?raw";
import type { Gpu } from "../gpu/device";
import { type Dispatch, grid, prepareDispatch } from "../gpu/dispatch";

export interface ImagePatchesRequest {
  /** Of the picture and of a patch, in pixels; what is left at the right and at the bottom is not read. */
  readonly side: number;
  readonly patch: number;
  /** [side, side] u32: bytes red, green, blue, 0 */
  readonly picture: GPUBuffer;
  /** [3, 256] f32: the normalized value of each byte of each channel */
  readonly levels: GPUBuffer;
  /** [firstRow + patches, stride]: columns (channel, y, x); the rest is left as it is */
  readonly patches: GPUBuffer;
  readonly firstRow: number;
  readonly stride: number;
}

const WORKGROUP = 64;

export function imagePatches(gpu: Gpu, request: ImagePatchesRequest): Promise<Dispatch> {
  const { side, patch, firstRow, stride } = request;
  const values = 3 * patch ** 2 * Math.floor(side / patch) ** 2;
  return prepareDispatch(gpu, {
    label: "picture",
    source: { name: "image_patches", files: [shader], bindings: ["read", "read", "read_write"] },
    constants: { WORKGROUP, SIDE: side, PATCH: patch, FIRST_ROW: firstRow, STRIDE: stride },
    bindings: [request.picture, request.levels, request.patches],
    workgroups: () => grid(Math.ceil(values / WORKGROUP)),
  });
}
