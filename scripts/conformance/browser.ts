/** The known story in a real browser: the built page, its worker, the real file, greedily. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { build, preview } from "vite";
import { graphicsEnvironment } from "../setup/graphics.mjs";
import { bounded, type CaseResult, failed, readJson } from "./result";

const MODEL = "stories260k/gguf/stories260K-F32.gguf";
const GOLDEN = "stories260k/golden/F32.json";

interface Story {
  readonly id: string;
  readonly text: string;
  readonly greedy_ids: readonly number[];
  readonly greedy_text: string;
}

/** One case a prompt; nothing when the folder does not hold the stories model. */
export async function runBrowserStory(folder: string): Promise<CaseResult[]> {
  if (!existsSync(join(folder, MODEL))) return [];
  const outDir = ".cache/conformance-site";
  await build({ logLevel: "silent", build: { outDir, emptyOutDir: true } });
  const server = await preview({ logLevel: "silent", build: { outDir }, preview: { port: 0, host: "localhost" } });
  const browser = await chromium.launch({
    executablePath: graphicsEnvironment().CHROMIUM_PATH,
    args: [
      "--enable-unsafe-webgpu",
      "--use-webgpu-adapter=swiftshader",
      "--no-sandbox",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  try {
    const page = await browser.newPage();
    await page.goto(`${server.resolvedUrls?.local[0] ?? ""}?model=none`);
    await page.getByLabel("Open model files").setInputFiles(join(folder, MODEL));
    await page
      .getByRole("status", { name: "Model" })
      .filter({ hasText: /ready$/ })
      .waitFor({ timeout: 60_000 });
    await page.getByRole("checkbox", { name: "Greedy" }).check();
    const stories = readJson<{ f32_compute: readonly Story[] }>(join(folder, GOLDEN)).f32_compute;
    const results: CaseResult[] = [];
    for (const story of stories) {
      await page.getByRole("spinbutton", { name: "Max new tokens" }).fill(String(story.greedy_ids.length));
      await page.getByRole("textbox", { name: "Message" }).fill(story.text);
      await page.getByRole("button", { name: "Send" }).click();
      const answer = page.getByRole("article", { name: "Assistant" }).nth(results.length);
      await answer.and(page.locator("[data-state=done]")).waitFor({ timeout: 120_000 });
      const text = (await answer.textContent()) ?? "";
      // White space is the page's to render; every word must be there in order.
      const same = squeeze(text).includes(squeeze(story.greedy_text));
      results.push(
        bounded(
          `${story.id} in Chromium`,
          same ? 0 : 1,
          0,
          same ? "" : `page says ${JSON.stringify(text.slice(0, 80))}`,
        ),
      );
    }
    return results;
  } catch (error) {
    return [failed("in Chromium", error instanceof Error ? error.message : String(error))];
  } finally {
    await browser.close();
    await server.close();
  }
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
