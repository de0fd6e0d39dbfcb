/**
 * The whole worker API: what the UI may ask of the runtime. Only cloneable data, transferables and callback
 * proxies cross. Calls carry handles, so that several models and several sessions on one model can be open.
 */
import type { ComparisonApi } from "./comparison";
import type { InspectionApi } from "./inspection";
import type { LanesApi } from "./lanes";
import type { HubAccess, KeptId, LibraryApi, OnInspected } from "./library";
import type { ModelSpec } from "./modelSpec";
import type { NextTokenApi } from "./nextToken";
import type { FormatId } from "./quant";
import type { LevelChoice } from "./recipes";
import type { OpenedRecording } from "./recording";
import type { Sampler, SamplingSettings } from "./sampling";

export type ModelHandle = number & { readonly brand: "model" };
export type SessionHandle = number & { readonly brand: "session" };

/** What the adapter is and which kernels it gets. */
export interface DeviceReport {
  readonly adapter: { vendor: string; architecture: string; device: string; description: string };
  /** A software adapter computes on the CPU: right, but slow. */
  readonly isSoftware: boolean;
  /** WebGPU features in use, e.g. "shader-f16". */
  readonly features: readonly string[];
  readonly limits: {
    maxBufferSize: number;
    maxStorageBufferBindingSize: number;
    maxComputeWorkgroupStorageSize: number;
    maxComputeInvocationsPerWorkgroup: number;
  };
}

export type KvPrecision = "f32" | "f16";

/**
 * `auto` times the candidates at load; the others force one. `f16`: prompts through tiles whose weights are rounded to
 * f16, sums stay f32.
 */
export type KernelVariant = "auto" | "workgroup" | "subgroup" | "barrier_free" | "f16";

export type ModelSource =
  | { readonly kind: "files"; readonly files: readonly File[] }
  /** A GGUF file, or a folder in Hugging Face layout (the URL then ends in "/"). */
  | { readonly kind: "url"; readonly url: string }
  /** A repository of a hub, at a branch, tag or commit; `file` chooses among several GGUF files. */
  | { readonly kind: "hub"; readonly id: string; readonly revision: string; readonly file: string | null }
  /** As it lies in this browser; nobody is asked. */
  | { readonly kind: "kept"; readonly id: KeptId; readonly name: string; readonly link: string };

export interface LoadRequest {
  readonly source: ModelSource;
  readonly level: LevelChoice;
  readonly variant: KernelVariant;
  /** A LoRA adapter that is merged into the weights; absent: none. */
  readonly lora?: readonly File[];
  /** Absent: the public hub, without a token. */
  readonly access?: HubAccess;
}

export interface LoadProgress {
  readonly stage: "waiting" | "reading" | "downloading" | "weights" | "tokenizer" | "kernels";
  /** Bytes of the source read so far, of all. */
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** While another tab holds the model: since when, in milliseconds since 1970; null: not known. */
  readonly heldSince?: number | null;
  /** The connection was cut or the server busy, and another try is under way. */
  readonly isRetrying?: boolean;
  /** While downloading. */
  readonly download?: {
    /** False: the server sends whole files only, so an interrupted one begins anew. */
    readonly canResume: boolean;
    /** Why nothing more is being kept: storage full, blocked or gone; null while all is well. */
    readonly notKept: string | null;
  };
}

/** How a model thinks aloud between `<think>` and `</think>`, as its chat template has it. */
export interface ThinkingReport {
  /** Whether the template asks (`enable_thinking`), so that `thinks` of a prompt changes what it writes. */
  readonly isChoice: boolean;
  /** What it does when nobody says. */
  readonly byDefault: boolean;
  /** Where it thinks, the template itself writes `<think>`: the answer begins inside of the thought. */
  readonly opens: boolean;
}

export interface ModelReport {
  readonly handle: ModelHandle;
  readonly name: string;
  /** What its weights are at: "stored" where the files were quantized already, whatever was asked for. */
  readonly level: LevelChoice;
  readonly spec: ModelSpec;
  readonly parameters: number;
  /** Bytes of weights by format, on the GPU. */
  readonly weightBytes: Readonly<Partial<Record<FormatId, number>>>;
  /** All GPU bytes that the model holds, sessions not included. */
  readonly gpuBytes: number;
  readonly hasTokenizer: boolean;
  /** Null: a base model without a chat template, or no tokenizer. */
  readonly hasChatTemplate: boolean;
  /** Null: its template neither asks nor begins a thought; the model may still think by itself. */
  readonly thinking: ThinkingReport | null;
  /** How the model's files ask to be sampled; null: they do not say. */
  readonly ownSampling: Sampler | null;
  /**
   * Why it will not be here on the next visit though it was to be kept; null: it will, as far as is known before its
   * last records are written, or nobody meant to keep it.
   */
  readonly notKept: string | null;
  /** Which kernel variant runs for which operation, and how it was chosen. */
  readonly variants: readonly { operation: string; variant: string; reason: string }[];
}

export interface SessionRequest {
  /** Tokens the cache holds; null: what fits, at most the model's context. */
  readonly capacity: number | null;
  readonly kvPrecision: KvPrecision;
}

export interface SessionReport {
  readonly handle: SessionHandle;
  readonly capacity: number;
  readonly kvPrecision: KvPrecision;
  /** Reserved on the GPU for keys and values: 2 x layers x kv heads x head dim x bytes x capacity. */
  readonly cacheBytes: number;
  readonly bytesPerToken: number;
}

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
  /** Pictures that come before the text, by the hash that `addImage` gave. */
  readonly images?: readonly string[];
}

/** A picture as the model sees it. */
export interface ImageReport {
  /** Of the bytes in `seen`: the same picture has the same hash with every model of that input size. */
  readonly hash: string;
  /** The picture itself, in pixels. */
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  /** After resizing; `seen` is the part that begins at `cropLeft`, `cropTop`. */
  readonly resizedWidth: number;
  readonly resizedHeight: number;
  readonly cropLeft: number;
  readonly cropTop: number;
  /** [height, width, 3] red, green, blue */
  readonly seen: { readonly width: number; readonly height: number; readonly data: Uint8Array<ArrayBuffer> };
  /** Pixels of a square patch's side. */
  readonly patchSize: number;
  /** Rows of the prompt that it takes. */
  readonly tokens: number;
}

export type Prompt =
  | {
      readonly kind: "chat";
      readonly messages: readonly ChatMessage[];
      /** Whether to think aloud first, told to templates that ask; absent: as they have it. */
      readonly thinks?: boolean;
    }
  /** Continues the text as it is: base models. */
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "ids"; readonly ids: readonly number[] };

export interface GenerateRequest {
  readonly prompt: Prompt;
  /** Tokens that the answer begins with, exactly these: it goes on after them, and its text and ids contain them. */
  readonly answerIds?: readonly number[];
  readonly sampling: SamplingSettings;
  readonly maxNewTokens: number;
  readonly stopStrings: readonly string[];
  /** Steps submitted ahead of the one being read: 1, 2, ... 8. Changes nothing but speed. */
  readonly tokensInFlight: number;
  /** When the cache is full: end, or drop the oldest turns and prefill what remains again. */
  readonly atCapacity: "stop" | "drop-oldest";
}

export type EndReason = "end-of-text" | "max-tokens" | "stop-string" | "stopped" | "capacity";

export interface GenerationStats {
  readonly promptTokens: number;
  /** Prompt tokens that were already in the cache. */
  readonly cachedTokens: number;
  readonly generatedTokens: number;
  readonly prefillMs: number;
  /** From the request to the first token. */
  readonly firstTokenMs: number;
  readonly decodeMs: number;
  /** Tokens in the cache now, of its capacity. */
  readonly cacheLength: number;
  readonly cacheCapacity: number;
  /** Bytes of keys and values in use: bytesPerToken x cacheLength. */
  readonly cacheBytesUsed: number;
  /** Given up for room before this answer's last token: so many of the oldest messages, or quarters of a plain text. */
  readonly droppedPieces: number;
}

export type GenerateEvent =
  | { readonly kind: "prefill"; readonly doneTokens: number; readonly totalTokens: number }
  /** First of all, where the answer was told how to begin: those tokens and their text. */
  | { readonly kind: "given"; readonly ids: readonly number[]; readonly text: string }
  /** `text` is what became printable with these ids; it never ends inside a character. */
  | {
      readonly kind: "tokens";
      readonly ids: readonly number[];
      /** Of each id: the model's own probability over the whole vocabulary, before penalties, cuts and temperature. */
      readonly probabilities: readonly number[];
      readonly text: string;
      readonly stats: GenerationStats;
    };

export interface GenerateResult {
  readonly text: string;
  readonly ids: readonly number[];
  /** Of the generated ids, which are the last of `ids`. */
  readonly probabilities: readonly number[];
  readonly endReason: EndReason;
  readonly stats: GenerationStats;
}

export interface RuntimeApi extends ComparisonApi, LanesApi, NextTokenApi, InspectionApi, LibraryApi {
  /** Puts a recorded example in the place of the runtime. @throws DownloadError, InvalidFileError */
  openRecording(address: string): Promise<OpenedRecording>;
  /** @throws WebGpuUnavailableError */
  describeDevice(): Promise<DeviceReport>;
  /** A failed or cancelled load leaves every open model usable. @throws any error of errors.ts */
  loadModel(
    request: LoadRequest,
    onProgress: (progress: LoadProgress) => void,
    onInspected?: OnInspected,
    /** Later, when another tab took the model over: it is no longer open here. */
    onTaken?: () => void,
  ): Promise<ModelReport>;
  cancelLoad(): Promise<void>;
  unloadModel(model: ModelHandle): Promise<void>;
  /**
   * Resolves when a model is no longer open, however long that takes.
   * @throws DeviceLostError as soon as its device is lost, after an answer under way has told its last words
   */
  whenGone(model: ModelHandle): Promise<void>;
  /**
   * Shows a picture to the model, once for each model, before a message names it.
   * @throws InvalidFileError when it cannot be decoded, InvalidSettingError when the model does not see
   */
  addImage(model: ModelHandle, image: Blob): Promise<ImageReport>;
  createSession(model: ModelHandle, request: SessionRequest): Promise<SessionReport>;
  closeSession(session: SessionHandle): Promise<void>;
  generate(
    session: SessionHandle,
    request: GenerateRequest,
    onEvent: (event: GenerateEvent) => void,
  ): Promise<GenerateResult>;
  /** Ends the generation under way; its promise resolves with endReason "stopped". */
  stop(session: SessionHandle): Promise<void>;
}
