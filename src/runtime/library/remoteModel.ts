/** Sources on servers, found out to be what they are before anything large is read. */
import { type ModelFiles, openModelUrl } from "../files/modelFiles";
import type { UrlSourceOptions } from "../files/urlSource";

/** A source as it was found out to be. */
export interface RemoteModel {
  /** The same for every version and level of one source. */
  readonly sourceKey: string;
  /** What a person types to load it. */
  readonly link: string;
  /** Null: what its files say. */
  readonly name: string | null;
  /** A revision that never changes; null: compare the files' own versions. */
  readonly revision: string | null;
  readonly licence: string | null;
  /** Published SHA-256 by file name. */
  readonly hashes: ReadonlyMap<string, string>;
  /** Reads headers and small files. */
  readonly open: () => Promise<ModelFiles>;
}

/** A GGUF file, or a folder when the address ends in "/". */
export function urlModel(url: string, options: UrlSourceOptions): RemoteModel {
  return {
    sourceKey: url,
    link: url,
    name: null,
    revision: null,
    licence: null,
    hashes: new Map(),
    open: () => openModelUrl(url, options),
  };
}
