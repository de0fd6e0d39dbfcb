/**
 * Finds control and user-defined tokens in a text before it is split any further, with llama.cpp's rules, which the
 * library does not have: the longest token wins wherever it stands (not the leftmost), USER_DEFINED tokens always
 * match, CONTROL and UNKNOWN tokens only when special tokens are parsed.
 */
export interface SpecialToken {
  readonly id: number;
  readonly text: string;
  /** CONTROL or UNKNOWN. */
  readonly isControl: boolean;
  /** Swallows white space before or after it. */
  readonly stripsLeft: boolean;
  readonly stripsRight: boolean;
}

/** A token already found, or text still to be split. */
export type Fragment = number | string;

export class SpecialTokenSplitter {
  private readonly tokens: readonly SpecialToken[];

  constructor(tokens: readonly SpecialToken[]) {
    const byteLength = new Map(tokens.map((token) => [token.id, new TextEncoder().encode(token.text).length]));
    this.tokens = tokens
      .filter((token) => token.text !== "")
      .sort((a, b) => (byteLength.get(b.id) ?? 0) - (byteLength.get(a.id) ?? 0));
  }

  split(text: string, parseSpecial: boolean): Fragment[] {
    let fragments: Fragment[] = text === "" ? [] : [text];
    for (const token of this.tokens) {
      if ((token.isControl && !parseSpecial) || !text.includes(token.text)) continue;
      fragments = fragments.flatMap((fragment) =>
        typeof fragment === "string" ? splitBy(fragment, token) : [fragment],
      );
    }
    return fragments;
  }
}

function splitBy(text: string, token: SpecialToken): Fragment[] {
  const parts = text.split(token.text);
  return parts.flatMap((part, index) => {
    let rest = part;
    if (token.stripsRight && index > 0) rest = rest.replace(/^[ \t-\r]+/, "");
    if (token.stripsLeft && index + 1 < parts.length) rest = rest.replace(/[ \t-\r]+$/, "");
    const fragments: Fragment[] = index > 0 ? [token.id] : [];
    if (rest !== "") fragments.push(rest);
    return fragments;
  });
}
