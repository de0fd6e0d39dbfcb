/** Code between fences: three or more backquotes or tildes at the beginning of a line, also in a list or a quote. */

const BEFORE = String.raw`^[\s>]*(?:(?:[-*+]|\d+[.)])\s+)?`;
/** Backquotes that close in the same line are code within it. */
const OPENED = new RegExp(`${BEFORE}(\`{3,}(?=[^\`]*$)|~{3,})`);

/** The marks of the fence that the line opens, or null. */
export function openedFence(line: string): string | null {
  return OPENED.exec(line)?.[1] ?? null;
}

export function isFenceEnd(line: string, fence: string): boolean {
  const mark = line.replace(/^[\s>]*/, "").trimEnd();
  return mark.startsWith(fence) && /^(`+|~+)$/.test(mark);
}
