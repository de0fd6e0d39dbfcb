/** What could have come instead: seen beside what came, under settings that act at once, and gone after. */
import type { Locator, Page } from "@playwright/test";
import { DICE_LOGITS } from "../src/runtime/testing/talkingModel";
import { axeFindings } from "./helpers/axe";
import type { ChatPage } from "./helpers/chatPage";
import { expectKept } from "./helpers/kept";
import { ANSWER_TEXTS, COUNT_WORDS, DICE_WORDS, patientGguf, talkingGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

const panelOf = (page: Page) => page.getByRole("region", { name: "Next token" });

const probability = async (share: Locator) => Number(await share.getAttribute("data-probability"));

/** The report follows when it has been computed: until then that of the token before is there, marked as stale. */
async function pin(panel: Locator, index: number): Promise<void> {
  await panel.getByRole("option").nth(index).click();
  await expect(panel.getByText("Pinned")).toBeVisible();
  await expect(panel.locator('.next-token-report[data-stale="false"]')).toBeVisible();
}

async function openPanel(chat: ChatPage, file = talkingGguf()) {
  await chat.goto("?tab=next-token");
  await chat.chooseFiles(file);
  await chat.expectReady();
  return panelOf(chat.page);
}

test("the words the dice could have shown have the probabilities their logits say", async ({ chat }) => {
  const panel = await openPanel(chat);
  await expect(panel).toContainText("Send a message");
  await chat.setNumber("Max new tokens", 6);
  await chat.setNumber("Temperature", 1);
  await chat.ask("dice");
  const rows = panel.locator("tr.candidate");
  await expect(rows.first()).toContainText("red");
  const weights = DICE_LOGITS.map((logit) => Math.exp(logit - DICE_LOGITS[0]));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (const [rank, word] of DICE_WORDS.entries()) {
    await expect(rows.nth(rank)).toContainText(word);
    const share = rows.nth(rank).locator('[data-kind="raw"]');
    await expect.poll(() => probability(share)).toBeCloseTo((weights[rank] ?? 0) / total, 4);
  }
  // Two of four under top-k 2, at once and without another answer.
  await chat.setNumber("Top-k", 2);
  const sampled = (rank: number) => rows.nth(rank).locator('[data-kind="sampled"]');
  await expect(sampled(2)).toHaveText("cut");
  const kept = (weights[0] ?? 0) + (weights[1] ?? 0);
  await expect.poll(() => probability(sampled(0))).toBeCloseTo((weights[0] ?? 0) / kept, 4);
  await expect(panel.getByText("Cut-off by top-k: 2 of")).toBeVisible();
  await panel.getByText("Survivors of each stage").click();
  await expect(panel.locator('[data-stage="topK"]')).toHaveAttribute("data-survivors", "2");
  await chat.setGreedy(true);
  await expect(sampled(0)).toHaveText("100.0 %");
  await expect(sampled(1)).toHaveText("cut");
});

test("a token is previewed, pinned, kept in the address, and let go", async ({ chat, page }) => {
  const panel = await openPanel(chat);
  await chat.ask("tea");
  const tokens = panel.getByRole("option");
  await expect(tokens.nth(1)).toHaveText("·water");
  await tokens.nth(1).hover();
  await expect(panel.locator('tr[data-actual="true"]')).toContainText("water");
  await tokens.nth(2).click();
  await expect(tokens.nth(2)).toHaveAttribute("aria-selected", "true");
  await page.mouse.move(0, 0);
  await expect(panel.locator('tr[data-actual="true"]')).toContainText("and");
  await expect(panel.getByText("Pinned")).toContainText("·and");
  await expect(page).toHaveURL(/[?&]token=[^&#]*\.2(?:[&#]|$)/);
  // With the keyboard: one to the left, pinned by Enter.
  await panel.getByRole("listbox").focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await expect(tokens.nth(1)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Escape");
  await expect(panel.getByText("Pinned")).toHaveCount(0);
  await expect(page).not.toHaveURL(/[?&]token=/);
  await tokens.nth(0).click();
  await panel.getByRole("button", { name: "Unpin token" }).click();
  await expect(panel.getByText("Pinned")).toHaveCount(0);
});

test("another token begins a branch that the model goes on with", async ({ chat, page }) => {
  const panel = await openPanel(chat);
  await chat.setGreedy(true);
  await chat.setNumber("Max new tokens", 5);
  await chat.ask("dice");
  await pin(panel, 2);
  const row = panel.locator("tr.candidate").filter({ hasText: "blue" });
  await row.getByRole("button", { name: "Branch from here with this token" }).click();
  await expect(chat.answer(0)).toContainText("Rolling red blue red red");
  await expect(page.getByRole("group", { name: "Branch 2 of 2" })).toBeVisible();
  await chat.expectState(0, "done");
  await page.getByRole("button", { name: "Previous branch" }).click();
  await expect(chat.answer(0)).toContainText("Rolling red red red red");
});

test("a forced word is read as tokens and the answer goes on after it", async ({ chat }) => {
  const panel = await openPanel(chat);
  await chat.setGreedy(true);
  await chat.ask("tea");
  await pin(panel, 1);
  await panel.getByText("Force a token").click();
  await panel.getByLabel("Text to force").fill(" fall");
  await expect(panel.locator(".force-tokens")).toContainText("·fall");
  await panel.getByRole("button", { name: "Force and go on" }).click();
  await chat.expectState(0, "done");
  await expect(chat.answer(0)).toContainText("Hot fall on café roofs!");
});

test("bytes of a character are shown together, and one by one", async ({ chat }) => {
  const panel = await openPanel(chat);
  expect(await chat.ask("cats")).toBe(ANSWER_TEXTS.cats);
  await expect(panel.getByRole("option").nth(4)).toHaveText("🐱");
  await expect(panel.getByRole("option").nth(5)).toHaveText("9F");
  await expect(panel.getByRole("option").nth(8)).toHaveText("</s>");
});

test("while an answer is written the panel follows it, and waits where it cannot know yet", async ({ chat }) => {
  const panel = await openPanel(chat, patientGguf());
  await chat.setNumber("Max new tokens", 16000);
  await chat.send("count");
  const drawn = panel.locator('tr[data-actual="true"]');
  await expect(drawn).toHaveCount(1);
  const place = panel.locator(".looked-at-facts");
  const first = await place.innerText();
  await expect(place).not.toHaveText(first);
  await expect(drawn).toContainText(new RegExp(COUNT_WORDS.join("|")));
  // What was pinned stays, while more is written.
  // The list runs along with what is written, away from a pointer that is not on it.
  await panel.getByRole("option").nth(3).dispatchEvent("click");
  await expect(drawn).toContainText("four");
  await chat.stopButton.click();
  await chat.expectState(0, "stopped");
  await expect(drawn).toContainText("four");
});

test("an answer of a page that was reloaded is computed again", async ({ chat, page }) => {
  const panel = await openPanel(chat);
  await chat.setNumber("Temperature", 1);
  await chat.setNumber("Max new tokens", 6);
  await chat.ask("dice");
  await pin(panel, 2);
  const share = panel.locator('tr[data-actual="true"] [data-kind="raw"]');
  const before = await probability(share);
  await expectKept(page, "chat:", '"endReason":"max-tokens"');
  await page.reload();
  await expect(panel).toContainText("Open a model");
  await chat.chooseFiles(talkingGguf());
  await chat.expectReady();
  await expect(panel.getByText("Pinned")).toBeVisible();
  await expect(share).toHaveCount(1);
  await expect.poll(() => probability(share)).toBeCloseTo(before, 5);
});

test("words in the chat carry lines by probability, preview and pin, and can be plain", async ({ chat, page }) => {
  const panel = await openPanel(chat);
  await chat.setNumber("Temperature", 1);
  await chat.setNumber("Max new tokens", 6);
  await chat.ask("dice");
  const lines = () => page.evaluate(() => [0, 1, 2, 3].map((step) => CSS.highlights.get(`token-${step}`)?.size ?? 0));
  // "Rolling" was certain; of the four colours each has between 10 and 46 of a hundred.
  await expect.poll(async () => (await lines()).reduce((sum, count) => sum + count, 0)).toBe(5);
  const [least, , , most] = await lines();
  expect([least, most]).toEqual([0, 0]);
  const words = chat.answer(0).locator(".turn-text p");
  const drawn = panel.locator('tr[data-actual="true"]');
  await words.hover({ position: { x: 6, y: 12 } });
  await expect(drawn).toContainText("Rolling");
  await expect.poll(() => page.evaluate(() => CSS.highlights.get("token-active")?.size)).toBe(1);
  await words.click({ position: { x: 6, y: 12 } });
  await expect(panel.getByText("Pinned")).toContainText("Rolling");
  await panel.getByRole("checkbox", { name: "Lines under the chat’s words" }).uncheck();
  await expect.poll(lines).toEqual([0, 0, 0, 0]);
});

test("lines come while an answer is being written, as its tokens come", async ({ chat, page }) => {
  await chat.open(patientGguf());
  await chat.setNumber("Temperature", 1);
  await chat.setNumber("Max new tokens", 16_000);
  await chat.send("dice");
  await expect(chat.answer(0)).toContainText("Rolling");
  const lines = () => page.evaluate(() => [0, 1, 2].map((step) => CSS.highlights.get(`token-${step}`)?.size ?? 0));
  const count = async () => (await lines()).reduce((sum, some) => sum + some, 0);
  await expect.poll(count).toBeGreaterThan(5);
  const early = await count();
  await expect.poll(count).toBeGreaterThan(early);
  await chat.expectState(0, "streaming");
  await chat.stopButton.click();
  await chat.expectState(0, "stopped");
});

test("axe finds nothing in the panel, in light or dark, folded out or in", async ({ chat, page }) => {
  const panel = await openPanel(chat);
  await chat.ask("cats");
  await panel.getByRole("option").nth(1).click();
  await panel.getByText("Survivors of each stage").click();
  await panel.getByText("Force a token").click();
  await panel.getByRole("checkbox", { name: "Show ids" }).check();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    expect(await axeFindings(page, "#inspector")).toEqual([]);
  }
});
