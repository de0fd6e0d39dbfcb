/** The model library as the page sees it: what is kept in this browser, what a model needs, how a load goes on. */
import type { ModelSpec } from "./modelSpec";
import type { ModelHandle, ModelSource } from "./protocol";
import type { FormatId } from "./quant";
import type { LevelChoice, RecipeReport } from "./recipes";

/** Where hub ids are looked up, and with which token. The token goes to that origin only. */
export interface HubAccess {
  readonly address: string;
  readonly token: string | null;
}

export const PUBLIC_HUB = "https://huggingface.co";

/** Names a kept model: source, version, level and recipe, in sixteen hex digits. */
export type KeptId = string & { readonly brand: "kept" };

export interface KeptTensorReport {
  readonly name: string;
  /** Row-major, slowest dimension first. */
  readonly shape: readonly number[];
  /** As kept: "F16", "Q4_0", ... */
  readonly type: string;
  readonly sizeBytes: number;
}

/** What is known of a kept model without loading it. */
export interface KeptDescription {
  readonly spec: ModelSpec;
  readonly parameters: number;
  readonly tensors: readonly KeptTensorReport[];
}

export interface KeptModel {
  readonly id: KeptId;
  readonly name: string;
  /** What to load it by: a hub id ("owner/name@revision/file"), an address, or "file:name" for files of one's own. */
  readonly link: string;
  /** With its recipe. */
  readonly level: LevelChoice;
  /** Revision, ETag or date of the source's last change; null when the server names none. */
  readonly version: string | null;
  readonly licence: string | null;
  /** Bytes in the store so far, of all. Equal: it loads without a network. */
  readonly keptBytes: number;
  readonly totalBytes: number;
  /** Milliseconds since 1970. */
  readonly lastUsed: number;
  /** What the hub published of each file and the download turned out to be; null: it publishes none. */
  readonly files: readonly { readonly name: string; readonly sha256: string | null }[];
}

/** What stands for a person's own files where others have a link. */
export function linkOfFiles(files: readonly { readonly name: string }[]): string {
  return `file:${mainFile(files)}`;
}

/** The one with weights, of several the first. */
export function mainFile(files: readonly { readonly name: string }[]): string {
  const weights = files.find(({ name }) => /\.(gguf|safetensors)$/i.test(name));
  return (weights ?? files[0])?.name ?? "model";
}

/** What an adapter consists of, as PEFT saves it. */
export const LORA_FILES = ["adapter_config.json", "adapter_model.safetensors"] as const;

/** Whether a file is one of them, in whatever folder. */
export function isLoraFile({ name }: { readonly name: string }): boolean {
  return LORA_FILES.some((known) => name === known || name.endsWith(`/${known}`));
}

export interface StorageReport {
  readonly usedBytes: number | null;
  readonly quotaBytes: number | null;
  /** The browser deletes nothing of this site by itself. */
  readonly isPersisted: boolean;
}

export interface VerifyReport {
  readonly records: number;
  /** Indices of records that are missing or not what was written. */
  readonly damaged: readonly number[];
}

/** One GGUF model of a repository; of a split one, its first part stands for all. */
export interface HubFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly parts: number;
  /** Of the image tower that comes with it; 0: none. */
  readonly towerBytes: number;
}

/** What a model is and needs, found out from headers and small files alone. */
export interface ModelInspection {
  readonly name: string;
  readonly link: string;
  readonly licence: string | null;
  readonly version: string | null;
  readonly spec: ModelSpec;
  readonly parameters: number;
  /** Formats of the file's matrices, by bytes. */
  readonly storedFormats: Readonly<Partial<Record<FormatId, number>>>;
  /** All files with weights. */
  readonly sourceBytes: number;
  readonly levels: readonly LevelNeeds[];
}

export interface LevelNeeds {
  readonly level: LevelChoice;
  /** Source bytes that are still to come; 0 when all is kept. */
  readonly downloadBytes: number;
  /** In the store, when complete. */
  readonly keptBytes: number;
  /** Of them, already there. */
  readonly presentBytes: number;
  /** Weights on the GPU. */
  readonly weightBytes: number;
  /** Weights that one token reads: all but an embedding that is not the head as well. */
  readonly bytesPerToken: number;
}

/** Asked before any weight is downloaded; false ends the load. */
export type OnInspected = (inspection: ModelInspection) => Promise<boolean>;

/** @param totalBytes of the file */
export type OnGgufPart = (bytes: Uint8Array<ArrayBuffer>, totalBytes: number) => Promise<void>;

/** What the worker can do for the library. */
export interface LibraryApi {
  /** The GGUF models of a repository; empty when it is in Hugging Face layout. @throws DownloadError */
  listHubFiles(source: ModelSource, access: HubAccess): Promise<readonly HubFile[]>;
  /**
   * Reads headers and small files; no weights.
   * @param also a choice beside those that come with the page
   * @throws any load error
   */
  inspectModel(source: ModelSource, access: HubAccess, also?: LevelChoice): Promise<ModelInspection>;
  /** Which tensors of an open model a recipe names, and what they would take. @throws InvalidSettingError */
  describeRecipe(handle: ModelHandle, choice: LevelChoice): Promise<RecipeReport>;
  pauseLoad(): Promise<void>;
  resumeLoad(): Promise<void>;
  /** Ends the wait for another tab, which loses the model. */
  takeOverLoad(): Promise<void>;
  /**
   * Keeps a model that was opened from files, as it is on the GPU.
   * @throws StorageError when there is no room, CancelledError; nothing of it stays kept then
   */
  keepModel(handle: ModelHandle, onProgress: (doneBytes: number, totalBytes: number) => void): Promise<void>;
  cancelKeep(): Promise<void>;
  /** Settles when nothing of a model is being written any more: why it is not kept, or null when it is. */
  whenKept(handle: ModelHandle): Promise<string | null>;
  /**
   * The source of an open model as one GGUF file at a level, in parts of a few megabytes; the next one is made once
   * `onPart` is done with the one before.
   * @throws UnsupportedModelError naming what GGUF files are not written with, CancelledError, whatever `onPart` throws
   */
  exportGguf(handle: ModelHandle, choice: LevelChoice, onPart: OnGgufPart): Promise<void>;
  cancelExport(): Promise<void>;
  listKept(): Promise<readonly KeptModel[]>;
  describeKept(id: KeptId): Promise<KeptDescription>;
  verifyKept(id: KeptId, onProgress: (doneRecords: number, records: number) => void): Promise<VerifyReport>;
  /** Null: everything in the store. */
  deleteKept(id: KeptId | null): Promise<void>;
  describeStorage(): Promise<StorageReport>;
  /** Bytes a second that this GPU copies, measured for about a second. */
  measureBandwidth(): Promise<number>;
}
