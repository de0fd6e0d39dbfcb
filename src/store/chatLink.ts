/**
 * A chat inside a link: its JSON, compressed (RFC 1951) and in base64url, behind the "#" that browsers send to nobody.
 * What it brings is read like any file that is imported.
 */
import { VitrineError } from "../shared/errors";
import { joinBytes } from "../shared/joinBytes";
import type { AppState } from "./appState";
import { type Conversation, pathOf } from "./conversation";
import { type ImportedChats, readChatFile, toJson } from "./conversationFile";
import { linkOf } from "./modelSource";
import type { Picture } from "./picture";
import { bundledLink } from "./startModel";
import { CHAT_IN_LINK as NAME, withView } from "./viewAddress";

/** Longer addresses are cut by programs that pass them on. */
const MOST_CHARACTERS = 30_000;
/** A link that unfolds to more is no chat of ours. */
const MOST_BYTES = 2 ** 22;

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: GenericTransformStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([bytes])
    .stream()
    .pipeThrough(stream as TransformStream<Uint8Array, Uint8Array>)
    .getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    length += part.value.length;
    if (length > MOST_BYTES) {
      await reader.cancel();
      throw new RangeError(`more than ${MOST_BYTES} bytes`);
    }
  }
  return joinBytes(parts);
}

/** The branch on the page as a fragment. @throws InvalidSettingError when it is too long for a link */
export async function chatFragment(
  chat: Conversation,
  pictures: ReadonlyMap<string, Picture>,
  now: Date,
): Promise<string> {
  const json = await toJson([{ ...chat, turns: pathOf(chat), chosen: {} }], now, pictures);
  const bytes = new TextEncoder().encode(JSON.stringify(JSON.parse(json)));
  const packed = await through(bytes, new CompressionStream("deflate-raw"));
  const text = btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join(""));
  const fragment = `${NAME}${text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")}`;
  if (fragment.length <= MOST_CHARACTERS) return fragment;
  throw new VitrineError(
    "InvalidSettingError",
    `The chat is too long for a link (${fragment.length} characters; ${MOST_CHARACTERS} pass everywhere). Export it as a file instead.`,
  );
}

/** @throws InvalidFileError for what is no chat */
export async function readChatFragment(address: string): Promise<ImportedChats> {
  const text = new URL(address).hash.slice(1 + NAME.length);
  let json: string;
  try {
    const packed = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    const bytes = await through(
      Uint8Array.from(packed, (char) => char.charCodeAt(0)),
      new DecompressionStream("deflate-raw"),
    );
    json = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new VitrineError("InvalidFileError", "The chat in this link is damaged; ask for the link again.", { cause });
  }
  return readChatFile(json);
}

/**
 * An address that shows this chat and this view to whoever opens it, on the same model where an address names it.
 * @param page the page's own address
 * @throws InvalidSettingError
 */
export async function viewLink(state: AppState, page: string, now: Date): Promise<string> {
  const url = new URL(withView(page, state));
  const { model, chat, pictures } = state;
  const link = model === null ? null : linkOf(model.request.source);
  const isAnyones = link !== null && !link.startsWith("file:");
  url.searchParams.delete("model");
  url.searchParams.delete("level");
  if (isAnyones) {
    const bundled = bundledLink(page);
    url.searchParams.set("model", link === bundled ? `./${bundled.slice(new URL(".", page).href.length)}` : link);
    if (model?.request.level !== "stored") url.searchParams.set("level", model?.request.level ?? "stored");
  }
  url.hash = await chatFragment(chat, pictures, now);
  return url.href;
}
