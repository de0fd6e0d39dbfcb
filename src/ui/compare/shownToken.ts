import type { TokenText } from "../../shared/nextToken";

/** Line breaks as an arrow, a token that is part of a character as its bytes. */
export function shownToken(token: TokenText | undefined): string {
  if (token === undefined) return "…";
  if (token.text !== "") return token.text.replaceAll("\n", "↵");
  if (token.bytes !== null) return token.bytes.map((byte) => `‹${byte.toString(16).padStart(2, "0")}›`).join("");
  return `‹${token.id}›`;
}
