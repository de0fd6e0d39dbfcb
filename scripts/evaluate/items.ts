/** Held-out questions with their answers, one JSON object a line, as training/write_items.py writes them. */
import { readFileSync } from "node:fs";

/** Content is a text, or parts of which one is the text: the way chat templates take pictures. */
export interface QuestionMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string | readonly { readonly type: string; readonly text?: string }[];
}

export interface EvaluationItem {
  /** The skill it belongs to. */
  readonly row: string;
  /** Share of the row that should be right. */
  readonly goal: number;
  readonly messages: readonly QuestionMessage[];
  /** PNG in base64. */
  readonly image?: string;
  readonly answer: string;
  /** Where there is no one right answer: words that must occur. */
  readonly contains?: readonly string[];
}

/** The bundled model's: rows of its first stage, and those that the second added. */
export const PANE_ITEMS = ["training/items/stage1.jsonl", "training/items/stage2.jsonl"];

/** The first `perRow` items of every row, in the files' order. */
export function readItems(paths: readonly string[], perRow: number): EvaluationItem[] {
  const seen = new Map<string, number>();
  const items = paths
    .flatMap((path) => readFileSync(path, "utf8").split("\n"))
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as EvaluationItem);
  return items.filter(({ row }) => {
    const before = seen.get(row) ?? 0;
    seen.set(row, before + 1);
    return before < perRow;
  });
}

/** Word for word, and ended by itself (`text` is null where it did not); stories: all words occur and nothing loops. */
export function isRight(item: EvaluationItem, text: string | null): boolean {
  if (text === null) return false;
  if (item.contains === undefined) return text.trim() === item.answer;
  const words = text.toLowerCase().match(/[a-z]+/g) ?? [];
  const runs = words.slice(7).map((_, i) => words.slice(i, i + 8).join(" "));
  return (
    item.contains.every((word) => text.toLowerCase().includes(word.toLowerCase())) && new Set(runs).size === runs.length
  );
}

/** 95 % interval of a share (Wilson 1927). */
export function wilsonInterval(right: number, total: number): readonly [low: number, high: number] {
  const z = 1.96;
  const share = right / total;
  const middle = share + z ** 2 / (2 * total);
  const spread = z * Math.sqrt((share * (1 - share)) / total + z ** 2 / (4 * total ** 2));
  const whole = 1 + z ** 2 / total;
  return [(middle - spread) / whole, (middle + spread) / whole];
}
