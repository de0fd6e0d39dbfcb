import { isFenceEnd, openedFence } from "../../store/fences";
import { ENVIRONMENTS } from "./markFormulas";

/**
 * Cuts Markdown into pieces that render the same alone as together, so that while text streams only the last piece is
 * parsed again. Joined with line breaks the pieces are the text. Cuts lie at blank lines outside of code, formulas
 * and lists; a text with link definitions or footnotes, which act at a distance, stays whole.
 */
export function splitBlocks(text: string): string[] {
  if (/^ {0,3}\[[^\]\n]+\]:/m.test(text)) return [text];
  const blocks: string[] = [];
  let lines: string[] = [];
  let fence: string | null = null;
  let isInFormula = false;
  let isAfterBlank = false;
  for (const line of text.split("\n")) {
    const isOutside = fence === null && !isInFormula;
    if (isOutside && isAfterBlank && line.trim() !== "" && !continues(line, lines)) {
      blocks.push(lines.join("\n"));
      lines = [];
    }
    lines.push(line);
    isAfterBlank = line.trim() === "";
    if (isInFormula) isInFormula = !FORMULA_END.test(line);
    else if (fence !== null) fence = isFenceEnd(line, fence) ? null : fence;
    else {
      fence = openedFence(line);
      isInFormula = fence === null && FORMULA_START.test(line) && !FORMULA_LINE.test(line);
    }
  }
  blocks.push(lines.join("\n"));
  return blocks;
}

const FORMULA_START = new RegExp(String.raw`^\s*(\$\$|\\\[|\\begin\{(${ENVIRONMENTS})\*?\})`);
const FORMULA_END = new RegExp(String.raw`(\$\$|\\\]|\\end\{(${ENVIRONMENTS})\*?\})\s*$`);
const FORMULA_LINE = /^\s*(\$\$.+\$\$|\\\[.*\\\]|\\begin.*\\end\{[^}]*\})\s*$/;

const LIST_ITEM = /^([-*+]|\d+[.)])\s/;

/** Indented lines belong to what is before, and so do the items of a list. */
function continues(line: string, before: readonly string[]): boolean {
  const first = before.find((known) => known.trim() !== "");
  if (first === undefined) return true;
  return /^\s/.test(line) || (LIST_ITEM.test(line) && LIST_ITEM.test(first));
}
