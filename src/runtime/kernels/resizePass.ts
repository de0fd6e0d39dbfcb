/** One pass of a resize, along rows or along columns, with weights in fixed point. */

import shader from "../../../shaders/resize_pass.wgsl?raw";
import type { BufferScope } from "../gpu/bufferScope";
import { type Dispatch, grid, prepareDispatch } from "../gpu/dispatch";

/** For one output pixel: the first input pixel that counts, and the weights from there on. */
export interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

/** Lengths and steps in pixels. */
export interface ResizeShape {
  /** Pixels that come out of a line: one for each of `taps`. */
  readonly size: number;
  readonly lines: number;
  readonly inputLine: number;
  readonly inputStep: number;
  readonly outputLine: number;
  readonly outputStep: number;
  readonly outputStart: number;
}

export interface ResizeRequest {
  readonly label: string;
  readonly taps: readonly Taps[];
  /** Bits after the point of the weights; the sums of a line must fit 31 bits. */
  readonly fractionBits: number;
  /** Pixels as u32: bytes red, green, blue, 0 */
  readonly input: GPUBuffer;
  readonly output: GPUBuffer;
}

export interface ResizePass {
  /** Rows of a step are pixels that come out. */
  readonly dispatch: Dispatch;
  /** Holds until the next call. */
  readonly setShape: (shape: ResizeShape) => void;
}

const WORKGROUP = 64;
const SHAPE_BYTES = 32;

/** What it needs beside `input` and `output` lives as long as `scope`. */
export async function resizePass(scope: BufferScope, request: ResizeRequest): Promise<ResizePass> {
  const { gpu } = scope;
  const { taps, label } = request;
  const starts = new Uint32Array(2 * (taps.length + 1));
  let count = 0;
  for (const [i, { first, weights }] of taps.entries()) {
    starts.set([first, count], 2 * i);
    count += weights.length;
  }
  starts.set([0, count], 2 * taps.length);
  const weights = Int32Array.from(taps.flatMap((tap) => tap.weights));
  const shape = scope.uniform(`${label} shape`, SHAPE_BYTES);
  const dispatch = await prepareDispatch(gpu, {
    label,
    source: {
      name: "resize_pass",
      files: [shader],
      bindings: ["uniform", "read", "read", "read", "read_write"],
    },
    constants: { WORKGROUP, FRACTION_BITS: request.fractionBits },
    bindings: [
      shape,
      request.input,
      scope.storageFrom(`${label} taps`, starts),
      scope.storageFrom(`${label} weights`, new Uint32Array(weights.buffer)),
      request.output,
    ],
    workgroups: (pixels) => grid(Math.ceil(pixels / WORKGROUP)),
  });
  const setShape = (s: ResizeShape): void => {
    const values = [s.size, s.lines, s.inputLine, s.inputStep, s.outputLine, s.outputStep, s.outputStart, 0];
    gpu.device.queue.writeBuffer(shape, 0, Uint32Array.from(values));
  };
  return { dispatch, setShape };
}
