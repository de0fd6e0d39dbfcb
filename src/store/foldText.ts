/** Text as people look for it: case and accents do not count. */
export function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where folded words stand in a text as it is written; from left to right, those that overlap as one. */
export function findWords(text: string, words: readonly string[]): readonly Span[] {
  let folded = "";
  /** Of each folded character, where it came from. */
  const origins: number[] = [];
  let at = 0;
  for (const char of text) {
    const part = fold(char);
    for (let i = 0; i < part.length; i++) origins.push(at);
    folded += part;
    at += char.length;
  }
  origins.push(text.length);
  const spans = words.flatMap((word) => {
    const found: { start: number; end: number }[] = [];
    for (let i = folded.indexOf(word); i >= 0 && word !== ""; i = folded.indexOf(word, i + word.length)) {
      found.push({ start: origins[i] ?? 0, end: origins[i + word.length] ?? text.length });
    }
    return found;
  });
  const merged: { start: number; end: number }[] = [];
  for (const span of spans.sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && span.start <= last.end) last.end = Math.max(last.end, span.end);
    else merged.push(span);
  }
  return merged;
}
