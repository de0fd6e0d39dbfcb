/**
 * Asks a model directory held-out questions, level by level, and counts right answers.
 * Usage: npm run evaluate -- [--model DIR] [--items FILE.jsonl,...] [--levels f32,q8_0,q4_0] [--count 40] [--only TEXT]
 *                            [--driver NAME] [--json FILE] [--show 2]
 * Prints a table in Markdown: share right per row with its 95 % Wilson interval, and how many answers equal the first level's.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { openNodeGpu, type SoftwareDriver } from "../src/runtime/testing/nodeGpu";
import { LEVELS, type Level } from "../src/shared/quant";
import { Answerer } from "./evaluate/answerer";
import { type EvaluationItem, isRight, PANE_ITEMS, readItems, wilsonInterval } from "./evaluate/items";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "public/models/pane" },
    items: { type: "string", default: PANE_ITEMS.join(",") },
    levels: { type: "string", default: "f32,q8_0,q4_0" },
    count: { type: "string", default: "40" },
    only: { type: "string", default: "" },
    driver: { type: "string", default: "lavapipe" },
    json: { type: "string" },
    show: { type: "string", default: "0" },
  },
});

const levels = values.levels.split(",").map((name) => {
  const level = LEVELS.find((known) => known === name);
  if (level === undefined) throw new Error(`"${name}" is not a level; levels: ${LEVELS.join(", ")}`);
  return level;
});
const items = readItems(values.items.split(","), Number(values.count)).filter(({ row }) => row.includes(values.only));
const gpu = await openNodeGpu(values.driver as SoftwareDriver | "native");
console.error(`adapter: ${gpu.info.description || gpu.info.device}`);

const texts = new Map<Level, (string | null)[]>();
for (const level of levels) texts.set(level, await answersAt(level));
const rows = [...new Set(items.map(({ row }) => row))];
const results = rows.flatMap((row) => levels.map((level) => ({ row, level, ...counted(row, level) })));
printTable();
if (values.json !== undefined) {
  const answers = Object.fromEntries(texts);
  writeFileSync(values.json, `${JSON.stringify({ results, answers }, null, 1)}\n`);
}

async function answersAt(level: Level): Promise<(string | null)[]> {
  const answerer = await Answerer.open(gpu, values.model, level);
  const answers: (string | null)[] = [];
  const missed = new Map<string, number>();
  for (const item of items) {
    const { text } = await answerer.answer(item);
    answers.push(text);
    if (!isRight(item, text)) showMiss(level, item, text, missed);
  }
  await answerer.close();
  console.error(`${level}: ${answers.filter((text, i) => isRight(items[i]!, text)).length} of ${items.length} right`);
  return answers;
}

function showMiss(level: Level, item: EvaluationItem, text: string | null, missed: Map<string, number>): void {
  const before = missed.get(item.row) ?? 0;
  missed.set(item.row, before + 1);
  if (before >= Number(values.show)) return;
  const question = JSON.stringify(item.messages.at(-1)?.content);
  console.error(`  ${level} ${item.row}: ${question}\n    expected ${item.answer}\n    got      ${text}`);
}

function counted(row: string, level: Level) {
  const answers = texts.get(level)!;
  const first = texts.get(levels[0]!)!;
  const members = items.map((item, i) => ({ item, i })).filter(({ item }) => item.row === row);
  const right = members.filter(({ item, i }) => isRight(item, answers[i]!)).length;
  const same = members.filter(({ i }) => answers[i] === first[i]).length;
  return { items: members.length, right, sameAsFirst: same, goal: members[0]!.item.goal };
}

function printTable(): void {
  console.log(`| Row | Goal | ${levels.join(" | ")} |\n|---|---|${levels.map(() => "---|").join("")}`);
  for (const row of rows) {
    const cells = results
      .filter((result) => result.row === row)
      .map(({ right, items: total }) => {
        const [low, high] = wilsonInterval(right, total);
        return `${right} of ${total} (${percent(low)} .. ${percent(high)})`;
      });
    console.log(`| ${row} | ${percent(results.find((result) => result.row === row)!.goal)} | ${cells.join(" | ")} |`);
  }
  for (const level of levels.slice(1)) {
    const same = results.filter((result) => result.level === level).reduce((sum, r) => sum + r.sameAsFirst, 0);
    console.log(`\n${level}: ${same} of ${items.length} answers equal those of ${levels[0]} word for word.`);
  }
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
