/** Models from a hub: found by id, judged before they come, kept, verified, deleted; downloads that are interrupted. */
import type { Page } from "@playwright/test";
import type { ChatPage } from "./helpers/chatPage";
import { limitStorage } from "./helpers/limitStorage";
import { ANSWER_TEXTS, talkingFolder, talkingGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

async function showModels(chat: ChatPage): Promise<void> {
  await chat.goto();
  await chat.page.getByRole("tab", { name: "Models" }).click();
}

const field = (page: Page, name: string) => page.getByRole("textbox", { name, exact: true });
const cached = (page: Page) => page.getByRole("table", { name: "Cached models" });
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

async function load(page: Page, hub: string, id: string): Promise<void> {
  await field(page, "Hub address").fill(hub);
  await field(page, "Hugging Face id or URL").fill(id);
  await button(page, "Load").click();
}

test("an id of a hub is judged, loaded, kept, and opens again without a network", async ({ chat, page, serveHub }) => {
  const hub = await serveHub(talkingFolder());
  await showModels(chat);
  await chat.choose("Level", "q8_0");
  await load(page, hub.origin, "tiny/model");
  const fit = page.getByRole("region", { name: "Will it fit" });
  await expect(fit).toContainText("It fits.");
  await chat.expectReady("model");
  expect(await chat.ask("rain")).toBe(ANSWER_TEXTS.rain);
  const row = cached(page).getByRole("row", { name: /model/ });
  await expect(row).toContainText("q8_0");
  // By now nothing of it is to come.
  await expect(fit).toContainText("nothing, it is kept");
  await fit.getByRole("button", { name: "Measure this GPU" }).click();
  await expect(fit).toContainText(/\d\stok\/s, every weight read once a token at [\d.]+\s[KMG]iB\/s/);
  await hub.close();
  await page.reload();
  await page.getByRole("tab", { name: "Models" }).click();
  await cached(page).getByRole("button", { name: "Open model" }).click();
  await chat.expectReady("model");
  await expect(chat.model).toContainText("q8_0");
  // By id, too: the hub does not answer, and what is kept is opened.
  await load(page, hub.origin, "tiny/model");
  await chat.expectReady("model");
  await expect(chat.alert).toHaveCount(0);
});

test("a recipe is chosen like a level, kept beside it, and opens again as it was", async ({ chat, page, serveHub }) => {
  const hub = await serveHub(talkingFolder());
  await chat.goto(
    `?${new URLSearchParams({ hub: hub.origin, model: "tiny/model", level: "q4_0+head8", tab: "models" })}`,
  );
  await chat.expectReady("model");
  await expect(chat.model).toContainText("q4_0+head8");
  const row = cached(page).getByRole("row", { name: /model/ });
  await expect(row).toContainText("q4_0+head8");
  await row.getByRole("button", { name: "model", exact: true }).click();
  const tensors = page.getByRole("table", { name: "Tensors" });
  // What it is, whether it is the one that is open or not.
  await expect(page.locator(".kept-details").getByRole("region", { name: "Architecture" })).toContainText(
    "FamilyLlama",
  );
  await expect(tensors.getByRole("row", { name: /embed_tokens/ })).toContainText("Q8_0");
  await expect(tensors.getByRole("row", { name: /layers\.0\.self_attn\.q_proj/ })).toContainText("Q4_0");
  await chat.choose("Level", "q8_0");
  await button(page, "Reload as chosen").click();
  await expect(chat.model).toContainText("q8_0 · ready");
  await expect(cached(page).getByRole("button", { name: "Open model" })).toHaveCount(2);
  await cached(page).getByRole("row", { name: /head8/ }).getByRole("button", { name: "Open model" }).click();
  await expect(chat.model).toContainText("q4_0+head8");
  expect(await chat.ask("tea")).toBe(ANSWER_TEXTS.tea);
});

test("of several GGUF files one is chosen; the catalogue offers models to begin with", async ({
  chat,
  page,
  serveHub,
}) => {
  const hub = await serveHub([talkingGguf({}, "tiny-F32.gguf"), talkingGguf({}, "tiny-copy.gguf")]);
  await showModels(chat);
  await expect(page.getByRole("list", { name: "Catalogue" }).getByRole("listitem")).not.toHaveCount(0);
  await load(page, hub.origin, "tiny/model");
  await page.getByRole("button", { name: /tiny-F32\.gguf/ }).click();
  await chat.expectReady("tiny-F32");
  expect(await chat.ask("tea")).toBe(ANSWER_TEXTS.tea);
});

test("while a hub is asked what it has, that is said; what is opened meanwhile stays", async ({
  chat,
  page,
  serveHub,
}) => {
  const files = [talkingGguf({}, "one.gguf"), talkingGguf({}, "two.gguf")];
  const hub = await serveHub(files, { gatesApi: true });
  await showModels(chat);
  await load(page, hub.origin, "tiny/model");
  const asking = "Asking the hub which files tiny/model has.";
  await expect(page.getByRole("status").filter({ hasText: asking })).toBeVisible();
  await page.getByRole("tabpanel", { name: "Models" }).getByRole("button", { name: "Cancel", exact: true }).click();
  await expect(page.getByText(asking)).toHaveCount(0);
  await load(page, hub.origin, "tiny/model");
  await expect(page.getByRole("status").filter({ hasText: asking })).toBeVisible();
  await chat.chooseFiles(talkingGguf({}, "mine.gguf"));
  await chat.expectReady("mine");
  await expect(page.getByText(asking)).toHaveCount(0);
  // Asked again, and answered: the first answer is nobody's any more.
  await load(page, hub.origin, "tiny/model");
  await expect(page.getByRole("status").filter({ hasText: asking })).toBeVisible();
  hub.open();
  await expect(page.getByRole("button", { name: /^two.gguf/ })).toBeVisible();
  await expect(page.getByText(asking)).toHaveCount(0);
  await chat.expectReady("mine");
});

test("on a phone what a load comes to is said in the sheet it was begun in", async ({ chat, page, serveHub }) => {
  const file = talkingGguf({}, "pocket.gguf");
  const hub = await serveHub([file], { gateAt: file.buffer.length - 100 });
  await page.setViewportSize({ width: 390, height: 844 });
  await chat.goto();
  await button(page, "Inspector").click();
  const sheet = page.getByRole("dialog", { name: "Inspector" });
  await load(page, hub.origin, "no-such/model");
  await expect(sheet.getByRole("alert")).toContainText("Check the spelling");
  await expect(chat.alert).toHaveCount(1);
  await sheet.getByRole("button", { name: "Dismiss" }).click();
  await load(page, hub.origin, "tiny/model");
  await expect(sheet.getByRole("progressbar", { name: "Loading model" })).toBeVisible();
  await sheet.getByRole("button", { name: "Cancel loading" }).click();
  await expect(chat.progress).toHaveCount(0);
  await expect(chat.alert).toHaveCount(0);
  await load(page, hub.origin, "tiny/model");
  await expect(chat.progress).toHaveCount(1);
  // Below the sheet it goes on in the chat.
  await page.keyboard.press("Escape");
  await expect(sheet).toHaveCount(0);
  await expect(chat.progress).toBeVisible();
  hub.open();
  await chat.expectReady("pocket");
});

test("a link to several GGUF files says so where the chat begins, and leads to them", async ({
  chat,
  page,
  serveHub,
}) => {
  const hub = await serveHub([talkingGguf({}, "tiny-F32.gguf"), talkingGguf({}, "tiny-copy.gguf")]);
  await page.goto(`./?${new URLSearchParams({ hub: hub.origin, model: "tiny/model", tab: "attention" })}`);
  await expect(page.getByText("tiny/model has 2 models to choose from.")).toBeVisible();
  await button(page, "Choose one").click();
  await page.getByRole("button", { name: /tiny-copy\.gguf/ }).click();
  await chat.expectReady("tiny-copy");
  await expect(page.getByText("models to choose from")).toHaveCount(0);
});

test("an id that the hub does not have is named, with what to check", async ({ chat, page, serveHub }) => {
  const hub = await serveHub([talkingGguf({}, "tiny-F32.gguf")]);
  await showModels(chat);
  await load(page, hub.origin, "tiny/modle");
  await expect(chat.alert).toContainText(`${new URL(hub.origin).host} has no model "tiny/modle" (HTTP 404).`);
  await expect(chat.alert).toContainText("Check the spelling of owner and name, and the hub address.");
  await load(page, hub.origin, "tiny/model@main/none.gguf");
  await expect(chat.alert).toContainText('tiny/model has no file "none.gguf". Its models are: tiny-F32.gguf.');
});

test("a gated model needs a token, which goes to the hub only", async ({ chat, page, serveHub }) => {
  const storage = await serveHub([talkingGguf({}, "gated.gguf")]);
  const hub = await serveHub([talkingGguf({}, "gated.gguf")], { token: "hf_secret" });
  await showModels(chat);
  await load(page, hub.origin, "tiny/model");
  await expect(chat.alert).toContainText("access token");
  hub.faults.redirectTo = storage.origin;
  await field(page, "Access token").fill("hf_secret");
  await button(page, "Load").click();
  await chat.expectReady("gated");
  expect(hub.asked.some(({ authorization }) => authorization === "Bearer hf_secret")).toBe(true);
  expect(storage.asked.filter(({ authorization }) => authorization !== null)).toEqual([]);
  expect(storage.asked.length).toBeGreaterThan(0);
});

test("a download can be paused, and goes on where it was", async ({ chat, page, serveHub }) => {
  const file = talkingGguf({}, "slow.gguf");
  const hub = await serveHub([file], { gateAt: Math.floor(file.buffer.length * 0.6) });
  await page.goto(`./?${new URLSearchParams({ hub: hub.origin, model: "tiny/model", tab: "models" })}`);
  await button(page, "Pause").click();
  await expect(button(page, "Resume")).toBeVisible();
  await expect(chat.model).toHaveText(/paused$/);
  await expect.poll(() => hub.asked.at(-1)?.aborted).toBe(true);
  hub.open();
  await button(page, "Resume").click();
  await chat.expectReady("slow");
  expect(await chat.ask("cats")).toBe(ANSWER_TEXTS.cats);
});

test("a connection that is cut again and again is said, and the load goes on from there", async ({
  chat,
  page,
  serveHub,
}) => {
  // More cuts than a test can wait for.
  const hub = await serveHub([talkingGguf({}, "cut.gguf")], { cuts: Array.from({ length: 10_000 }, () => 10) });
  await showModels(chat);
  await load(page, hub.origin, "tiny/model");
  await expect(page.getByText("The connection was cut, or the server is busy. Trying again.")).toBeVisible();
  hub.faults.cuts = [];
  await chat.expectReady("cut");
  await expect(chat.alert).toHaveCount(0);
  expect(await chat.ask("rain")).toBe(ANSWER_TEXTS.rain);
});

test("records that were changed are found by Verify and fetched again, alone", async ({ chat, page, serveHub }) => {
  const hub = await serveHub([talkingGguf({}, "whole.gguf")]);
  await showModels(chat);
  await load(page, hub.origin, "tiny/model");
  await chat.expectReady("whole");
  await cached(page).getByRole("button", { name: "Verify" }).click();
  await expect(page.getByText("The record is sound.")).toBeVisible();
  await damageFirstRecord(page);
  await cached(page).getByRole("button", { name: "Verify" }).click();
  await expect(page.getByText("1 record is damaged")).toBeVisible();
  const asked = hub.asked.length;
  await cached(page).getByRole("button", { name: "Open whole" }).click();
  await expect.poll(() => hub.asked.length).toBeGreaterThan(asked);
  await chat.expectReady("whole");
  expect(await chat.ask("tea")).toBe(ANSWER_TEXTS.tea);
  await cached(page).getByRole("button", { name: "Verify" }).click();
  await expect(page.getByText("The record is sound.")).toBeVisible();
  // Without its source a damaged record is said to be one.
  await damageFirstRecord(page);
  await hub.close();
  await cached(page).getByRole("button", { name: "Open whole" }).click();
  await expect(chat.alert).toContainText("A part of the kept copy of whole is missing or damaged (record 1 of 1)");
  await expect(chat.alert).toContainText("Go online and load it again, or delete it.");
  await button(page, "Delete").click();
  await expect(page.getByRole("tabpanel", { name: "Models" })).toBeFocused();
  await expect(cached(page)).toBeHidden();
});

test("bytes that are not those the hub published are refused and not kept", async ({ chat, page, serveHub }) => {
  const hub = await serveHub([talkingGguf({}, "wrong.gguf")], { sha256: "0".repeat(64) });
  await showModels(chat);
  await load(page, hub.origin, "tiny/model");
  await expect(chat.alert).toContainText("SHA-256");
  await expect(chat.model).toHaveText("No model open");
  await expect(cached(page)).toBeHidden();
});

test("where there is no room, the model is loaded from memory, and that is said", async ({
  baseURL,
  chat,
  page,
  serveHub,
}) => {
  const file = talkingGguf({}, "large.gguf");
  const hub = await serveHub([file], { gateAt: file.buffer.length - 100 });
  await limitStorage(page, baseURL, 20_000);
  await showModels(chat);
  await load(page, hub.origin, "tiny/model");
  hub.open();
  await chat.expectReady("large");
  await expect(page.getByText(/^Not kept for the next visit\. The browser.s storage is full/)).toBeVisible();
  expect(await chat.ask("rain")).toBe(ANSWER_TEXTS.rain);
});

test("files of one's own are kept when asked for, and open by themselves on the next visit", async ({ chat, page }) => {
  await chat.open(talkingGguf({}, "mine.gguf"));
  await page.getByRole("tab", { name: "Models" }).click();
  await expect(page.getByText("mine was opened from files of yours.")).toBeVisible();
  await expect(cached(page)).toBeHidden();
  await page.getByRole("button", { name: /^Keep in this browser/ }).click();
  await expect(cached(page).getByRole("row", { name: /mine/ })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Keep in this browser/ })).toHaveCount(0);
  await page.goto("./");
  await chat.expectReady("mine");
  expect(await chat.ask("rain")).toBe(ANSWER_TEXTS.rain);
});

/** In the store itself, as no part of the page would. */
async function damageFirstRecord(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await done(indexedDB.open("vitrine-models"));
    const store = () => database.transaction("records", "readwrite").objectStore("records");
    const key = (await done(store().getAllKeys())).find((name) => String(name).startsWith("record/")) ?? "";
    const value = await done<Uint8Array | Blob>(store().get(key));
    const bytes = value instanceof Blob ? new Uint8Array(await value.arrayBuffer()) : value;
    bytes[1000] = (bytes[1000] ?? 0) ^ 255;
    await done(store().put(bytes, key));
    database.close();
  });
}

test("what may not fit is said before a weight comes, wherever one looks, and waits for a word", async ({
  chat,
  page,
  serveHub,
}) => {
  const folder = talkingFolder();
  const weights = folder.find(({ name }) => name.endsWith(".safetensors"))?.buffer.length ?? 0;
  // Three quarters of it are for models: too little for all of the weights, enough for them at 8 bit.
  await page.addInitScript((bytes) => {
    Object.defineProperty(navigator, "deviceMemory", { get: () => bytes / 2 ** 30 });
  }, weights);
  const hub = await serveHub(folder);
  await page.goto(`./?${new URLSearchParams({ hub: hub.origin, model: "tiny/model", tab: "attention" })}`);
  await expect(page.getByText("It may not fit: waiting for your word")).toBeVisible();
  await expect(page.getByText("Nothing comes before you say so")).toBeVisible();
  await expect(page.getByText("The model is on its way.")).toHaveCount(0);
  expect(hub.sentBytes).toBeLessThan(weights / 2);
  await button(page, "See what it needs").click();
  const fit = page.getByRole("region", { name: "Will it fit" });
  await expect(fit).toContainText("It fits at q8_0. Weights and cache need");
  await button(page, "Load at q8_0").click();
  await chat.expectReady("model");
  await expect(chat.model).toContainText("q8_0");
  await expect(fit).toContainText("It fits.");
  expect(await chat.ask("rain")).toBe(ANSWER_TEXTS.rain);
});

test("the browser is asked to keep the storage, and all of it is deleted after a question", async ({
  chat,
  page,
  serveHub,
}) => {
  const hub = await serveHub([talkingGguf({}, "whole.gguf")]);
  await showModels(chat);
  await expect(page.getByText("The browser may delete this when space runs low.")).toBeVisible();
  await button(page, "Keep storage").click();
  // A page that nobody has used yet.
  await expect(page.getByText(/^The browser has not agreed\./)).toBeVisible();
  await load(page, hub.origin, "tiny/model");
  await chat.expectReady("whole");
  await expect(cached(page).getByRole("button", { name: "Open whole" })).toBeVisible();
  await button(page, "Delete all").click();
  await button(page, "Cancel").click();
  await expect(cached(page).getByRole("button", { name: "Open whole" })).toBeVisible();
  await button(page, "Delete all").click();
  await button(page, "Delete all").click();
  await expect(cached(page)).toBeHidden();
  // What is open stays so.
  expect(await chat.ask("rain")).toBe(ANSWER_TEXTS.rain);
});

test("storage that the browser grants is said to last, also on the next visit", async ({ chat, context, page }) => {
  await showModels(chat);
  await expect(page.getByText("The browser may delete this when space runs low.")).toBeVisible();
  // As browsers do for sites that a person uses or installed.
  const { origin } = new URL(page.url());
  const devtools = await context.newCDPSession(page);
  const { targetInfo } = await devtools.send("Target.getTargetInfo");
  const { browserContextId } = targetInfo;
  await devtools.send("Browser.grantPermissions", { permissions: ["durableStorage"], origin, browserContextId });
  await button(page, "Keep storage").click();
  await expect(page.getByText("The browser deletes nothing here by itself.")).toBeVisible();
  await expect(button(page, "Keep storage")).toBeDisabled();
  await page.reload();
  await expect(page.getByText("The browser deletes nothing here by itself.")).toBeVisible();
});
