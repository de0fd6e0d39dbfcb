import type { TokenText } from "../../shared/nextToken";

/** Bytes as people write them: "F0 9F". */
export function hexOf(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");
}

/** Marks for what would not be seen; each stands for one character. */
export const MARKS: Readonly<Record<string, string>> = { " ": "·", "\n": "↵", "\r": "␍", "\t": "⇥", "\u00a0": "⍽" };

/** The token in one line of text, spaces and line breaks as marks. */
export function tokenWords({ text, bytes, part }: TokenText): string {
  if (part > 0 || text.includes("\uFFFD")) return bytes === null ? text : hexOf(bytes);
  return text.replace(/[ \n\r\t\u00a0]/g, (character) => MARKS[character] ?? character);
}
