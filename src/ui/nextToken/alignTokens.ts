/** Which token each shown character comes from, although what is shown lacks the marks of Markdown. */
import type { TokenText } from "../../shared/nextToken";

/** As far as is looked for a shown character: longer than marks are, shorter than a wrong guess could lead. */
const REACH = 48;
const NOBODY = -1;

/** [characters of the text] the index of the token that wrote each; -1 for what no token accounts for. */
export function tokenOwners(text: string, tokens: readonly TokenText[]): Int32Array {
  const owners = new Int32Array(text.length).fill(NOBODY);
  let at = 0;
  for (const [index, token] of tokens.entries()) {
    if (token.part > 0 || token.isSpecial) continue;
    // Some vocabularies put a space before the first word, which no text begins with.
    const piece = at === 0 && !text.startsWith(token.text) ? token.text.replace(/^ /, "") : token.text;
    // From here on the text is not what these tokens say: it was trimmed, or ends within one.
    if (!text.startsWith(piece, at)) break;
    owners.fill(index, at, at + piece.length);
    at += piece.length;
  }
  return owners;
}

/**
 * For each shown piece the place in the text of each of its characters; -1 where there is none. Shown text is the text
 * without some of its characters, so each is looked for behind the one before.
 */
export function alignPieces(text: string, pieces: readonly string[]): Int32Array[] {
  let at = 0;
  return pieces.map((piece) => {
    const places = new Int32Array(piece.length).fill(NOBODY);
    for (let i = 0; i < piece.length; i++) {
      const found = text.indexOf(piece[i] as string, at);
      if (found < 0 || found - at > REACH) continue;
      places[i] = found;
      at = found + 1;
    }
    return places;
  });
}

export interface TokenRun {
  readonly index: number;
  /** Characters of the piece, end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** The tokens of one shown piece, each as one run. */
export function runsOf(places: Int32Array, owners: Int32Array): TokenRun[] {
  const runs: { index: number; start: number; end: number }[] = [];
  for (let i = 0; i < places.length; i++) {
    const place = places[i] as number;
    const index = place < 0 ? NOBODY : (owners[place] as number);
    const last = runs.at(-1);
    if (index === NOBODY) continue;
    if (last?.index === index && last.end === i) last.end = i + 1;
    else runs.push({ index, start: i, end: i + 1 });
  }
  return runs;
}
