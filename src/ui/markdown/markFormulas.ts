/**
 * Models write formulas in several ways; the parser is given one: $$ on lines of its own for display, $$…$$ within a
 * line. A single dollar is a formula only where it cannot be money: no space inside the marks and no digit after.
 */
export function markFormulas(block: string): string {
  let marked = "";
  let end = 0;
  for (const { 0: code, index } of block.matchAll(CODE)) {
    marked += mark(block.slice(end, index)) + code;
    end = index + code.length;
  }
  return marked + mark(block.slice(end));
}

/** Backquotes around code, of any number; what is inside is left as it is. */
const CODE = /(?<!`)(`+)(?!`)(?:(?!\n\s*\n)[\s\S])*?(?<!`)\1(?!`)|^ {0,3}(?:`{3,}|~{3,})[\s\S]*/gm;

function mark(text: string): string {
  return text
    .replace(/\\\[([\s\S]+?)\\\]/g, (_, formula: string) => display(formula))
    .replace(/^[ \t]*\$\$(?!\s*$)([^\n]+?)\$\$[ \t]*$/gm, (_, formula: string) => display(formula))
    .replace(/\\\(([^\n]+?)\\\)/g, (_, formula: string) => `$$${formula.trim()}$$`)
    .replace(/(?<![\\$\w])\$(?![\s$])([^$\n]*?[^\s$\\])\$(?![\d$])/g, (_, formula: string) => `$$${formula}$$`);
}

function display(formula: string): string {
  return `\n$$\n${formula.trim()}\n$$\n`;
}
