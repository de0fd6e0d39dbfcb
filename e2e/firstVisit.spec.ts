/** The first visit: the model that comes with the page is there by itself. */
import { gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { ANSWER_TEXTS, talkingGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

test.use({ serviceWorkers: "allow" });

const about = (page: Page) => page.getByText("A very small model that came with this page");

test("the bundled model is ready by itself, says what it is, and answers", async ({ chat, page }) => {
  await page.goto("./");
  await chat.expectReady("pane");
  await expect(chat.alert).toHaveCount(0);
  await expect(about(page)).toBeVisible();
  await expect(page.getByRole("combobox", { name: "Level" })).toHaveValue("stored");
  // As its generation_config.json asks.
  await expect(page.getByRole("checkbox", { name: "Greedy" })).toBeChecked();
  await chat.button("What does the KV cache hold?").click();
  await expect(chat.message).toHaveValue("What does the KV cache hold?");
  await chat.message.press("Enter");
  await chat.expectState(0, "done");
  expect(await chat.answerText(0)).toContain("keys and values");
  await expect(about(page)).toHaveCount(0);
});

test("what is loaded before the first message is under 350 kB", async ({ chat, page, context, request }) => {
  const scripts = new Set<string>();
  // What the service worker puts aside for later is no part of it.
  context.on("request", (asked) => {
    if (asked.serviceWorker() === null && asked.url().endsWith(".js")) scripts.add(asked.url());
  });
  await page.goto("./");
  await chat.expectReady("pane");
  await page.waitForLoadState("networkidle");
  const sizes = await Promise.all(
    [...scripts].map(async (url) => gzipSync(await (await request.get(url)).body()).length),
  );
  // The page's own script and the worker's among them.
  expect(sizes.filter((bytes) => bytes > 80_000).length).toBeGreaterThanOrEqual(2);
  expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(350_000);
});

test("a picture to ask about is one click away, and so are larger models", async ({ chat, page }) => {
  await page.goto("./");
  await chat.expectReady("pane");
  await chat.button("Larger models").click();
  await expect(page.getByRole("tab", { name: "Models" })).toHaveAttribute("aria-selected", "true");
  await page.locator(".start-pictures").getByRole("button").first().click();
  await expect(page.getByRole("list", { name: "Pictures for this message" }).getByRole("listitem")).toHaveCount(1);
  await chat.setGreedy(true);
  await chat.sendButton.click();
  await chat.expectState(0, "done");
  expect(await chat.answerText(0)).not.toBe("");
  // 36 visual tokens are more than the words of the question.
  expect(await chat.number(chat.statistics, "prompt-tokens")).toBeGreaterThan(36);
});

test("it opens again on the next visit, without a network too", async ({ chat, page, context }) => {
  await page.goto("./");
  await chat.expectReady("pane");
  await page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (active?.state !== "activated") {
      await new Promise((resolve) => active?.addEventListener("statechange", resolve));
    }
  });
  await context.setOffline(true);
  try {
    await page.reload();
    await chat.expectReady("pane");
    await chat.setGreedy(true);
    expect(await chat.ask("What does the KV cache hold?")).toContain("keys and values");
    await expect(chat.alert).toHaveCount(0);
  } finally {
    await context.setOffline(false);
  }
});

test("nothing opens by itself where the address says so", async ({ chat, page, addresses }) => {
  await page.goto("./?model=none");
  await expect(chat.button("Choose files").first()).toBeVisible();
  await expect(chat.model).toHaveText("No model open");
  expect(addresses.filter((address) => address.includes("models/pane"))).toEqual([]);
});

test("a person's own file does not wait for it", async ({ chat, page }) => {
  // Its weights never come.
  await page.route("**/models/pane/model.safetensors", () => {});
  await page.goto("./");
  await expect(page.getByText("The model is on its way")).toBeVisible();
  await chat.chooseFiles(talkingGguf());
  await chat.expectReady("talking");
  expect(await chat.ask("tea")).toBe(ANSWER_TEXTS.tea);
  await expect(chat.alert).toHaveCount(0);
});

test("where it cannot be had the page says so, and all else works", async ({ chat, page }) => {
  await page.route("**/models/pane/**", (route) => route.fulfill({ status: 404, body: "" }));
  await page.goto("./");
  await expect(chat.alert).toContainText("Could not open pane");
  await chat.chooseFiles(talkingGguf());
  await chat.expectReady("talking");
  await expect(chat.alert).toHaveCount(0);
  expect(await chat.ask("cats")).toBe(ANSWER_TEXTS.cats);
});

test("it opens where the page lies in a folder of a host", async ({ chat, page, baseURL }) => {
  await page.route(`${baseURL}some/folder/**`, async (route) => {
    const url = route.request().url().replace("some/folder/", "");
    await route.fulfill({ response: await route.fetch({ url }) });
  });
  await page.goto("./some/folder/index.html?tab=models");
  await chat.expectReady("pane");
  await expect(about(page)).toBeVisible();
});
