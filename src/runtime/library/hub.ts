/**
 * Models of a Hugging Face hub, by three addresses: /api/models/ID/revision/REV (the commit), /api/models/ID/tree/SHA
 * (its files, with the SHA-256 of large ones) and /ID/resolve/SHA/FILE.
 */
import { VitrineError } from "../../shared/errors";
import type { HubAccess, HubFile } from "../../shared/library";
import { baseName } from "../files/baseName";
import { type Fetch, isNotFound, request } from "../files/httpRequest";
import { openModelUrl, partNames } from "../files/modelFiles";
import type { DownloadOptions } from "../files/rangeDownload";
import type { UrlSourceOptions } from "../files/urlSource";
import { joinTower, TOWER_NAME, towerBeside } from "./imageTower";
import type { RemoteModel } from "./remoteModel";

export interface HubModelId {
  readonly id: string;
  readonly revision: string;
  readonly file: string | null;
}

interface TreeEntry {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string | null;
}

interface Repository {
  readonly sha: string;
  readonly licence: string | null;
  readonly files: readonly TreeEntry[];
}

/** Pages of 1000 files. */
const MAX_PAGES = 20;
const GGUF = /\.gguf$/i;

/** The same for every version of what a person asked for. */
export function hubSourceKey(model: HubModelId, { address }: HubAccess): string {
  return `${originOf(address)} ${hubLink(model)}`;
}

/** "owner/name", "owner/name@revision", "owner/name@revision/file": what a person types. */
export function hubLink({ id, revision, file }: HubModelId): string {
  const at = revision === "main" && file === null ? "" : `@${revision}`;
  return `${id}${at}${file === null ? "" : `/${file}`}`;
}

/** Sends the token to the hub's origin and nowhere else; a browser drops it at a redirect to another one. */
export function hubHeaders({ address, token }: HubAccess): NonNullable<DownloadOptions["headers"]> {
  const origin = originOf(address);
  const none: Readonly<Record<string, string>> = {};
  return (url) => (token !== null && new URL(url).origin === origin ? { Authorization: `Bearer ${token}` } : none);
}

/** GGUF models, smallest first; empty when the repository is in Hugging Face layout. @throws DownloadError */
export async function listHubFiles(model: HubModelId, access: HubAccess, fetcher?: Fetch): Promise<HubFile[]> {
  return ggufModels((await readRepository(model, access, fetcher)).files);
}

/** @throws DownloadError, InvalidSettingError when there are several GGUF files and none is chosen */
export async function hubModel(model: HubModelId, access: HubAccess, options: UrlSourceOptions): Promise<RemoteModel> {
  const { sha, licence, files } = await readRepository(model, access, options.fetch, options.signal);
  const path = model.file ?? onlyGguf(model.id, files);
  if (path !== null && !files.some((file) => file.path === path || (path.endsWith("/") && file.path.startsWith(path))))
    throw noSuchFile(model.id, path, files);
  const root = `${originOf(access.address)}/${model.id}/resolve/${sha}/`;
  const folder = path?.endsWith("/") ? path : "";
  const names = new Set(files.map((file) => file.path).filter((name) => name.startsWith(folder)));
  const isFolder = path === null || folder !== "";
  const url = root + encodePath(isFolder ? folder : (path ?? ""));
  return {
    sourceKey: hubSourceKey(model, access),
    link: hubLink(model),
    name: isFolder ? baseName(model.id) : null,
    revision: sha,
    licence,
    hashes: new Map(
      files.flatMap((file) => (file.sha256 === null ? [] : [[baseName(file.path), file.sha256] as const])),
    ),
    open: async () => {
      const opening = { ...options, headers: hubHeaders(access) };
      const known = new Set([...names].map((name) => name.slice(folder.length)));
      const opened = await openModelUrl(url, { ...opening, names: known });
      if (opened.kind !== "gguf" || path === null) return opened;
      const tower = towerBeside(path, files);
      if (tower === null) return opened;
      const seeing = await openModelUrl(root + encodePath(tower.path), opening);
      return seeing.kind === "gguf" ? joinTower(opened, seeing) : opened;
    },
  };
}

async function readRepository(
  { id, revision }: HubModelId,
  access: HubAccess,
  fetcher: Fetch = (url, init) => fetch(url, init),
  signal?: AbortSignal,
): Promise<Repository> {
  const api = `${originOf(access.address)}/api/models/${id}`;
  const headers = hubHeaders(access);
  const ask = (url: string) => request(fetcher, url, { headers: headers(url) }, signal);
  const found = await ask(`${api}/revision/${encodeURIComponent(revision)}`).catch((error: unknown) => {
    throw isNotFound(error) ? noSuchModel(id, revision, access) : error;
  });
  const about = await jsonOf(found);
  const sha = about.sha;
  if (typeof sha !== "string" || !/^[0-9a-f]{7,64}$/.test(sha)) throw strange(api);
  const card = (about.cardData ?? {}) as Record<string, unknown>;
  const licence = typeof card.license_name === "string" ? card.license_name : card.license;
  const files: TreeEntry[] = [];
  let next: string | null = `${api}/tree/${sha}?recursive=1`;
  for (let page = 0; next !== null && page < MAX_PAGES; page++) {
    const response: Response = await ask(next);
    const entries: unknown = await response.json().catch(() => null);
    if (!Array.isArray(entries)) throw strange(api);
    files.push(...entries.flatMap(entryOf));
    next = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1] ?? null;
  }
  return { sha, licence: typeof licence === "string" ? licence : null, files };
}

function entryOf(value: unknown): TreeEntry[] {
  const { type, path, size, lfs } = (value ?? {}) as Record<string, unknown>;
  if (type !== "file" || typeof path !== "string") return [];
  const { oid, size: largeSize } = (lfs ?? {}) as Record<string, unknown>;
  const sha256 = typeof oid === "string" && /^[0-9a-f]{64}$/.test(oid) ? oid : null;
  return [{ path, sizeBytes: Number(largeSize ?? size ?? 0), sha256 }];
}

function ggufModels(files: readonly TreeEntry[]): HubFile[] {
  if (files.some(({ path }) => path === "config.json") && files.some(({ path }) => /\.safetensors$/.test(path)))
    return [];
  const sizes = new Map(files.map((file) => [file.path, file.sizeBytes]));
  return files
    .flatMap(({ path, sizeBytes }): HubFile[] => {
      // Image towers of llama.cpp are no models by themselves.
      if (!GGUF.test(path) || TOWER_NAME.test(path)) return [];
      const parts = partNames(path) ?? [path];
      if (parts[0] !== path) return [];
      const towerBytes = towerBeside(path, files)?.sizeBytes ?? 0;
      const ownBytes = parts.length === 1 ? sizeBytes : parts.reduce((sum, part) => sum + (sizes.get(part) ?? 0), 0);
      return [{ path, sizeBytes: ownBytes, parts: parts.length, towerBytes }];
    })
    .sort((a, b) => a.sizeBytes - b.sizeBytes);
}

/** Null: Hugging Face layout. */
function onlyGguf(id: string, files: readonly TreeEntry[]): string | null {
  const models = ggufModels(files);
  if (models.length > 1) {
    const list = models.map(({ path }) => path).join(", ");
    throw new VitrineError("InvalidSettingError", `${id} has ${models.length} GGUF models; choose one: ${list}.`);
  }
  return models[0]?.path ?? null;
}

async function jsonOf(response: Response): Promise<Record<string, unknown>> {
  const value: unknown = await response.json().catch(() => null);
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw strange(response.url);
}

/** What the hub said of an address is no help to who typed an id. */
function noSuchModel(id: string, revision: string, { address }: HubAccess): VitrineError {
  const message =
    revision === "main"
      ? `${new URL(address).host} has no model "${id}" (HTTP 404). Check the spelling of owner and name, and the hub address.`
      : `${new URL(address).host} has no revision "${revision}" of "${id}" (HTTP 404). Check the spelling of all three.`;
  return new VitrineError("DownloadError", message);
}

function noSuchFile(id: string, path: string, files: readonly TreeEntry[]): VitrineError {
  const others = ggufModels(files).map((file) => file.path);
  const message =
    others.length === 0
      ? `${id} has no file "${path}", and no GGUF file at all. Type ${id} alone to load what it has.`
      : `${id} has no file "${path}". Its models are: ${others.join(", ")}.`;
  return new VitrineError("DownloadError", message);
}

function strange(url: string): VitrineError {
  return new VitrineError("DownloadError", `${url} does not answer as a Hugging Face hub does. Check the hub address.`);
}

/** @throws InvalidSettingError for what is no web address */
function originOf(address: string): string {
  try {
    const url = new URL(address);
    if (url.protocol === "https:" || url.protocol === "http:") return url.origin;
  } catch {
    // Told below.
  }
  throw new VitrineError("InvalidSettingError", `"${address}" is no hub address; use one like https://huggingface.co.`);
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
