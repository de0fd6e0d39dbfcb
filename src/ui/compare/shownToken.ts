import type { TokenText } from "../../shared/nextToken";

const hex = (value: number): string => `‹${value.toString(16).padStart(2, "0")}›`;

/** Line breaks as an arrow, control characters and parts of characters as their numbers. */
export function shownToken(token: TokenText | undefined): string {
  if (token === undefined) return "…";
  if (token.bytes !== null) return token.bytes.map(hex).join("");
  if (token.text === "") return `‹${token.id}›`;
  return token.text.replaceAll("\n", "↵").replaceAll(/\p{Cc}/gu, (character) => hex(character.codePointAt(0) ?? 0));
}

/** Where a token stands alone its spaces are marks, or nobody would see them. */
export function namedToken(token: TokenText | undefined): string {
  return shownToken(token).replaceAll(" ", "·");
}
