/**
 * Splits text into finished sentences and the rest; joined again they are the text. A line break ends a sentence,
 * and so does a closing mark with space after it.
 */
export function splitSentences(text: string): { finished: string[]; rest: string } {
  const finished: string[] = [];
  let end = 0;
  for (const match of text.matchAll(/[.!?…]["'”’)\]]*\s+|[。！？]["'”’」』）]*\s*|\n+/g)) {
    const next = match.index + match[0].length;
    finished.push(text.slice(end, next));
    end = next;
  }
  return { finished, rest: text.slice(end) };
}
