/** What happens to kept models when the tab is killed, or when the browser's storage is blocked, closed or emptied. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "@playwright/test";
import { ChatPage } from "./helpers/chatPage";
import { ANSWER_TEXTS, type GivenFile, talkingGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

const MIB = 2 ** 20;
/** Records have 16 MiB at least, and 20 at most. */
const RECORD_BYTES = 16 * MIB;

/** Two records: the tensor is part of the file and of no computation. */
function largeGguf(): GivenFile {
  const data = new Uint8Array(24 * MIB).map((_, index) => index * 31);
  const ballast = { name: "ballast.weight", shape: [6 * MIB], type: 0, data };
  return talkingGguf({ tensors: (tensors) => [...tensors, ballast] }, "large.gguf");
}

/** Megabytes take their time where many programs share a processor. */
const LARGE_MS = 100_000;
test.beforeEach(() => test.setTimeout(3 * LARGE_MS));

async function expectReady(chat: ChatPage, name: string): Promise<void> {
  await expect(chat.model).toHaveText(/ready$/, { timeout: LARGE_MS });
  await expect(chat.model).toContainText(name);
}

const cached = (page: Page) => page.getByRole("table", { name: "Cached models" });
const link = (hub: { origin: string }) =>
  `./?${new URLSearchParams({ hub: hub.origin, model: "tiny/model", tab: "models" })}`;

/** Keys of the store, read beside the app: from a page of the same site that does not run it. */
async function recordKeys(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const opening = indexedDB.open("vitrine-models");
    opening.onupgradeneeded = () => opening.transaction?.abort();
    try {
      const database = await done(opening);
      const keys = await done(database.transaction("records").objectStore("records").getAllKeys());
      database.close();
      return keys.map(String).filter((key) => key.startsWith("record/"));
    } catch {
      return [];
    }
  });
}

/** The site without the app. */
async function besideTheApp(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto("./models/pane/config.json");
  return page;
}

async function kill(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent("crash");
  // Never answered: nobody is left to.
  void devtools.send("Page.crash").catch(() => {});
  await crashed;
  await page.close();
}

test("a tab killed while records are written goes on with what is whole", async ({ context, serveHub, page }) => {
  const file = largeGguf();
  const hub = await serveHub([file]);
  const beside = await besideTheApp(context);
  await page.close();
  let whole = 0;
  for (const share of [0.5, 0.8, 0.99]) {
    const gated = await context.newPage();
    const before = hub.sentBytes;
    hub.faults.gateAt = Math.floor(file.buffer.length * share);
    await gated.goto(link(hub));
    // As soon as the bytes have left for the page: it is hashing and writing them.
    await expect.poll(() => hub.sentBytes - before, { intervals: [20], timeout: LARGE_MS }).toBeGreaterThan(4 * MIB);
    await kill(gated);
    const kept = (await recordKeys(beside)).length;
    expect(kept).toBeGreaterThanOrEqual(whole);
    whole = kept;
  }
  hub.faults.gateAt = Number.POSITIVE_INFINITY;
  hub.open();
  const last = new ChatPage(await context.newPage());
  const before = hub.sentBytes;
  await last.page.goto(link(hub));
  await expectReady(last, "large");
  expect(await last.ask("rain")).toBe(ANSWER_TEXTS.rain);
  // What was kept did not come again; headers and what no record had did.
  expect(hub.sentBytes - before).toBeLessThan(file.buffer.length - whole * RECORD_BYTES + 4 * MIB);
  await expect.poll(() => recordKeys(beside), { timeout: LARGE_MS }).toHaveLength(2);
  await cached(last.page).getByRole("button", { name: "Verify" }).click();
  await expect(last.page.getByText("All 2 records are sound.")).toBeVisible();
});

test("a tab that is closed in the middle goes on where it was", async ({ chat, context, page, serveHub }) => {
  const file = largeGguf();
  const hub = await serveHub([file], { gateAt: file.buffer.length - 1000 });
  const beside = await besideTheApp(context);
  await page.goto(link(hub));
  await expect.poll(() => recordKeys(beside), { timeout: LARGE_MS }).toHaveLength(1);
  await page.close();
  // What was on its way to the closed tab is over.
  await expect.poll(() => hub.asked.at(-1)?.aborted).toBe(true);
  hub.open();
  hub.faults.gateAt = Number.POSITIVE_INFINITY;
  const before = hub.sentBytes;
  const again = new ChatPage(await context.newPage());
  await again.page.goto(link(hub));
  await expectReady(again, "large");
  expect(await again.ask("tea")).toBe(ANSWER_TEXTS.tea);
  expect(hub.sentBytes - before).toBeLessThan(file.buffer.length - RECORD_BYTES + 4 * MIB);
  expect(chat.page.isClosed()).toBe(true);
});

test("a store that another tab keeps blocked is done without, and that is said", async ({
  chat,
  context,
  page,
  serveHub,
}) => {
  const hub = await serveHub([talkingGguf({}, "free.gguf")]);
  const holder = await besideTheApp(context);
  await holder.evaluate(async () => {
    const opening = indexedDB.open("vitrine-models");
    opening.onupgradeneeded = () => opening.result.createObjectStore("records");
    await new Promise((resolve) => {
      opening.onsuccess = resolve;
    });
    // Waits for ever: this page does not let go of it.
    indexedDB.deleteDatabase("vitrine-models");
  });
  await page.goto(link(hub));
  await expectReady(chat, "free");
  expect(await chat.ask("rain")).toBe(ANSWER_TEXTS.rain);
  await expect(page.getByText(/^Not kept for the next visit\..*close other tabs/)).toBeVisible();
});

test("a store that is deleted under an open model: it goes on, and is kept again when loaded again", async ({
  chat,
  context,
  page,
  serveHub,
}) => {
  const hub = await serveHub([talkingGguf({}, "gone.gguf")]);
  await page.goto(link(hub));
  await expectReady(chat, "gone");
  await expect(cached(page).getByRole("row", { name: /gone/ })).toBeVisible();
  const devtools = await context.newCDPSession(page);
  const { origin } = new URL(page.url());
  await devtools.send("Storage.clearDataForOrigin", { origin, storageTypes: "indexeddb" });
  expect(await chat.ask("cats")).toBe(ANSWER_TEXTS.cats);
  await page.getByRole("textbox", { name: "Hugging Face id or URL" }).fill("tiny/model");
  await page.getByRole("button", { name: "Load", exact: true }).click();
  await expect(page.getByRole("button", { name: "Cancel loading" })).toHaveCount(0);
  await expectReady(chat, "gone");
  expect(await chat.ask("tea")).toBe(ANSWER_TEXTS.tea);
  await expect(cached(page).getByRole("row", { name: /gone/ })).toBeVisible();
  const beside = await besideTheApp(context);
  await expect.poll(() => recordKeys(beside)).toHaveLength(1);
  await expect(chat.alert).toHaveCount(0);
});

test("a browser that allows no storage at all loads from memory and says so", async ({ serveHub, baseURL }, info) => {
  const file = talkingGguf({}, "private.gguf");
  const hub = await serveHub([file], { gateAt: file.buffer.length - 100 });
  const profile = info.outputPath("profile");
  await mkdir(join(profile, "Default"), { recursive: true });
  // The setting that keeps all sites from saving data on the device.
  const settings = { profile: { default_content_setting_values: { cookies: 2 } } };
  await writeFile(join(profile, "Default", "Preferences"), JSON.stringify(settings));
  const context = await chromium.launchPersistentContext(profile, {
    ...info.project.use.launchOptions,
    headless: true,
  });
  try {
    const chat = new ChatPage(await context.newPage());
    await chat.page.goto(new URL(link(hub), baseURL).href);
    await expect(chat.page.getByText("Not kept for the next visit.")).toBeVisible();
    hub.open();
    await expectReady(chat, "private");
    expect(await chat.ask("rain")).toBe(ANSWER_TEXTS.rain);
  } finally {
    await context.close();
  }
});
