/** Tokens one by one, as people read them: those that hold part of a character are grouped with their neighbours. */
import type { TokenText } from "../../shared/nextToken";
import type { Tokenizer } from "./tokenizer";

/** @param tokenizer of ids beyond its vocabulary nothing is known: they have no text */
export function tokenTexts(tokenizer: Tokenizer, ids: readonly number[]): TokenText[] {
  const texts: TokenText[] = [];
  for (let start = 0; start < ids.length; ) {
    const end = groupEnd(tokenizer, ids, start);
    texts.push(...groupTexts(tokenizer, ids.slice(start, end)));
    start = end;
  }
  return texts;
}

/** One by itself; without a tokenizer it has no text. */
export function tokenText(tokenizer: Tokenizer | null, id: number): TokenText {
  const known = tokenizer === null ? undefined : tokenTexts(tokenizer, [id])[0];
  return known ?? { id, text: "", part: 0, bytes: null, isSpecial: false };
}

/** Where there is no vocabulary: its number. */
export function bareToken(id: number): TokenText {
  return { id, text: String(id), part: 0, bytes: null, isSpecial: false };
}

/** Behind the first token after which no character is incomplete; one that never gets complete stands alone. */
function groupEnd(tokenizer: Tokenizer, ids: readonly number[], start: number): number {
  let missing = 0;
  for (let end = start; end < ids.length; end++) {
    const id = ids[end] as number;
    const bytes = tokenizer.tokenBytes(id, { showSpecial: true });
    if (end > start && (tokenizer.isSpecial(id) || !isContinuation(bytes[0]))) return start + 1;
    missing = missingBytes(bytes, missing);
    if (missing === 0) return end + 1;
  }
  return start + 1;
}

function groupTexts(tokenizer: Tokenizer, ids: readonly number[]): TokenText[] {
  const pieces = ids.map((id) => tokenizer.tokenBytes(id, { showSpecial: true }));
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(pieces.flatMap((p) => [...p])));
  const isBroken = ids.length > 1 || text.includes("\uFFFD");
  return ids.map((id, part) => ({
    id,
    text: part === 0 ? text : "",
    part,
    bytes: isBroken ? [...(pieces[part] as Uint8Array)] : null,
    isSpecial: tokenizer.isSpecial(id),
  }));
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** Bytes that the last character still needs after these, when `missing` were needed before (RFC 3629). */
function missingBytes(bytes: Uint8Array, missing: number): number {
  let needed = missing;
  for (const byte of bytes) {
    if (isContinuation(byte)) needed = Math.max(0, needed - 1);
    else needed = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc0 ? 1 : 0;
  }
  return needed;
}
