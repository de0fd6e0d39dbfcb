/** From what was asked for to the files that are read: of this machine, kept, or on a server. */
import { type ByteSource, blobSource } from "../runtime/files/byteSource";
import { type ModelFiles, openModelFiles } from "../runtime/files/modelFiles";
import type { UrlSourceOptions } from "../runtime/files/urlSource";
import { hubModel } from "../runtime/library/hub";
import type { ModelLibrary } from "../runtime/library/modelLibrary";
import { type RemoteModel, urlModel } from "../runtime/library/remoteModel";
import { filesBeside, keptFiles } from "../runtime/loadKept";
import { type HubAccess, PUBLIC_HUB } from "../shared/library";
import type { LoadRequest, ModelSource } from "../shared/protocol";

export const PUBLIC_ACCESS: HubAccess = { address: PUBLIC_HUB, token: null };

/** A source on a server, asked what it is. @throws DownloadError, InvalidSettingError */
export async function resolveRemote(
  source: Extract<ModelSource, { kind: "url" | "hub" }>,
  access: HubAccess,
  options: UrlSourceOptions = {},
): Promise<RemoteModel> {
  return source.kind === "url" ? urlModel(source.url, options) : hubModel(source, access, options);
}

/** With the adapter in them, if one was asked for. @throws any error of opening files */
export async function sourceFiles(
  library: ModelLibrary,
  { source, lora, access = PUBLIC_ACCESS }: Pick<LoadRequest, "source" | "lora" | "access">,
  signal: AbortSignal,
): Promise<ModelFiles> {
  const files = await bareFiles(library, source, access, signal);
  if (lora === undefined) return files;
  // Few people have one: its code comes when it is asked for.
  const { withLora } = await import("../runtime/lora/withLora");
  return withLora(files, fileSources(lora), signal);
}

async function bareFiles(
  library: ModelLibrary,
  source: ModelSource,
  access: HubAccess,
  signal: AbortSignal,
): Promise<ModelFiles> {
  if (source.kind === "files") return openModelFiles(fileSources(source.files), signal);
  const options = { signal, download: { signal } };
  if (source.kind === "kept") return keptFiles(library, await library.about(source.id), options);
  return filesBeside(library, await resolveRemote(source, access, { signal }), options);
}

function fileSources(files: readonly File[]): readonly ByteSource[] {
  return files.map((file) => blobSource(file, file.webkitRelativePath || file.name));
}
