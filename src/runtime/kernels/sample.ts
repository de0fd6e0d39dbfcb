/** The sampler on the GPU: penalties, then cuts and the draw. */

import masked from "../../../shaders/lib/masked.wgsl?raw";
import sampling from "../../../shaders/lib/sampling.wgsl?raw";
import step from "../../../shaders/lib/step.wgsl?raw";
import adjustShader from "../../../shaders/sample_adjust.wgsl?raw";
import selectShader from "../../../shaders/sample_select.wgsl?raw";
import type { SamplingSettings } from "../../shared/sampling";
import type { Gpu } from "../gpu/device";
import { type Dispatch, grid, prepareDispatch } from "../gpu/dispatch";

/** `workgroup`: 256 threads search together. `serial`: one thread, without barriers. */
export type SampleVariant = "workgroup" | "serial";

export interface SampleRequest {
  /** V */
  readonly vocabSize: number;
  /** Uniform, `SETTINGS_BYTES`. */
  readonly settings: GPUBuffer;
  /** [V] f32, left as they are */
  readonly logits: GPUBuffer;
  /** [V] f32 */
  readonly adjusted: GPUBuffer;
  readonly history: GPUBuffer;
  readonly step: GPUBuffer;
  readonly tokens: GPUBuffer;
  /** `DRAWN_BYTES` */
  readonly drawn: GPUBuffer;
  readonly variant: SampleVariant;
}

export const SETTINGS_BYTES = 48;
export const DRAWN_BYTES = 16;
export const HISTORY_BYTES = 4 + 64 * 4;

/** The settings as the shader's `Settings` struct lays them out. */
export function packSettings(settings: SamplingSettings, markDropped = false): ArrayBuffer {
  const data = new ArrayBuffer(SETTINGS_BYTES);
  const floats = new Float32Array(data);
  const words = new Uint32Array(data);
  floats[0] = settings.temperature;
  words[1] = settings.topK;
  floats[2] = settings.topP;
  floats[3] = settings.minP;
  floats[4] = settings.repetitionPenalty;
  floats[5] = settings.frequencyPenalty;
  floats[6] = settings.presencePenalty;
  words[7] = settings.seed >>> 0;
  words[8] = settings.greedy ? 1 : 0;
  words[9] = markDropped ? 1 : 0;
  return data;
}

export interface Drawn {
  readonly token: number;
  readonly nonFinite: boolean;
  /** Tokens left after every cut. */
  readonly survivors: number;
  /** Position the token takes in the sequence. */
  readonly position: number;
}

export function unpackDrawn(data: ArrayBuffer): Drawn {
  const [token = 0, nonFinite = 0, survivors = 0, position = 0] = new Uint32Array(data);
  return { token, nonFinite: nonFinite !== 0, survivors, position };
}

export async function sample(gpu: Gpu, request: SampleRequest): Promise<Dispatch[]> {
  const { vocabSize: V } = request;
  const ADJUST_WORKGROUP = 64;
  const adjust = await prepareDispatch(gpu, {
    label: "penalties",
    source: {
      name: "sample adjust",
      files: [adjustShader, sampling],
      bindings: ["uniform", "read", "read", "read_write"],
    },
    constants: { WORKGROUP: ADJUST_WORKGROUP, V },
    bindings: [request.settings, request.logits, request.history, request.adjusted],
    workgroups: () => grid(Math.ceil(V / ADJUST_WORKGROUP)),
  });
  const select = await prepareDispatch(gpu, {
    label: "draw",
    source: {
      name: `sample select ${request.variant}`,
      files: [selectShader, sampling, step, masked],
      bindings: ["uniform", "read_write", "read_write", "read_write", "read_write", "read_write"],
    },
    constants: { WORKGROUP: request.variant === "serial" ? 1 : 256, V },
    bindings: [request.settings, request.adjusted, request.history, request.step, request.tokens, request.drawn],
    workgroups: () => [1, 1, 1],
  });
  return [adjust, select];
}
