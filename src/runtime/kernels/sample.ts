/** The sampler on the GPU: penalties, then cuts and the draw. */

import chunks from "../../../shaders/lib/chunks.wgsl?raw";
import masked from "../../../shaders/lib/masked.wgsl?raw";
import radixBins from "../../../shaders/lib/radix_bins.wgsl?raw";
import sampling from "../../../shaders/lib/sampling.wgsl?raw";
import stepText from "../../../shaders/lib/step.wgsl?raw";
import wide from "../../../shaders/lib/wide.wgsl?raw";
import adjustShader from "../../../shaders/sample_adjust.wgsl?raw";
import selectShader from "../../../shaders/sample_select.wgsl?raw";
import type { SamplingSettings } from "../../shared/sampling";
import type { Gpu } from "../gpu/device";
import { type Dispatch, grid, prepareDispatch } from "../gpu/dispatch";

/** `workgroup`: 64 threads sum up a chunk, 256 search together. `serial`: one thread each, without barriers. */
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
  /** `chunksBytes` */
  readonly chunks: GPUBuffer;
  readonly history: GPUBuffer;
  readonly step: GPUBuffer;
  readonly tokens: GPUBuffer;
  /** `DRAWN_BYTES` */
  readonly drawn: GPUBuffer;
  readonly variant: SampleVariant;
}

export const SETTINGS_BYTES = 48;
/** One `Drawn`: five numbers. */
export const DRAWN_BYTES = 20;
export const HISTORY_BYTES = 4 + 64 * 4;

const ADJUST_WORKGROUP = 64;
/** Tokens that are summed up together: `lib/chunks.wgsl`. */
const CHUNK = 64;

/** Size of the summaries: five numbers for each chunk of the vocabulary. */
export function chunksBytes(vocabSize: number): number {
  return Math.ceil(vocabSize / CHUNK) * 20;
}

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
  /** ln of the token's probability over the whole vocabulary, before penalties, cuts and temperature. */
  readonly logProbability: number;
}

export function unpackDrawn(data: ArrayBuffer): Drawn {
  const [token = 0, nonFinite = 0, survivors = 0, position = 0] = new Uint32Array(data);
  const logProbability = new Float32Array(data)[4] ?? 0;
  return { token, nonFinite: nonFinite !== 0, survivors, position, logProbability };
}

export async function sample(gpu: Gpu, request: SampleRequest): Promise<Dispatch[]> {
  const { vocabSize: V, variant } = request;
  const lanes = variant === "serial" ? 1 : CHUNK;
  const chunksEach = ADJUST_WORKGROUP / lanes;
  const adjust = await prepareDispatch(gpu, {
    label: "penalties",
    source: {
      name: `sample adjust ${variant}`,
      files: [adjustShader, sampling, chunks, masked],
      bindings: ["uniform", "read", "read", "read_write", "read_write"],
    },
    constants: { WORKGROUP: ADJUST_WORKGROUP, LANES: lanes, V },
    bindings: [request.settings, request.logits, request.history, request.adjusted, request.chunks],
    workgroups: () => grid(Math.ceil(V / CHUNK / chunksEach)),
  });
  const { settings, adjusted, logits, history, step, tokens, drawn } = request;
  const select = await prepareDispatch(gpu, {
    label: "draw",
    source: {
      name: `sample select ${variant}`,
      files: [selectShader, radixBins, sampling, stepText, masked, chunks, wide],
      bindings: ["uniform", "read_write", "read_write", "read", "read_write", "read_write", "read_write", "read_write"],
    },
    constants: { WORKGROUP: variant === "serial" ? 1 : 256, V },
    bindings: [settings, adjusted, request.chunks, logits, history, step, tokens, drawn],
    workgroups: () => [1, 1, 1],
  });
  return [adjust, select];
}
