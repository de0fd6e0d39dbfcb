/**
 * Runs the goldens of fixture folders through the real loading code and the real kernels.
 * Usage: npm run conformance -- [--due] [--json FILE] [--driver NAME] [--variant NAME] [--only TEXT] [--share K/N]
 *   [--browser] [--quantizers] DIR [DIR2 ...]
 * `--share 1/2` runs every second golden, `--share 2/2` the others: for two processes at a time.
 * `--quantizers` also measures our quantizers against llama.cpp's. `--browser` also has the stories model tell its story in Chromium.
 * Exits 0 only if nothing failed. What is not supported fails with its reason; `--due` leaves out what is listed in
 * conformance/notDue.ts.
 */
import { existsSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { openNodeGpu, type SoftwareDriver } from "../src/runtime/testing/nodeGpu";
import type { KernelVariant } from "../src/shared/protocol";
import { runBlocks, runMatmul } from "./conformance/blocks";
import { runBrowserStory } from "./conformance/browser";
import { isDue } from "./conformance/notDue";
import { runPerplexity } from "./conformance/perplexity";
import { runPreprocess } from "./conformance/preprocess";
import { runQuantizers } from "./conformance/quantizers";
import { type CaseResult, type Context, type Entry, failed, readJson } from "./conformance/result";
import { runSortActivations } from "./conformance/sortActivations";
import { runSortGolden, runTextGolden } from "./conformance/text";
import { runTokenCases, runVocabulary } from "./conformance/tokens";
import { runVision } from "./conformance/vision";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    due: { type: "boolean", default: false },
    json: { type: "string" },
    driver: { type: "string", default: "swiftshader" },
    variant: { type: "string", default: "auto" },
    only: { type: "string", default: "" },
    share: { type: "string", default: "1/1" },
    browser: { type: "boolean", default: false },
    quantizers: { type: "boolean", default: false },
  },
});

type Run = (context: Context) => Promise<CaseResult[]>;

const RUNNERS: Readonly<Record<string, Run>> = {
  "arch-golden-v1": runTextGolden,
  "prompt-golden-v1": runTextGolden,
  "gpt-nano-sort-golden-v1": async (context) => [
    ...(await runSortActivations(context)),
    ...(await runSortGolden(context)),
  ],
  "perplexity-v1": async (context) => {
    const results: CaseResult[] = [];
    await runPerplexity(context, (result) => results.push(result));
    return results;
  },
  "tokenizer-cases-v1": runTokenCases,
  "llama-vocab-v1": runVocabulary,
  "quant-blocks-v1": runBlocks,
  "matmul-v1": runMatmul,
  "vision-golden-v1": runVision,
  "image-preprocess-v1": runPreprocess,
};

const QUANTIZER_ENTRY = { golden: "quantizers", format: "quantizers", model_root: "" };
const BROWSER_ENTRY = { golden: "stories260k/golden/F32.json", format: "prompt-golden-v1" };

if (positionals.length === 0) {
  console.error("Usage: npm run conformance -- [--due] [--json FILE] [--share K/N] DIR [DIR2 ...]");
  process.exit(2);
}

const [shareIndex = 0, shares = 0] = values.share.split("/").map(Number);
if (!(Number.isInteger(shareIndex) && Number.isInteger(shares) && shareIndex >= 1 && shareIndex <= shares)) {
  console.error(`--share ${values.share}: a share is written 1/2, the first of two.`);
  process.exit(2);
}

const folders = new Map<string, string>();
for (const path of positionals) {
  const name = basename(resolve(path));
  const other = folders.get(name);
  if (other !== undefined && other !== resolve(path)) {
    console.error(`${other} and ${resolve(path)} have the same name, by which goldens find their models. Rename one.`);
    process.exit(2);
  }
  folders.set(name, resolve(path));
}
const gpu = await openNodeGpu(values.driver as SoftwareDriver);
console.log(`adapter: ${gpu.info.description || gpu.info.device}; features: ${[...gpu.device.features].join(", ")}`);
// On a GPU "auto" may take f16 tiles, which have bounds of their own: the f32 kernels are what is checked unless asked.
const variant = (values.variant === "auto" && !gpu.isSoftware ? "subgroup" : values.variant) as KernelVariant;
const report: (CaseResult & { golden: string })[] = [];
let left = 0;
let taken = 0;

for (const [name, folder] of folders) {
  const index = join(folder, "index.json");
  // A folder may hold models only.
  if (!existsSync(index)) continue;
  const { entries } = readJson<{ entries: readonly Entry[] }>(index);
  for (const entry of entries) {
    if (!entry.golden.includes(values.only)) continue;
    if (values.due && !isDue(entry.golden)) {
      left++;
      continue;
    }
    if (taken++ % shares !== shareIndex - 1) continue;
    for (const result of await runEntry(name, folder, entry)) record(entry, result);
  }
}

if (values.browser) {
  for (const folder of folders.values()) {
    for (const result of await runBrowserStory(folder))
      record({ ...BROWSER_ENTRY, model_root: basename(folder) }, result);
  }
}

if (values.quantizers) {
  for (const folder of folders.values()) {
    for (const result of await runQuantizers(folder)) record(QUANTIZER_ENTRY, result);
  }
}

async function runEntry(name: string, folder: string, entry: Entry): Promise<CaseResult[]> {
  const root = folders.get(entry.model_root ?? name);
  if (root === undefined) return [failed("*", `folder "${entry.model_root}" was not given`)];
  const path = join(folder, entry.golden);
  if (!existsSync(path)) return [failed("*", `${path} does not exist`)];
  const run = RUNNERS[entry.format];
  if (run === undefined) return everyCase(path, `format ${entry.format} is not supported`);
  const context: Context = {
    gpu,
    variant,
    entry,
    path,
    modelPath: (relative) => join(root, relative),
  };
  try {
    return await run(context);
  } catch (error) {
    return everyCase(path, error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
}

/** Each case of a golden that could not be run fails for itself. */
function everyCase(path: string, reason: string): CaseResult[] {
  if (!path.endsWith(".json")) return [failed("*", reason)];
  const golden = readJson<Readonly<Record<string, unknown>>>(path);
  const cases = [golden.cases, golden.f32_compute, golden.files, golden.images].find(Array.isArray) ?? [];
  const names = cases.map((item: { id?: string; type?: string; file?: string }, index: number) =>
    String(item.id ?? item.type ?? item.file ?? index),
  );
  return names.length === 0 ? [failed("*", reason)] : names.map((name) => failed(name, reason));
}

function record(entry: Entry, result: CaseResult): void {
  if (values.due && !isDue(entry.golden, result.case)) {
    left++;
    return;
  }
  report.push({ golden: entry.golden, ...result });
  const measured = result.error === null ? "" : `error ${result.error.toExponential(2)} of ${result.bound}`;
  const line = `${result.passed ? "pass" : "FAIL"} ${entry.golden} ${result.case} ${measured} ${result.reason}`;
  console.log(line.trimEnd());
}

if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 1)}\n`);
const passed = report.filter((result) => result.passed).length;
if (left > 0) console.log(`${left} goldens or cases are not due yet and were left out`);
console.log(`${passed} passed, ${report.length - passed} failed`);
process.exitCode = passed === report.length && passed > 0 ? 0 : 1;
