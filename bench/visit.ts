/**
 * How long a first visit takes until the bundled model is ready, and the next ones, from navigation on, in this machine's
 * Chromium: npm run visit [-- --software]
 */
import { parseArgs } from "node:util";
import { type BrowserContext, chromium } from "@playwright/test";
import { build, preview } from "vite";
import { graphicsEnvironment } from "../scripts/setup/graphics.mjs";

const RUNS = 3;
const { values } = parseArgs({ options: { software: { type: "boolean", default: false } } });

async function secondsToReady(context: BrowserContext, address: string): Promise<number> {
  const page = await context.newPage();
  await page.goto(address);
  const ready = page.getByRole("status", { name: "Model" }).filter({ hasText: /ready$/ });
  await ready.waitFor({ timeout: 120_000 });
  const milliseconds = await page.evaluate(() => performance.now());
  await page.close();
  return milliseconds / 1000;
}

const outDir = ".cache/bench-site";
await build({ logLevel: "silent", build: { outDir, emptyOutDir: true } });
const server = await preview({ logLevel: "silent", build: { outDir }, preview: { port: 0, host: "localhost" } });
const address = server.resolvedUrls?.local[0] ?? "";
const browser = await chromium.launch({
  executablePath: graphicsEnvironment().CHROMIUM_PATH,
  args: [
    "--enable-unsafe-webgpu",
    "--enable-features=Vulkan",
    ...(values.software ? ["--use-webgpu-adapter=swiftshader"] : []),
    "--no-sandbox",
    "--no-first-run",
  ],
});
const first: number[] = [];
const later: number[] = [];
for (let run = 0; run < RUNS; run++) {
  // Nothing kept from the run before.
  const context = await browser.newContext();
  first.push(await secondsToReady(context, address));
  later.push(await secondsToReady(context, address));
  await context.close();
}
const seconds = (all: readonly number[]): string => all.map((value) => value.toFixed(2)).join(", ");
console.log(`bundled model ready after   first visits ${seconds(first)} s   next visits ${seconds(later)} s`);
await browser.close();
await server.close();
process.exit(0);
