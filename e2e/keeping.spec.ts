/** Nothing is lost: reload, closing in the middle of an answer, records that are broken. */
import type { Page } from "@playwright/test";
import { atRest } from "./helpers/atRest";
import { expectKept, keptEntries } from "./helpers/kept";
import { ANSWER_TEXTS, COUNT_WORDS, counted, patientGguf, talkingGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

test("a reload goes on where it was: chat, branch, drafts, settings, tab and widths", async ({ openFake, page }) => {
  const chat = await openFake({ answer: "Yes." });
  await chat.ask("Here we are");
  await chat.newChat();
  await chat.ask("Elsewhere");
  await chat.message.fill("a draft of elsewhere");
  await chat.titles().filter({ hasText: "Here we are" }).getByRole("button").first().click();
  await expect(chat.message).toHaveValue("");
  await chat.message.fill("a draft for here");
  await chat.act(chat.messages.first(), "Edit");
  await chat.messages.first().getByRole("textbox").fill("Where are we");
  await chat.setNumber("Temperature", 1.35);
  await page.getByRole("tab", { name: "KV cache" }).click();
  const divider = page.getByRole("separator", { name: "Width of the chat" });
  await divider.press("ArrowRight");
  await expect(divider).toHaveAttribute("aria-valuenow", "42");
  for (const words of [
    "a draft for here",
    "Where are we",
    '"temperature":1.35',
    '"tab":"kv-cache"',
    '"chatShare":0.42',
  ]) {
    await expectKept(page, "preferences", words);
  }
  await page.goto(page.url().replace(/&?tab=[\w-]+/, ""));
  await expect(chat.message).toHaveValue("a draft for here");
  await expect(chat.messages.first().getByRole("textbox")).toHaveValue("Where are we");
  await expect(page.getByRole("spinbutton", { name: "Temperature" })).toHaveValue("1.35");
  await expect(page.getByRole("tab", { name: "KV cache" })).toHaveAttribute("aria-selected", "true");
  await expect(page).toHaveURL(/tab=kv-cache/);
  await expect(divider).toHaveAttribute("aria-valuenow", "42");
  await chat.titles().filter({ hasText: "Elsewhere" }).getByRole("button").first().click();
  await expect(chat.message).toHaveValue("a draft of elsewhere");
});

test("the model that was open opens by itself, asking nobody, and the chat goes on", async ({ chat, page, serve }) => {
  const server = await serve([talkingGguf()]);
  await chat.gotoModel(`${server.origin}/talking.gguf`, { level: "q8_0" });
  await chat.expectReady("talking");
  expect(await chat.ask("Tell me of rain")).toBe(ANSWER_TEXTS.rain);
  const asked = server.requests.length;
  for (let visit = 0; visit < 2; visit++) {
    await page.goto("./");
    await chat.expectReady("talking");
    await expect(chat.model).toContainText("q8_0");
    await expect(chat.answers).toHaveCount(1 + visit);
    expect(await chat.ask("and tea")).toBe(ANSWER_TEXTS.tea);
  }
  await expect(chat.alert).toHaveCount(0);
  // From what is kept here: nobody else hears of it.
  expect(server.requests).toHaveLength(asked);
  // What a person closes stays closed, one click away.
  await page.getByRole("tab", { name: "Models" }).click();
  await chat.button("Close model").click();
  await expect(chat.model).toHaveText("No model open");
  await page.goto("./");
  await chat.button("Open talking again").click();
  await chat.expectReady("talking");
});

test("files of the person's own cannot open by themselves, which is said, one click away", async ({ chat, page }) => {
  await chat.open(talkingGguf());
  expect(await chat.ask("cats")).toBe(ANSWER_TEXTS.cats);
  await page.goto("./");
  await expect(chat.answers).toHaveText([new RegExp(ANSWER_TEXTS.cats)]);
  await expect(page.getByText("Pages may not open files by themselves")).toBeVisible();
  const choosing = page.waitForEvent("filechooser");
  await chat.button("Choose talking again").click();
  await (await choosing).setFiles(talkingGguf());
  await chat.expectReady("talking");
  expect(await chat.ask("tea")).toBe(ANSWER_TEXTS.tea);
});

test("a page that ends in the middle of an answer keeps the words so far", async ({ chat, page }) => {
  await chat.open(patientGguf());
  await chat.setNumber("Max new tokens", 16_000);
  await chat.send("count");
  await expect(chat.answer(0)).toContainText(counted(COUNT_WORDS, 20));
  await expectKept(page, "unfinished:", counted(COUNT_WORDS, 20));
  // No time to say goodbye: the worker and the page are gone at once.
  const client = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent("crash");
  // Is never answered.
  void client.send("Page.crash").catch(() => {});
  await crashed;
  const next = await page.context().newPage();
  await next.goto("./");
  const answer = next.getByRole("article", { name: "Assistant" });
  await expect(answer).toHaveAttribute("data-state", "stopped");
  await expect(answer).toContainText(counted(COUNT_WORDS, 20));
  await expect(answer).toContainText("interrupted");
});

test("a record that cannot be read is said, stays untouched, and the other chats are there", async ({
  openFake,
  page,
}) => {
  const chat = await openFake({ answer: "Yes." });
  await chat.ask("Sound");
  await expectKept(page, "chat:", '"Yes."');
  const put = (key: string, value: unknown) =>
    page.evaluate(
      ([name, record]) =>
        new Promise<void>((resolve) => {
          indexedDB.open("vitrine").onsuccess = ({ target }) => {
            const database = (target as IDBOpenDBRequest).result;
            const change = database.transaction("chats", "readwrite");
            change.objectStore("chats").put(record, name as string);
            change.oncomplete = () => {
              database.close();
              resolve();
            };
          };
        }),
      [key, value] as const,
    );
  await put("chat:broken", { version: 1, id: "broken", turns: "none" });
  await page.reload();
  await expect(chat.alert).toContainText("could not be read and stay untouched");
  await expect(chat.titles()).toHaveText(["Sound"]);
  // Whatever else is written.
  await chat.message.fill("a draft beside it");
  await expectKept(page, "preferences", "a draft beside it");
  await expectKept(page, "chat:broken", '"turns":"none"');
  await put("chat:broken", { version: 1, id: "broken", createdAt: 1, updatedAt: 1, turns: [], title: "Mended" });
  await page.reload();
  await expect(chat.titles()).toHaveText(["Sound", "Mended"]);
});

test("a long chat is read on where reading stopped", async ({ openFake, page }) => {
  const chat = await openFake({ answer: "Yes." });
  const messages = Array.from({ length: 160 }, (_, index) => ({
    role: index % 2 === 0 ? "user" : "assistant",
    content: index % 2 === 0 ? `Question ${index}` : `Answer ${index}. ${"More words. ".repeat((index * 7) % 60)}`,
  }));
  await chat.importFile(JSON.stringify(messages));
  await expect(page.getByText("Answer 159.")).toBeInViewport();
  // Only what is near is on the page.
  await expect.poll(() => page.getByRole("article").count()).toBeLessThan(60);
  const region = page.getByRole("region", { name: "Conversation" });
  await region.hover();
  await expect(async () => {
    await page.mouse.wheel(0, -500);
    await expect(page.getByText("Question 60", { exact: true })).toBeVisible({ timeout: 50 });
  }).toPass({ intervals: [0] });
  await page.getByText("Question 60", { exact: true }).scrollIntoViewIfNeeded();
  const top = async () => (await page.getByText("Question 60", { exact: true }).boundingBox())?.y ?? Number.NaN;
  const before = await atRest(top);
  await expect.poll(() => keptPlaceAway(page)).toBeLessThan(2);
  await page.reload();
  await expect(page.getByText("Question 60", { exact: true })).toBeInViewport();
  await expect.poll(async () => Math.abs((await top()) - before)).toBeLessThan(4);
  // Another chat and back: the same place again.
  await page.getByRole("navigation").getByRole("button", { name: "New chat" }).click();
  await chat.titles().filter({ hasText: "Question 0" }).getByRole("button").first().click();
  await expect.poll(async () => Math.abs((await top()) - before)).toBeLessThan(4);
});

/** How far the turn at which reading stopped, as it is kept, now is from the place that is kept of it, in pixels. */
async function keptPlaceAway(page: Page): Promise<number> {
  const [preferences] = await keptEntries(page, "preferences");
  const { places } = (preferences?.[1] ?? {}) as { places?: Record<string, { turnId: string; offsetPx: number }> };
  const [place] = Object.values(places ?? {});
  if (place === undefined) return Number.POSITIVE_INFINITY;
  return page.getByRole("region", { name: "Conversation" }).evaluate((view, { turnId, offsetPx }) => {
    const turn = view.querySelector(`[data-turn="${turnId}"]`);
    const away = (turn?.getBoundingClientRect().top ?? Number.NaN) - view.getBoundingClientRect().top - offsetPx;
    return Math.abs(away);
  }, place);
}
