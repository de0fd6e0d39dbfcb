/** Two tabs: one model, which the second waits for or takes over; and one list of chats. */

import type { Page } from "@playwright/test";
import { ChatPage } from "./helpers/chatPage";
import { ANSWER_TEXTS, talkingGguf } from "./helpers/models";
import { siteWithWorkerScript } from "./helpers/siteWithout";
import { expect, test } from "./helpers/test";

/** Three loads, one after the other. */
test.beforeEach(() => test.setTimeout(240_000));

test("a second tab says that the model is open elsewhere, and takes it over or waits", async ({
  chat,
  context,
  serveHub,
}) => {
  const hub = await serveHub([talkingGguf({}, "shared.gguf")]);
  const query = { hub: hub.origin, model: "tiny/model" };
  await chat.goto(`?${new URLSearchParams(query)}`);
  await chat.expectReady("shared");
  const second = new ChatPage(await context.newPage());
  await second.goto(`?${new URLSearchParams(query)}`);
  await expect(second.page.getByText("has had this model open since")).toBeVisible();
  await expect(second.page.getByText("It opens here when that tab lets go of it")).toBeVisible();
  expect(await chat.ask("rain")).toBe(ANSWER_TEXTS.rain);
  await second.page.getByRole("button", { name: "Take over" }).click();
  await second.expectReady("shared");
  expect(await second.ask("cats")).toBe(ANSWER_TEXTS.cats);
  await expect(chat.model).toHaveText("No model open");
  await expect(chat.alert).toContainText("another tab");
  // And back: the first waits its turn, which comes when the second tab is closed.
  await chat.goto(`?${new URLSearchParams(query)}`);
  await expect(chat.page.getByText("has had this model open since")).toBeVisible();
  await second.page.close();
  await chat.expectReady("shared");
  expect(await chat.ask("tea")).toBe(ANSWER_TEXTS.tea);
});

/** As browsers of before 2022 are. */
const NO_LOCKS =
  "Reflect.deleteProperty(WorkerNavigator.prototype, 'locks'); if ('locks' in navigator) throw 'locked';";

test("a browser without Web Locks loads, keeps and chats; two tabs do so each by itself", async ({
  chat,
  context,
  serveHub,
  kept,
  baseURL,
}) => {
  const site = await siteWithWorkerScript(baseURL ?? "", NO_LOCKS);
  kept.servers.push(site);
  await context.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, "locks"));
  const hub = await serveHub([talkingGguf({}, "shared.gguf")]);
  const address = `${site.origin}/?${new URLSearchParams({ hub: hub.origin, model: "tiny/model", tab: "models" })}`;
  await chat.page.goto(address);
  await chat.expectReady("shared");
  await expect.poll(() => chat.page.evaluate(() => "locks" in navigator)).toBe(false);
  expect(await chat.ask("rain")).toBe(ANSWER_TEXTS.rain);
  const row = (page: Page) => page.getByRole("table", { name: "Cached models" }).getByRole("row", { name: /shared/ });
  await expect(row(chat.page)).toHaveCount(1);
  const second = new ChatPage(await context.newPage());
  await second.page.goto(address);
  await second.expectReady("shared");
  expect(await second.ask("cats")).toBe(ANSWER_TEXTS.cats);
  // Nobody took anything from the first.
  expect(await chat.ask("tea")).toBe(ANSWER_TEXTS.tea);
  await expect(chat.alert).toHaveCount(0);
  await second.page.close();
  // What was kept needs no hub.
  await hub.close();
  await chat.page.reload();
  await chat.expectReady("shared");
  expect(await chat.ask("rain")).toBe(ANSWER_TEXTS.rain);
  await expect(row(chat.page)).toHaveCount(1);
  await expect(chat.alert).toHaveCount(0);
  expect(site.workers()).toBeGreaterThanOrEqual(2);
});

test("what is said in one tab stands in the other, without a reload", async ({ openFake, context }) => {
  const first = await openFake({ answer: "One two three." });
  const second = new ChatPage(await context.newPage());
  await second.page.goto(first.page.url());
  await first.ask("Told in the first");
  const listed = second.page
    .getByRole("list", { name: "Chats" })
    .getByRole("button", { name: "Told in the first", exact: true });
  await expect(listed).toBeVisible();
  await listed.click();
  await expect(second.answer(0)).toContainText("One two three.");
  await first.ask("And more");
  await expect(second.answer(1)).toContainText("One two three.");
});
