import type { TokenText } from "../../shared/nextToken";
import { hexOf, MARKS, tokenWords } from "./tokenWords";

/** One token as it is written, with marks for what would not be seen. */
export function TokenLabel({ token }: { token: TokenText }) {
  const { text, bytes, part, isSpecial } = token;
  if (isSpecial) return <span className="token-special">{text}</span>;
  if (bytes !== null && (part > 0 || text.includes("\uFFFD"))) {
    return <span className="token-bytes">{hexOf(bytes)}</span>;
  }
  return (
    <span dir="auto">
      {text.split(/([ \n\r\t\u00a0]+)/).map((piece, index) =>
        MARKS[piece[0] ?? ""] === undefined ? (
          piece
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text stay where they are
          <span key={index} className="token-mark">
            {tokenWords({ ...token, text: piece, part: 0, bytes: null })}
          </span>
        ),
      )}
    </span>
  );
}
