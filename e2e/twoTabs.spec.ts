/** Two tabs: one model, which the second waits for or takes over; and one list of chats. */

import { ChatPage } from "./helpers/chatPage";
import { ANSWER_TEXTS, talkingGguf } from "./helpers/models";
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
