/** What a person opened: its name for display, and what a link in the address bar stands for. */
import { VitrineError } from "../shared/errors";
import type { ModelSource } from "../shared/protocol";
import { LEVELS, type Level } from "../shared/quant";

export const LEVEL_LABELS = Object.fromEntries(
  LEVELS.map((level) => [level, level === "stored" ? "as stored" : level]),
) as { readonly [L in Level]: string };

/** The name shown while the model's own is not known yet. */
export function sourceName(source: ModelSource): string {
  if (source.kind === "url") {
    const segments = new URL(source.url).pathname.split("/").filter((segment) => segment !== "");
    return decodeURIComponent(segments.at(-1) ?? source.url);
  }
  const weights = source.files.find((file) => /\.(gguf|safetensors)$/i.test(file.name));
  return (weights ?? source.files[0])?.name ?? "model";
}

function tryUrl(link: string, base: string): URL | null {
  try {
    return new URL(link, base);
  } catch {
    return null;
  }
}

const PROTOCOLS = ["http:", "https:", "blob:"];

/**
 * A link to a GGUF file or to a folder in Hugging Face layout; a folder's slash at the end may be left out.
 * @throws InvalidSettingError for what is no such link
 */
export function parseModelLink(link: string, base: string): ModelSource {
  const url = tryUrl(link.trim(), base);
  if (url === null || !PROTOCOLS.includes(url.protocol)) {
    throw new VitrineError("InvalidSettingError", `"${link}" is not a link to a GGUF file or a model folder.`);
  }
  const isFolder = url.protocol !== "blob:" && url.search === "" && !/(\.gguf|\/)$/i.test(url.pathname);
  if (isFolder) url.pathname += "/";
  return { kind: "url", url: url.href };
}

/** @throws InvalidSettingError naming the levels there are */
export function parseLevel(text: string): Level {
  const level = LEVELS.find((known) => known === text || LEVEL_LABELS[known] === text);
  if (level !== undefined) return level;
  throw new VitrineError("InvalidSettingError", `"${text}" is not a level. Use one of ${LEVELS.join(", ")}.`);
}
