/**
 * Pictures of the page's states to look at: `npm run screenshots`, or `-- NAME...` for some of them. Needs a Chromium
 * (CHROMIUM_PATH, or the one Playwright brings); they end up in .cache/screenshots.
 */
import { chromium, type Page } from "@playwright/test";
import { createServer } from "vite";

const FOLDER = ".cache/screenshots";
const WIDTHS = [
  [1440, 900],
  [768, 1024],
  [390, 844],
] as const;

interface State {
  readonly scene: string;
  readonly show: (page: Page) => Promise<void>;
}

async function openModel(page: Page): Promise<void> {
  await page
    .getByLabel("Open model files")
    .setInputFiles({ name: "story.gguf", mimeType: "", buffer: Buffer.from("x") });
}

async function say(page: Page, text: string): Promise<void> {
  await page
    .getByRole("status", { name: "Model" })
    .getByText(/ready$/)
    .waitFor();
  await page.getByRole("textbox", { name: "Message", exact: true }).fill(text);
  await page.keyboard.press("Enter");
}

function talk(state: "streaming" | "done" | "error", ...words: readonly string[]): State["show"] {
  return async (page) => {
    await openModel(page);
    for (const text of words) {
      await say(page, text);
      await page.locator(`article[data-role=assistant][data-state=${state}]`).last().waitFor();
    }
    await page.waitForTimeout(1500);
  };
}

async function openCompare(page: Page): Promise<void> {
  await openModel(page);
  await page
    .getByRole("status", { name: "Model" })
    .getByText(/ready$/)
    .waitFor();
  const tab = page.getByRole("tab", { name: "Compare" });
  if (!(await tab.isVisible())) await page.getByRole("button", { name: "Inspector", exact: true }).click();
  await tab.click();
}

async function compared(page: Page): Promise<void> {
  await openCompare(page);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("button", { name: "Run", exact: true }).waitFor();
}

async function measured(page: Page): Promise<void> {
  await openCompare(page);
  for (const level of ["q2_k", "q6_k", "q4_k"]) {
    await page.getByRole("combobox", { name: "Compared 2" }).selectOption(level);
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByRole("button", { name: "Run", exact: true }).waitFor();
  }
  await page.locator(".size-plot").scrollIntoViewIfNeeded();
}

async function inside(page: Page): Promise<void> {
  await openCompare(page);
  await page.getByRole("checkbox", { name: "Find the tensors that hurt most" }).check();
  await page.getByText("Windows", { exact: true }).click();
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("button", { name: "Run", exact: true }).waitFor();
  await page.locator(".layer-errors").first().scrollIntoViewIfNeeded();
}

async function lanes(page: Page): Promise<void> {
  await openCompare(page);
  await page.getByRole("radio", { name: "Free-running lanes" }).check();
  await page.getByRole("textbox", { name: "Prompt for the lanes" }).fill("Tell me of the lighthouse.");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("button", { name: "Run", exact: true }).waitFor();
  await page.locator(".lanes").scrollIntoViewIfNeeded();
}

const STATES: Readonly<Record<string, State>> = {
  empty: { scene: "chat", show: async () => {} },
  loading: { scene: "slow-load", show: openModel },
  ready: { scene: "chat", show: openModel },
  streaming: { scene: "chat&ms=60", show: talk("streaming", "What happens inside?") },
  long: { scene: "markdown&ms=1", show: talk("done", "Hello", "How does softmax work, and why?") },
  thinking: { scene: "thinking&ms=1", show: talk("done", "Which of the two is it?") },
  completion: { scene: "base&ms=1", show: talk("done", "Once upon a time, in a village by the sea, there lived") },
  error: { scene: "device-lost&ms=1", show: talk("error", "What happens inside?") },
  "load-error": { scene: "load-error", show: openModel },
  "no-webgpu": { scene: "no-webgpu", show: async () => {} },
  compare: { scene: "chat&ms=1", show: compared },
  measured: { scene: "chat&ms=1", show: measured },
  inside: { scene: "chat&ms=1", show: inside },
  lanes: { scene: "chat&ms=1", show: lanes },
  settings: { scene: "chat", show: (page) => page.getByRole("button", { name: "Sampling", exact: true }).click() },
};

const wanted = process.argv.slice(2);
const server = await createServer({ server: { port: 0 }, logLevel: "warn" });
await server.listen();
const base = server.resolvedUrls?.local[0] ?? "";
const { CHROMIUM_PATH } = process.env;
const browser = await chromium.launch({
  args: ["--no-sandbox"],
  ...(CHROMIUM_PATH !== undefined && { executablePath: CHROMIUM_PATH }),
});
for (const [name, { scene, show }] of Object.entries(STATES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const [width, height] of WIDTHS) {
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await browser.newPage({ viewport: { width, height }, colorScheme });
      await page.goto(`${base}?model=none&fake=${scene}`);
      await page.getByRole("status", { name: "Model" }).waitFor();
      await show(page);
      await page.waitForTimeout(500);
      const path = `${FOLDER}/${name}-${width}-${colorScheme}.png`;
      await page.screenshot({ path });
      console.log(path);
      await page.close();
    }
  }
}
await browser.close();
await server.close();
