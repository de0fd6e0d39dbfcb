/** Many chats: the list, names, pins, deleting and taking it back, searching, files out and in. */
import { expectKept } from "./helpers/kept";
import { ANSWER_TEXTS, talkingGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

test("chats are listed by their first words, renamed, pinned, deleted and brought back", async ({ openFake, page }) => {
  const chat = await openFake({ answer: "Yes." });
  for (const words of ["First of all", "Second thoughts", "Third time"]) {
    await chat.ask(words);
    await chat.newChat();
  }
  await expect(chat.titles()).toHaveText(["Third time", "Second thoughts", "First of all"]);
  await chat.chatAction("Second thoughts", "Rename");
  await page.getByRole("textbox", { name: "Title" }).fill("On second thought");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "On second thought", exact: true })).toBeFocused();
  await chat.chatAction("First of all", "Pin");
  await expect(chat.titles()).toHaveText([/First of all/, "Third time", "On second thought"]);
  await chat.chatAction("Third time", "Delete");
  await expect(chat.titles()).toHaveCount(2);
  await chat.button("Undo").click();
  await expect(chat.titles()).toHaveText([/First of all/, "Third time", "On second thought"]);
  await expect(chat.messages).toHaveText([/Third time/]);
  await expectKept(page, "chat:", "Third time");
  await expectKept(page, "chat:", "On second thought");
  await page.reload();
  await expect(chat.titles()).toHaveText([/First of all/, "Third time", "On second thought"]);
});

test("searching looks into every text, on every branch, whatever its accents and case", async ({ openFake, page }) => {
  const chat = await openFake({ answer: "It is served in a Café." });
  await chat.ask("Where is tea served?");
  await chat.edit(chat.messages.first(), "Where is milk served?");
  await chat.expectState(0, "done");
  await chat.newChat();
  await chat.ask("Another question");
  const search = page.getByRole("searchbox", { name: "Search chats" });
  for (const [words, titles] of [
    ["CAFE served", ["Another question", "Where is tea served?"]],
    ["tea", ["Where is tea served?"]],
    ["milk", ["Where is tea served?"]],
    ["another", ["Another question"]],
  ] as const) {
    await search.fill(words);
    await expect(chat.titles(), words).toHaveText(titles.map((title) => new RegExp(`^${title.replace("?", "\\?")}`)));
  }
  await search.fill("coffee");
  await expect(chat.titles()).toHaveCount(0);
  await expect(page.getByText("No chat holds these words.")).toBeVisible();
});

test("a search shows where the words stand, and leads there: far up, and on another branch", async ({
  openFake,
  page,
}) => {
  const chat = await openFake({ answer: "Nothing to see." });
  await chat.ask("Where is the Fähre?");
  await chat.edit(chat.messages.first(), "Where is the boat?");
  await chat.expectState(0, "done");
  const turns = Array.from({ length: 120 }, (_, index) => ({
    role: index % 2 === 0 ? "user" : "assistant",
    content: `Turn ${index}. ${"More words. ".repeat(index === 31 ? 200 : 20)}${index === 31 ? "A **lighthouse** at last." : ""}`,
  }));
  await chat.importFile(JSON.stringify(turns));
  await expect(page.getByText("Turn 119.")).toBeInViewport();
  const search = page.getByRole("searchbox", { name: "Search chats" });
  await search.fill("LIGHTHOUSE");
  await chat
    .titles()
    .getByRole("button", { name: /^….*A \*\*lighthouse\*\* at last\.$/ })
    .click();
  // Its turn is long: the words themselves are brought into view.
  await expect(chat.answers.getByText("lighthouse", { exact: true })).toBeInViewport();
  await expect(page.locator(":focus")).toHaveAttribute("data-role", "assistant");
  await search.fill("fahre");
  await chat.titles().getByRole("button", { name: "Where is the Fähre?", exact: true }).last().click();
  await expect(chat.messages).toHaveText([/Where is the Fähre\?/]);
  await expect(chat.button("Next branch")).toBeVisible();
});

test("a chat goes out as JSON with all that is known of it, and comes back whole", async ({ chat, page }) => {
  await chat.open(talkingGguf());
  await chat.setNumber("Seed", 11);
  await page.getByRole("textbox", { name: "System prompt" }).fill("Be brief.");
  expect(await chat.ask("cats")).toBe(ANSWER_TEXTS.cats);
  await chat.act(chat.answer(0), "Regenerate");
  await expect(chat.button("Previous branch")).toBeVisible();
  await chat.expectState(0, "done");
  const { name, text } = await chat.download(() => chat.button("Export").click());
  expect(name).toBe("cats.json");
  const [saved] = JSON.parse(text).chats;
  expect(saved).toMatchObject({ version: 2, systemPrompt: "Be brief." });
  expect(saved.turns.map((turn: { role: string; text: string }) => [turn.role, turn.text])).toEqual([
    ["user", "cats"],
    ["assistant", ANSWER_TEXTS.cats],
    ["assistant", ANSWER_TEXTS.cats],
  ]);
  const { answer } = saved.turns[1];
  expect(answer).toMatchObject({ seed: 11, model: "talking", level: "stored", endReason: "end-of-text" });
  expect(answer.settings).toMatchObject({ temperature: 0.8, topK: 40, seed: 11 });
  expect(answer.ids).toHaveLength(answer.stats.generatedTokens);

  await chat.chatAction("cats", "Delete");
  await chat.importFile(text);
  await expect(page.getByText("1 chat was imported.")).toBeVisible();
  await expect(chat.answer(0)).toContainText(ANSWER_TEXTS.cats);
  await expect(page.getByRole("textbox", { name: "System prompt" })).toHaveValue("Be brief.");
  await expect(chat.answer(0).getByText("2 / 2")).toBeVisible();
  const again = await chat.download(() => chat.button("Export").click());
  expect(JSON.parse(again.text).chats).toEqual(JSON.parse(text).chats);
});

test("all chats go out in one file; importing it again adds copies and overwrites nothing", async ({
  openFake,
  page,
}) => {
  const chat = await openFake({ answer: "Yes." });
  for (const words of ["One", "Two"]) {
    await chat.ask(words);
    await chat.newChat();
  }
  await chat.button("Other formats").click();
  const { name, text } = await chat.download(() =>
    page.getByRole("menuitem", { name: "Save all chats as JSON" }).click(),
  );
  expect(name).toBe("vitrine-chats.json");
  await chat.importFile(text);
  await expect(page.getByText("2 chats were imported.")).toBeVisible();
  await expect(chat.titles()).toHaveCount(4);
});

test("a chat goes out as Markdown to read, and its words come back", async ({ openFake, page }) => {
  const chat = await openFake({ answer: "It is **green**." });
  await page.getByRole("textbox", { name: "System prompt" }).fill("Name a colour.");
  await chat.ask("Grass?");
  await chat.button("Other formats").click();
  const { name, text } = await chat.download(() => page.getByRole("menuitem", { name: "Save as Markdown" }).click());
  expect(name).toBe("grass.md");
  expect(text).toBe(
    "# Grass?\n\n## System prompt\n\nName a colour.\n\n## You\n\nGrass?\n\n## Assistant (story, stored)\n\nIt is **green**.\n",
  );
  await chat.newChat();
  await chat.importFile(text, name);
  await expect(chat.messages).toHaveText([/Grass\?/]);
  await expect(chat.answer(0).locator("strong")).toHaveText("green");
  await expect(page.getByRole("textbox", { name: "System prompt" })).toHaveValue("Name a colour.");
  await expect(chat.titles()).toHaveText([/Grass\?/, /Grass\?/]);
});

test("files that are no chats are refused in words and change nothing", async ({ openFake, page }) => {
  const chat = await openFake({ answer: "Yes." });
  await chat.ask("Kept");
  const turn = { id: "a", parentId: "b", role: "user", text: "x", state: "done", createdAt: 1 };
  for (const [text, reason] of [
    ["Dear diary", "not JSON"],
    ["[1, 2]", "a message should be an object"],
    ['{"format":"vitrine-chats","chats":[]}', "holds no chats"],
    ['{"some":"thing"}', "neither chats nor messages"],
    [JSON.stringify({ version: 99, id: "x", turns: [] }), "newer Vitrine"],
    [JSON.stringify({ version: 1, id: "x", createdAt: 1, updatedAt: 1, turns: [turn] }), "a turn before it"],
  ] as const) {
    await chat.importFile(text);
    await expect(chat.alert).toContainText("chats.json was not imported");
    await expect(chat.alert).toContainText(reason);
    await page.getByRole("button", { name: "Dismiss" }).click();
  }
  await expect(chat.titles()).toHaveText(["Kept"]);
  await expect(chat.messages).toHaveText([/Kept/]);
});
