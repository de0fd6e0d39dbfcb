/**
 * Records the example that the page shows where there is no WebGPU: a question about a picture that the model answers
 * right, with what was inside. Usage: npm run record -- [--model DIR] [--driver lavapipe|swiftshader|native] [--out FILE]
 */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { openNodeGpu, type SoftwareDriver } from "../src/runtime/testing/nodeGpu";
import { type EvaluationItem, isRight, readItems } from "./evaluate/items";
import { Recorder } from "./record/recorder";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "public/models/pane" },
    items: { type: "string", default: "training/items/stage1.jsonl" },
    driver: { type: "string", default: "lavapipe" },
    out: { type: "string", default: "public/recorded/example.json" },
  },
});
/** Kinds of questions, the most telling first. */
const ROWS = ["look: describe", "look: relation", "look: colour", "look: shape", "look: count"];
const MOST_BYTES = 1_000_000;

const gpu = await openNodeGpu(values.driver as SoftwareDriver | "native");
const recorder = await Recorder.open(gpu, values.model);
try {
  const item = await firstRight();
  const recording = await recorder.record(item);
  const text = JSON.stringify(recording);
  if (text.length > MOST_BYTES) throw new Error(`The recording has ${text.length} bytes; at most ${MOST_BYTES}.`);
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, `${text}\n`);
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 12);
  console.log(`${values.out}: ${text.length} bytes, ${recording.ids.length} rows, ${digest}`);
} finally {
  await recorder.close();
}

async function firstRight(): Promise<EvaluationItem> {
  const items = readItems([values.items], 12);
  for (const row of ROWS) {
    for (const item of items.filter((known) => known.row === row)) {
      const answer = await recorder.answer(item);
      if (isRight(item, answer)) {
        console.error(`${row}: ${answer}`);
        return item;
      }
    }
  }
  throw new Error("No question about a picture was answered right.");
}
