/** The model library as the page sees it: what is kept in this browser, what a model needs, how a load goes on. */
import type { Level } from "./quant";

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

export interface KeptModel {
  readonly id: KeptId;
  readonly name: string;
  /** What to load it by: a hub id ("owner/name@revision/file") or an address. */
  readonly link: string;
  readonly level: Level;
  readonly recipe: string;
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
