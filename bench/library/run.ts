/** The model library in real Chromium: a local hub, the built page, and a model of random weights. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "@playwright/test";
import { build, preview } from "vite";
import { HubServer } from "../../src/runtime/testing/hubServer";
import { mainThreadTasks, TASK_CATEGORIES } from "../panel/traceTasks";
import { SHAPES } from "../shapes";
import { line as resultLine } from "./libraryResult";
import { processorTime } from "./processorTime";
import { randomFolder } from "./randomFolder";
import { Report } from "./report";
import { WorkerHeap } from "./workerHeap";

const ID = "bench/model";
/** Software adapters compile and time kernels for a while. */
const LONG_MS = 600_000;
/** 1 Gbit/s: a good line of a person's. */
const LINE_BYTES_PER_SECOND = 125e6;
const ARGUMENTS = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--no-sandbox"];

/** @param layers of a SmolLM2-135M: 8 are 113 MB */
export async function runLibraryBench(layers: number): Promise<void> {
  const files = await randomFolder(SHAPES[0] as (typeof SHAPES)[number], layers);
  const served = [...files].map(([name, bytes]) => [`/${ID}/resolve/main/${name}`, bytes] as const);
  const hub = await HubServer.start(served);
  const line = await HubServer.start(served, { bytesPerSecond: LINE_BYTES_PER_SECOND });
  const outDir = await mkdtemp(join(tmpdir(), "vitrine-bench-"));
  await build({ logLevel: "error", build: { outDir, emptyOutDir: true } });
  const site = await preview({ logLevel: "error", build: { outDir }, preview: { port: 0, host: "localhost" } });
  const base = site.resolvedUrls?.local[0] ?? "";
  console.log(await ratios(base, hub.origin, line.origin));
  await line.close();
  const { CHROMIUM_PATH } = process.env;
  const browser = await chromium.launch({
    args: ARGUMENTS,
    ...(CHROMIUM_PATH !== undefined && { executablePath: CHROMIUM_PATH }),
  });
  try {
    const { heapBytes, longestTaskMs, levels } = await loadInApp(browser, base, hub.origin);
    const size = files.get("model.safetensors")?.length ?? 0;
    console.log(resultLine("heap added in the worker / model", heapBytes / size, mebibytes(heapBytes)));
    const aim = `ms of processor time, at most 50; loading at ${levels.join(", ")}`;
    console.log(resultLine("longest main-thread task", longestTaskMs, aim));
  } finally {
    await browser.close();
    await site.close();
    await hub.close();
    await rm(outDir, { recursive: true });
  }
}

/** In a browser that nobody watches: a debugger that follows its network copies every answer. */
async function ratios(base: string, hub: string, line: string): Promise<string> {
  const reported = await Report.listen();
  const profile = await mkdtemp(join(tmpdir(), "vitrine-profile-"));
  const folderAt = (origin: string) => `${origin}/${ID}/resolve/main/`;
  const address = {
    ...{ folder: folderAt(hub), hub, id: ID, report: reported.url },
    ...{ line: folderAt(line), "line-bytes": `${LINE_BYTES_PER_SECOND}` },
  };
  const page = `${base}bench.html?${new URLSearchParams(address)}`;
  const executable = process.env.CHROMIUM_PATH ?? chromium.executablePath();
  const browser = spawn(executable, ["--headless", `--user-data-dir=${profile}`, ...ARGUMENTS, page]);
  reported.processorTime = () => processorTime(browser.pid ?? -1);
  try {
    return await reported.text;
  } finally {
    reported.close();
    const ended = once(browser, "exit");
    browser.kill();
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface AppLoad {
  /** Of the worker: most of JavaScript's heap and array buffers while it loads, less what was there before. */
  readonly heapBytes: number;
  /** Of the page, in processor time: other programs of the machine do not count. */
  readonly longestTaskMs: number;
  readonly levels: readonly string[];
}

/** Loads as a person does, once as stored and once quantized. */
async function loadInApp(browser: Browser, base: string, hub: string): Promise<AppLoad> {
  const page = await browser.newPage();
  await page.goto(`${base}?${new URLSearchParams({ model: "none", hub, tab: "models" })}`);
  await page.getByRole("status", { name: "Model" }).waitFor();
  // The page's own start is no part of a load.
  await page.getByRole("textbox", { name: "Hugging Face id or URL" }).fill(ID);
  await page.waitForTimeout(1000);
  const heap = await WorkerHeap.attach(browser);
  const levels = ["stored", "q4_0"];
  const tasks: number[] = [];
  for (const level of levels) {
    await page.getByRole("combobox", { name: "Level", exact: true }).selectOption(level);
    // Found before, and no role is looked for meanwhile: that would be the longest task of all.
    const load = await page.getByRole("button", { name: "Load", exact: true }).elementHandle();
    await browser.startTracing(page, { categories: TASK_CATEGORIES });
    await load?.click();
    const label = level === "stored" ? "as stored" : level;
    await page.waitForFunction(isReadyAt, label, { timeout: LONG_MS, polling: 100 });
    await page.waitForTimeout(500);
    tasks.push(...mainThreadTasks((await browser.stopTracing()).toString()));
  }
  const heapBytes = await heap.addedBytes();
  const longestTaskMs = Math.max(...tasks);
  await page.close();
  return { heapBytes, longestTaskMs, levels };
}

/** Runs in the page. */
function isReadyAt(label: string): boolean {
  return document.querySelector(`.header-model[data-ready="true"]`)?.textContent?.includes(` · ${label}`) === true;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
