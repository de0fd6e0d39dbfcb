/** What a person opened: its name for display, and what a link in the address bar stands for. */
import { VitrineError } from "../shared/errors";
import { mainFile, PUBLIC_HUB } from "../shared/library";
import type { ModelSource } from "../shared/protocol";
import { LEVEL_CHOICES, type LevelChoice, readChoiceText } from "../shared/recipes";

const STORED = "as stored";

/** The name shown while the model's own is not known yet. */
export function sourceName(source: ModelSource): string {
  if (source.kind === "kept") return source.name;
  if (source.kind === "hub") return source.file ?? source.id.slice(source.id.indexOf("/") + 1);
  if (source.kind === "url") {
    const segments = new URL(source.url).pathname.split("/").filter((segment) => segment !== "");
    return decodeURIComponent(segments.at(-1) ?? source.url);
  }
  return mainFile(source.files);
}

function tryUrl(link: string, base: string): URL | null {
  try {
    return new URL(link, base);
  } catch {
    return null;
  }
}

const PROTOCOLS = ["http:", "https:", "blob:"];
/** owner/name, owner/name@revision, owner/name@revision/folder/file.gguf */
const HUB_ID = /^([\w-][\w.-]*\/[\w-][\w.-]*)(?:@([^/\s@]+)(?:\/(\S+))?)?$/;
/** "gpt2": half of an id far more often than a folder beside the page. */
const BARE_WORD = /^(?!.*\.gguf$)[\w.-]+$/i;
/** The hub's own pages: a model, one of its files, or a file to download. */
const HUB_PAGE = /^\/([\w.-]+\/[\w.-]+)(?:\/(?:tree|blob|resolve)\/([^/]+)(?:\/(.+))?)?\/?$/;

/**
 * A hub id, a link to a GGUF file, or one to a folder in Hugging Face layout; a folder's slash at the end may be left
 * out.
 * @param hub address of the hub: links to its pages are read as ids
 * @throws InvalidSettingError for what is no such link
 */
export function parseModelLink(link: string, base: string, hub = PUBLIC_HUB): ModelSource {
  const id = HUB_ID.exec(link.trim());
  if (id !== null && !/\.gguf$/i.test(id[2] === undefined ? (id[1] ?? "") : "")) return hubSource(id);
  const url = BARE_WORD.test(link.trim()) ? null : tryUrl(link.trim(), base);
  if (url === null || !PROTOCOLS.includes(url.protocol)) {
    throw new VitrineError(
      "InvalidSettingError",
      `"${link}" is neither a Hugging Face id (owner/name) nor a link to a GGUF file or a model folder.`,
    );
  }
  const page = url.origin === tryUrl(hub, base)?.origin ? HUB_PAGE.exec(decodeURIComponent(url.pathname)) : null;
  if (page !== null) return hubSource(page);
  const isFolder = url.protocol !== "blob:" && url.search === "" && !/(\.gguf|\/)$/i.test(url.pathname);
  if (isFolder) url.pathname += "/";
  return { kind: "url", url: url.href };
}

function hubSource([, id = "", revision = "main", file]: readonly string[]): ModelSource {
  return { kind: "hub", id, revision, file: file ?? null };
}

/** What to type to open a source again; null for files, which the page cannot open by itself. */
export function linkOf(source: ModelSource): string | null {
  if (source.kind === "kept") return source.link;
  if (source.kind === "hub") {
    const at = source.revision === "main" && source.file === null ? "" : `@${source.revision}`;
    return `${source.id}${at}${source.file === null ? "" : `/${source.file}`}`;
  }
  return source.kind === "url" && !source.url.startsWith("blob:") ? source.url : null;
}

/** @throws InvalidSettingError naming the levels there are */
export function parseLevel(text: string): LevelChoice {
  // In addresses a plus sign stands for a space.
  const level = text === STORED ? "stored" : readChoiceText(text.replace(" ", "+"));
  if (level !== null) return level;
  throw new VitrineError(
    "InvalidSettingError",
    `"${text}" is not a level. Use one of ${LEVEL_CHOICES.join(", ")}, or a level with rules, as in q4_0+layer0=q8_0.`,
  );
}
