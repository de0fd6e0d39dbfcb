/**
 * What the page itself feels of a comparison: the longest task of its main thread while the bundled model is scored at
 * two levels, in Chromium.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import { build, preview } from "vite";
import { line } from "./library/libraryResult";
import { mainThreadTasks, TASK_CATEGORIES } from "./panel/traceTasks";

/** Software adapters compile and time kernels for a while. */
const LONG_MS = 600_000;
const ARGUMENTS = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--no-sandbox"];

export async function runCompareBench(): Promise<void> {
  const outDir = await mkdtemp(join(tmpdir(), "vitrine-bench-"));
  // What runs this file says "development", and React would be that of development.
  process.env.NODE_ENV = "production";
  await build({ logLevel: "error", build: { outDir, emptyOutDir: true } });
  const site = await preview({ logLevel: "error", build: { outDir }, preview: { port: 0, host: "localhost" } });
  const { CHROMIUM_PATH } = process.env;
  const browser = await chromium.launch({
    args: ARGUMENTS,
    ...(CHROMIUM_PATH !== undefined && { executablePath: CHROMIUM_PATH }),
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`${site.resolvedUrls?.local[0] ?? ""}?tab=compare`);
    const ready = page.getByRole("status", { name: "Model" }).filter({ hasText: /ready$/ });
    await ready.waitFor({ timeout: LONG_MS });
    await page.getByRole("radio", { name: "A story of ours" }).check();
    // What opening the page and its tab costs is no part of the run.
    await page.waitForTimeout(1000);
    await browser.startTracing(page, { categories: TASK_CATEGORIES });
    const scored = await run(page);
    const longest = Math.max(...mainThreadTasks((await browser.stopTracing()).toString()));
    console.log(line("longest main-thread task", longest, `ms of processor time, at most 50; comparing, ${scored}`));
  } finally {
    await browser.close();
    await site.close();
    await rm(outDir, { recursive: true });
  }
}

/** To the end, and as long as the results take to appear. @returns what was scored, in the page's words */
async function run(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Run", exact: true }).click();
  // Looking for roles over and over would be the longest task of all.
  const isOver = () => document.querySelector(".compare-form button[type=submit]:enabled") !== null;
  await page.waitForTimeout(1000);
  await page.waitForFunction(isOver, null, { timeout: LONG_MS, polling: 500 });
  await page.waitForTimeout(1000);
  const row = page.getByRole("table", { name: "Statistics" }).getByRole("row", { name: "Scored tokens" });
  return (await row.innerText()).replace(/\s+/g, " ");
}
