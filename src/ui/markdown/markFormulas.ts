import { isFenceEnd, openedFence } from "../../store/fences";

/**
 * Models write formulas in several ways; the parser is given one: $$ on lines of its own for display, $$…$$ within a
 * line. A single dollar is a formula only where it cannot be money: no space inside the marks and no digit after.
 * Code, fenced, indented or within a line, is left as it is.
 */
export function markFormulas(block: string): string {
  return cutCode(block)
    .map(({ text, isCode }) => (isCode ? text : markBesideCode(text)))
    .join("\n");
}

interface Piece {
  readonly text: string;
  readonly isCode: boolean;
}

const LIST_ITEM = /^\s*([-*+]|\d+[.)])\s/;
const INDENTED = /^( {4}|\t)/;

/** Whole lines that are code, and those between. */
function cutCode(block: string): readonly Piece[] {
  const pieces: { lines: string[]; isCode: boolean }[] = [];
  let fence: string | null = null;
  let isIndented = false;
  let isAfterBlank = true;
  let hasList = false;
  for (const line of block.split("\n")) {
    const opened: string | null = fence === null ? openedFence(line) : null;
    const isBlank = line.trim() === "";
    if (LIST_ITEM.test(line)) hasList = true;
    else if (isAfterBlank && /^\S/.test(line)) hasList = false;
    // Inside of a list an indented line is one of its paragraphs.
    isIndented = fence === null && !hasList && INDENTED.test(line) && (isIndented || isAfterBlank) && !isBlank;
    const isCode = fence !== null || opened !== null || isIndented;
    const last = pieces.at(-1);
    if (last?.isCode === isCode) last.lines.push(line);
    else pieces.push({ lines: [line], isCode });
    if (opened !== null) fence = opened;
    else if (fence !== null && isFenceEnd(line, fence)) fence = null;
    isAfterBlank = isBlank;
  }
  return pieces.map(({ lines, isCode }) => ({ text: lines.join("\n"), isCode }));
}

/** Backquotes around code, of any number. */
const CODE = /(?<!`)(`+)(?!`)(?:(?!\n\s*\n)[\s\S])*?(?<!`)\1(?!`)/g;

function markBesideCode(text: string): string {
  let marked = "";
  let end = 0;
  for (const { 0: code, index } of text.matchAll(CODE)) {
    marked += mark(text, end, index) + code;
    end = index + code.length;
  }
  return marked + mark(text, end, text.length);
}

/** Those that stand for themselves; the others need a formula around them. */
export const ENVIRONMENTS = "equation|align|alignat|gather";

const FORMULA = new RegExp(
  [
    // \[ … \], but not the \\[2pt] of a line in a formula.
    String.raw`(?<!\\)\\\[(?<brackets>[\s\S]+?)\\\]`,
    String.raw`^[ \t]*\$\$(?!\s*$)(?<line>[^\n]+?)\$\$[ \t]*$`,
    // As the parser has it: kept, and not looked into.
    String.raw`(?<kept>\$\$[\s\S]+?\$\$)`,
    String.raw`(?<environment>\\begin\{(?<name>(?:${ENVIRONMENTS})\*?)\}[\s\S]+?\\end\{\k<name>\})`,
    String.raw`(?<!\\)\\\((?<round>[^\n]+?)\\\)`,
    String.raw`(?<![\\$\w])\$(?![\s$])(?<dollar>[^$\n]*?[^\s$\\])\$(?![\d$])`,
  ].join("|"),
  "gm",
);

/** Of the text only what is between `from` and `to`. */
function mark(text: string, from: number, to: number): string {
  return text.slice(from, to).replace(FORMULA, (whole, ...rest) => {
    const { brackets, line, environment, round, dollar } = rest.at(-1) as Partial<Record<string, string>>;
    const shown = brackets ?? line ?? environment;
    // After the groups come the place, the text and the named groups.
    if (shown !== undefined) return display(shown, indentAt(text, from + Number(rest.at(-3))));
    const within = round ?? dollar;
    return within === undefined ? whole : `$$${within.trim()}$$`;
  });
}

/** How far a line must be indented to belong to what the line at this place belongs to. */
function indentAt(text: string, place: number): string {
  const line = text.slice(text.lastIndexOf("\n", place - 1) + 1, place);
  return " ".repeat(/^\s*(?:(?:[-*+]|\d+[.)])\s+)?/.exec(line)?.[0].length ?? 0);
}

function display(formula: string, indent: string): string {
  const lines = ["$$", ...formula.trim().split("\n"), "$$"].map((line) => indent + line.trim());
  return `\n${lines.join("\n")}\n${indent}`;
}
