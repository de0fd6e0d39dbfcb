/** One scored case, and the pieces every kind of golden uses. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Gpu } from "../../src/runtime/gpu/device";
import type { KernelVariant } from "../../src/shared/protocol";

/** An entry of a fixture folder's index.json. */
export interface Entry {
  readonly golden: string;
  readonly format: string;
  readonly model?: string;
  readonly model_dir?: string;
  readonly text_gguf?: string;
  readonly mmproj_gguf?: string;
  readonly vision?: string;
  readonly vision_feature_select_strategy?: string;
  readonly model_root: string;
  readonly vocab?: string;
  readonly inp?: string;
  readonly gelu?: string;
  readonly n_ctx?: number;
}

/** What a case needs: its files and the GPU it runs on. */
export interface Context {
  readonly gpu: Gpu;
  readonly variant: KernelVariant;
  readonly entry: Entry;
  /** The golden's own path. */
  readonly path: string;
  /** Path of a file below the folder that holds models. */
  modelPath(relative: string): string;
}

export interface CaseResult {
  readonly case: string;
  readonly passed: boolean;
  /** Largest error over everything compared, as a share of its bound where bounds differ. */
  readonly error: number | null;
  readonly bound: number | null;
  readonly reason: string;
}

/** Largest |logit - golden logit|. */
export const LOGIT_BOUND = 2e-4;
/** Of |row - golden row| against |golden row|. */
export const ROW_BOUND = 1e-5;
/** Greedy tokens must agree where the golden's first two logits differ by more than twice the logit bound. */
export const MARGIN = 2 * LOGIT_BOUND;
/** What logits, rows and greedy tokens are held to. */
export interface Bounds {
  readonly logits: number;
  readonly rows: number;
  readonly margin: number;
}

/**
 * Prompts through f16 tiles round each dequantized weight to 11 bits (2^-12 of it, a fraction of what 4 bits cost): a
 * logit moves by up to 1e-2 on the small quantized models here, on f16 weights by nothing. Three times that is allowed.
 */
export function boundsFor(variant: KernelVariant): Bounds {
  return variant === "f16"
    ? { logits: 3e-2, rows: 5e-3, margin: 6e-2 }
    : { logits: LOGIT_BOUND, rows: ROW_BOUND, margin: MARGIN };
}

/** Of sum |x w|. */
export const MATMUL_BOUND = 2e-6;

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

export function readBytes(path: string): Uint8Array {
  const bytes = readFileSync(path);
  return path.endsWith(".gz") ? new Uint8Array(gunzipSync(bytes)) : new Uint8Array(bytes);
}

export function readFloatFile(path: string): Float32Array {
  return new Float32Array(readBytes(path).slice().buffer);
}

export function beside(path: string, name: string): string {
  return join(dirname(path), name);
}

export function maxAbsDiff(got: ArrayLike<number>, want: ArrayLike<number>): number {
  if (got.length !== want.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < got.length; i++) {
    const diff = Math.abs((got[i] as number) - (want[i] as number));
    if (!(diff <= worst)) worst = Number.isNaN(diff) ? Number.POSITIVE_INFINITY : diff;
  }
  return worst;
}

/** |got - want| / |want| in the Euclidean norm. */
export function relativeError(got: ArrayLike<number>, want: ArrayLike<number>): number {
  if (got.length !== want.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let size = 0;
  for (let i = 0; i < got.length; i++) {
    difference += ((got[i] as number) - (want[i] as number)) ** 2;
    size += (want[i] as number) ** 2;
  }
  const error = Math.sqrt(difference / size);
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
}

/** Position of the first token that differs although the margin was clear; -1 when none does. */
export function firstGreedyMismatch(
  got: readonly number[],
  want: readonly number[],
  margins: readonly number[],
  margin = MARGIN,
): number {
  for (let i = 0; i < want.length; i++) {
    // After a step that could go either way the texts may part for good.
    if ((margins[i] ?? 0) <= margin) return -1;
    if (got[i] !== want[i]) return i;
  }
  return -1;
}

export function bounded(name: string, error: number, bound: number, reason = ""): CaseResult {
  return { case: name, passed: error <= bound && reason === "", error, bound, reason };
}

export function failed(name: string, reason: string): CaseResult {
  return { case: name, passed: false, error: null, bound: null, reason };
}
