/** What looking at attention costs the page, in real Chromium: tasks while hovering, and the speed of an answer. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import { build, preview } from "vite";
import { graphicsEnvironment } from "../../scripts/setup/graphics.mjs";
import { EOS_ID } from "../../src/runtime/testing/talkingVocabulary";
import { randomModel, type TinyModel, tinyGguf } from "../../src/runtime/testing/tinyModel";
import { median } from "../median";
import { mainThreadTasks, TASK_CATEGORIES } from "./traceTasks";

const HEADS = { numHeads: 14, numKvHeads: 2, headDim: 8 } as const;
const SHAPE = { ...HEADS, hiddenSize: 112, intermediateSize: 96, contextLength: 2048 };
/** Software adapters would read 1,000 tokens for minutes: fewer layers there, so fewer cells in the grid. */
const LAYERS = { gpu: 24, software: 4 } as const;
/** A word of the vocabulary is one token. Beyond 1,024, where every cell of the heads' squares begins to stand for twice as many. */
const PROMPT = Array.from({ length: 1040 }, (_, i) => ["one", "two", "three", "cats", "rain"][(i * i + i) % 5]);
const NEW_TOKENS = 32;
const RUNS = 3;
const HOVERS = 48;
const LONG_MS = 600_000;

/** Never says the end of an answer: its logit is 0, below the best of the others. */
function endlessModel(numLayers: number): TinyModel {
  const model = randomModel(7, { ...SHAPE, numLayers });
  model.weights.head.values.fill(0, EOS_ID * SHAPE.hiddenSize, (EOS_ID + 1) * SHAPE.hiddenSize);
  return model;
}

export async function runPanelBench(isSoftware: boolean): Promise<string> {
  const layers = isSoftware ? LAYERS.software : LAYERS.gpu;
  const outDir = await mkdtemp(join(tmpdir(), "vitrine-bench-"));
  await build({ logLevel: "error", build: { outDir, emptyOutDir: true } });
  const site = await preview({ logLevel: "error", build: { outDir }, preview: { port: 0, host: "localhost" } });
  const { CHROMIUM_PATH } = graphicsEnvironment();
  const adapter = isSoftware ? ["--use-webgpu-adapter=swiftshader"] : ["--enable-features=Vulkan"];
  const browser = await chromium.launch({
    args: ["--enable-unsafe-webgpu", "--no-sandbox", ...adapter],
    ...(CHROMIUM_PATH !== undefined && { executablePath: CHROMIUM_PATH }),
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(LONG_MS);
    await page.goto(`${site.resolvedUrls?.local[0] ?? ""}?model=none&tab=models`);
    await openAndAsk(page, layers);
    const speeds = await answerSpeeds(page);
    const tokens = await page.getByRole("listbox", { name: "Tokens of the text" }).getByRole("option").count();
    await browser.startTracing(page, { categories: TASK_CATEGORIES });
    await hoverTokens(page);
    const overTokens = mainThreadTasks((await browser.stopTracing()).toString());
    await browser.startTracing(page, { categories: TASK_CATEGORIES });
    await hoverHeads(page);
    const overHeads = mainThreadTasks((await browser.stopTracing()).toString());
    return [
      `attention panel in Chromium, ${layers} layers x ${HEADS.numHeads} heads, ${tokens} tokens`,
      `  hovering        ${describeTasks("tokens", overTokens)}; ${describeTasks("heads", overHeads)}`,
      `  decode          ${describeSpeeds(speeds)}`,
    ].join("\n");
  } finally {
    await browser.close();
    await site.close();
    await rm(outDir, { recursive: true });
  }
}

async function openAndAsk(page: Page, layers: number): Promise<void> {
  const model = { name: "bench.gguf", mimeType: "", buffer: Buffer.from(tinyGguf(endlessModel(layers))) };
  await page.getByLabel("Open model files").setInputFiles(model);
  await page
    .getByRole("status", { name: "Model", exact: true })
    .filter({ hasText: /ready$/ })
    .waitFor();
  const settings = page.getByRole("button", { name: "Sampling", exact: true });
  if (await settings.isVisible()) await settings.click();
  const most = page.getByRole("spinbutton", { name: "Max new tokens", exact: true });
  await most.fill(String(NEW_TOKENS));
  await most.press("Tab");
  await page.getByRole("textbox", { name: "Message", exact: true }).fill(PROMPT.join(" "));
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await answered(page);
}

async function answered(page: Page): Promise<void> {
  await page.locator('article[data-role="assistant"][data-state="done"]').last().waitFor();
}

interface Speeds {
  readonly closed: readonly number[];
  readonly open: readonly number[];
}

/** Tokens per second of the same answer, the panel closed and open in turns; it stays open. */
async function answerSpeeds(page: Page): Promise<Speeds> {
  const closed: number[] = [];
  const open: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    await page.getByRole("tab", { name: "Models" }).click();
    closed.push(await answerAgain(page));
    await page.getByRole("tab", { name: "Attention" }).click();
    await page.getByRole("listbox", { name: "Tokens of the text" }).waitFor();
    open.push(await answerAgain(page));
  }
  return { closed, open };
}

async function answerAgain(page: Page): Promise<number> {
  await page.getByRole("button", { name: "Regenerate", exact: true }).last().click();
  await page.getByRole("button", { name: "Stop", exact: true }).waitFor();
  await answered(page);
  const statistics = page.getByRole("status", { name: "Generation statistics" });
  return Number(await statistics.getAttribute("data-tokens-per-second"));
}

/** Over tokens all over what is in sight, each until it is shown; asked for without Playwright's own work on the page. */
async function hoverTokens(page: Page): Promise<void> {
  const strip = page.getByRole("listbox", { name: "Tokens of the text" });
  await strip.scrollIntoViewIfNeeded();
  await hoverAll(page, await placesIn(page, ".token-strip [role=option]"), (id) => {
    return document.getElementById(id)?.ariaSelected === "true";
  });
}

async function hoverHeads(page: Page): Promise<void> {
  await page.getByRole("grid", { name: "Attention heads" }).scrollIntoViewIfNeeded();
  await hoverAll(page, await placesIn(page, ".head-cell"), (name) => {
    return document.querySelector(".head-region .panel-title")?.textContent === name;
  });
}

interface Place {
  /** Id, else accessible name. */
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

/** Middles of some of the elements that can be seen, in an order that leaps. */
async function placesIn(page: Page, selector: string): Promise<readonly Place[]> {
  const seen = await page.locator(selector).evaluateAll((all) =>
    all
      .map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return { name: element.id || (element.ariaLabel ?? ""), x: x + width / 2, y: y + height / 2 };
      })
      .filter(({ x, y }) => document.elementFromPoint(x, y)?.matches("[role=option], [role=gridcell]")),
  );
  return Array.from({ length: HOVERS }, (_, i) => seen[(i * 37) % seen.length] as Place);
}

async function hoverAll(page: Page, places: readonly Place[], isShown: (name: string) => boolean): Promise<void> {
  for (const { name, x, y } of places) {
    await page.mouse.move(x, y);
    await page.waitForFunction(isShown, name, { polling: 100 });
  }
}

function describeTasks(over: string, tasks: readonly number[]): string {
  const ms = (value: number): string => value.toFixed(1);
  const all = tasks.reduce((sum, task) => sum + task, 0) / HOVERS;
  const isLong = tasks.filter((task) => task > 1000 / 60).length;
  return `over ${over} ${ms(all)} ms of the main thread each, longest task ${ms(Math.max(...tasks))} ms, ${isLong} longer than a frame`;
}

function describeSpeeds({ closed, open }: Speeds): string {
  const lost = closed.map((speed, run) => (1 - (open[run] ?? Number.NaN) / speed) * 100);
  const range = `${Math.min(...lost).toFixed(1)} to ${Math.max(...lost).toFixed(1)}`;
  const speeds = `${median(closed).toPrecision(3)} tok/s, ${median(open).toPrecision(3)} with the panel open`;
  return `${speeds}: ${median(lost).toFixed(1)} % slower (${range})`;
}
