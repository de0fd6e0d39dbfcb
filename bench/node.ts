/**
 * Benchmarks in Node. Usage: npm run bench -- [--driver native|swiftshader|lavapipe] [--level q4_0,q8_0] [--only NAME]
 * [--variant NAME] [--full] [--profile] [--json FILE]
 * Without --only, what the attention panel costs the page follows, in Chromium; --panel: that alone.
 * With --library instead of these: the model library in Chromium. [--layers 8]
 * With --compare: the page's tasks while levels are compared, in Chromium.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { openNodeGpu, type SoftwareDriver } from "../src/runtime/testing/nodeGpu";
import type { KernelVariant } from "../src/shared/protocol";
import { FORMAT_IDS } from "../src/shared/quant";
import type { BenchResult } from "./measure";
import { runPanelBench } from "./panel/run";
import { describeResult, runBench } from "./plan";

const { values } = parseArgs({
  options: {
    driver: { type: "string", default: "native" },
    level: { type: "string", default: "q4_0" },
    only: { type: "string", default: "" },
    variant: { type: "string", default: "auto" },
    full: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
    json: { type: "string" },
    compare: { type: "boolean", default: false },
    library: { type: "boolean", default: false },
    panel: { type: "boolean", default: false },
    layers: { type: "string", default: "8" },
  },
});

if (values.library) {
  const { runLibraryBench } = await import("./library/run");
  await runLibraryBench(Number(values.layers));
  process.exit();
}

if (values.compare) {
  const { runCompareBench } = await import("./compareRun");
  await runCompareBench();
  process.exit();
}

const isSoftware = values.driver !== "native";
if (values.panel) {
  console.log(await runPanelBench(isSoftware));
  process.exit();
}

const levels = FORMAT_IDS.filter((id) => values.level.split(",").includes(id));
if (levels.length === 0) throw new Error(`--level ${values.level}: known are ${FORMAT_IDS.join(", ")}`);
const gpu = await openNodeGpu(values.driver as SoftwareDriver | "native", { profile: values.profile });
const results: BenchResult[] = [];
await runBench(
  gpu,
  {
    levels,
    variant: values.variant as KernelVariant,
    only: values.only,
    full: values.full,
    profile: values.profile,
  },
  (result) => {
    results.push(result);
    console.log(describeResult(result));
  },
  (text) => console.log(text),
);
if (values.only === "") console.log(await runPanelBench(isSoftware));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 1)}\n`);
// Dawn's threads would keep the process alive.
process.exit(results.length > 0 ? 0 : 1);
