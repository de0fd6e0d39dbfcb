/**
 * What is written about a kept model. `about` is written once; `journal` with every record, in one transaction with
 * it, so that a load which ends anywhere goes on where it ended.
 */
import { VitrineError } from "../../shared/errors";
import type { KeptId } from "../../shared/library";
import type { Level } from "../../shared/quant";
import type { Recipe } from "../../shared/recipes";
import type { ByteStore } from "../files/byteSource";
import type { KeptTensor } from "./keptLayout";

/** Changes whenever what is kept would be read wrongly by code of before or after. */
export const LIBRARY_VERSION = 2;

export interface KeptFile {
  /** In messages, and what a hub publishes its SHA-256 under. */
  readonly name: string;
  /** Null: a file of the person's own, which cannot be asked for again. */
  readonly url: string | null;
  readonly sizeBytes: number;
  readonly version: string | null;
  /** Hex; null where none is published. */
  readonly sha256: string | null;
}

export interface ModelAbout {
  readonly libraryVersion: number;
  readonly id: KeptId;
  readonly name: string;
  readonly link: string;
  /** The same for every version and level of one source: hub address, id, revision asked for, file; or the address. */
  readonly sourceKey: string;
  readonly kind: "gguf" | "huggingface";
  readonly level: Level;
  readonly recipe: Recipe | "";
  readonly quantizerVersion: number;
  readonly version: string | null;
  readonly licence: string | null;
  readonly recordBytes: number;
  readonly files: readonly KeptFile[];
  readonly tensors: readonly KeptTensor[];
  /** Names of the small files kept beside the records: config.json, GGUF headers. */
  readonly side: readonly string[];
}

export interface Journal {
  /** Digest of each record that is in the store; null of those that are not. */
  readonly digests: readonly (string | null)[];
  /** State of the running SHA-256 of each file, in base64, and the byte up to which it goes. */
  readonly hashes: readonly (HashState | null)[];
  /** Files that are whole, and whose SHA-256 is the published one where one is published. */
  readonly checked: readonly boolean[];
  readonly keptBytes: number;
  readonly lastUsed: number;
}

export interface HashState {
  readonly end: number;
  readonly state: string;
}

export const aboutKey = (id: KeptId) => `about/${id}`;
export const journalKey = (id: KeptId) => `journal/${id}`;
export const sideKey = (id: KeptId, name: string) => `side/${id}/${name}`;
export const recordKey = (id: KeptId, index: number) => `record/${id}/${index}`;
const ABOUT_PREFIX = "about/";

export function encodeJson(value: ModelAbout | Journal): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** Null: nothing of that name, or written by another version of this library. */
export async function readAbout(store: ByteStore, id: KeptId): Promise<ModelAbout | null> {
  const about = decode<ModelAbout>(await store.get(aboutKey(id)));
  return about?.libraryVersion === LIBRARY_VERSION && about.id === id ? about : null;
}

export async function readJournal(store: ByteStore, about: ModelAbout, numRecords: number): Promise<Journal> {
  const journal = decode<Journal>(await store.get(journalKey(about.id)));
  const { length } = about.files;
  const lists = [
    journal?.digests?.length === numRecords,
    journal?.hashes?.length === length,
    journal?.checked?.length === length,
  ];
  return journal !== null && lists.every((fits) => fits) ? journal : emptyJournal(numRecords, about.files.length);
}

export function emptyJournal(numRecords: number, numFiles: number): Journal {
  const many = <T>(length: number, value: T): T[] => Array.from({ length }, () => value);
  return {
    digests: many(numRecords, null),
    hashes: many(numFiles, null),
    checked: many(numFiles, false),
    keptBytes: 0,
    lastUsed: 0,
  };
}

export async function listIds(store: ByteStore): Promise<KeptId[]> {
  return (await store.keys(ABOUT_PREFIX)).map((key) => key.slice(ABOUT_PREFIX.length) as KeptId);
}

/** Every key that belongs to a model. */
export async function keysOf(store: ByteStore, id: KeptId): Promise<string[]> {
  const many = await Promise.all([`side/${id}/`, `record/${id}/`].map((prefix) => store.keys(prefix)));
  return [aboutKey(id), journalKey(id), ...many.flat()];
}

/** Null for what is no JSON: damaged, or changed by hand. */
function decode<T>(bytes: Uint8Array | null): T | null {
  if (bytes === null) return null;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as T;
  } catch {
    return null;
  }
}

/** The first sixteen hex digits of the SHA-256 of what makes a kept model what it is. */
export async function keptIdOf(parts: readonly (string | number | null)[]): Promise<KeptId> {
  const text = new TextEncoder().encode(JSON.stringify(parts));
  return (await sha256Hex(text)).slice(0, 16) as KeptId;
}

/** @throws StorageError on pages without a secure context, where the browser offers no digests */
export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  const { subtle } = globalThis.crypto;
  if (subtle === undefined) {
    throw new VitrineError("StorageError", "Models are kept on https and on localhost only: open the page that way.");
  }
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
