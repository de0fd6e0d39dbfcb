/** Talking to a model: the words it must say, as they come, stopping, and going on. */
import { ANSWER_TEXTS, COUNT_WORDS, counted, patientGguf, poisonedGguf, talkingGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

test("turns go through the model's template, each to its topic", async ({ chat }) => {
  await chat.open(talkingGguf());
  for (const topic of ["cats", "rain", "tea"] as const) {
    expect(await chat.ask(`Tell me of ${topic}`)).toBe(ANSWER_TEXTS[topic]);
    await expect(chat.statistics).toHaveAttribute("data-end-reason", "end-of-text");
  }
  await expect(chat.answers).toHaveCount(3);
  await expect(chat.page.getByRole("article", { name: "You" })).toHaveCount(3);
  // A new conversation knows nothing of the old one.
  await chat.newChat();
  expect(await chat.ask("Hm")).toBe(ANSWER_TEXTS.ask);
  // An answer may be empty.
  expect(await chat.ask("hush")).toBe("");
  expect(await chat.ask("tea")).toBe(ANSWER_TEXTS.tea);
});

test("text streams, Stop keeps what is there, and the next message works", async ({ chat }) => {
  await chat.open(patientGguf());
  await chat.setNumber("Max new tokens", 16_000);
  await chat.send("Please count");
  await chat.expectState(0, "streaming");
  await expect(chat.answer(0)).toContainText("one two three four");
  await chat.expectState(0, "streaming");
  const early = await chat.answerText(0);
  await expect.poll(async () => (await chat.answerText(0)).length).toBeGreaterThan(early.length);
  await chat.stopButton.click();
  await chat.expectState(0, "stopped");
  const words = (await chat.answerText(0)).split(" ");
  expect(words.join(" ")).toBe(counted(COUNT_WORDS, words.length));
  await expect(chat.statistics).toHaveAttribute("data-end-reason", "stopped");
  expect(await chat.number(chat.statistics, "generated-tokens")).toBe(words.length);
  await expect(chat.stopButton).toHaveCount(0);
  expect(await chat.ask("Now tea")).toBe(ANSWER_TEXTS.tea);
  expect(await chat.number(chat.statistics, "cached-tokens")).toBeGreaterThan(words.length);
});

test("a double click sends, and does not stop what it sent", async ({ openFake }) => {
  const chat = await openFake({ ms: 20, isEndless: true });
  await chat.message.fill("Go on");
  await chat.sendButton.dblclick();
  await expect(chat.answer(0)).toContainText("glass case");
  await chat.expectState(0, "streaming");
  await chat.stopButton.click();
  await chat.expectState(0, "stopped");
});

test("a model without a template continues the text", async ({ chat }) => {
  await chat.open(talkingGguf({ chatTemplate: null }, "base.gguf"));
  await chat.setGreedy(true);
  await chat.setNumber("Max new tokens", 7);
  expect(await chat.ask("one two three")).toContain("four five six seven eight one two");
});

test("a text that a base model continues has the same tools: edit either part, branch, continue, delete, copy", async ({
  openFake,
  page,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const chat = await openFake({ scene: "base", answer: " lived a cat **there**." });
  await expect(page.getByText("This is a base model: it continues your text.")).toBeVisible();
  // There is no system prompt: a preset is the beginning of the text.
  const prompts = page.getByRole("region", { name: "System prompt" });
  await prompts.getByRole("combobox").selectOption("Few-shot: three examples");
  await chat.button("Begin the text with it").click();
  await expect(chat.message).toHaveValue(/Capital: Lima\n\n$/);
  await expect(chat.message).toBeFocused();
  await chat.ask("Once upon a time");
  // One text: no bubble, no Markdown.
  await expect(chat.answer(0)).toHaveAttribute("data-view", "completion");
  expect(await chat.answerText(0)).toBe("lived a cat **there**.");
  await chat.act(chat.answer(0), "Copy");
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain("lived a cat **there**.");
  await chat.act(chat.answer(0), "Regenerate");
  await expect(chat.answer(0).getByText("2 / 2")).toBeVisible();
  await chat.expectState(0, "done");
  await chat.act(chat.answer(0), "Previous branch");
  await expect(chat.answer(0).getByText("1 / 2")).toBeVisible();
  await chat.edit(chat.answer(0), " lived a dog.");
  await expect(chat.answer(0)).toContainText("lived a dog.");
  await chat.act(chat.answer(0), "Continue");
  await expect(chat.answer(0)).toContainText("lived a dog. lived a cat");
  // No message is answered anew while another answer is under way.
  await chat.expectState(0, "done");
  await chat.edit(chat.messages.first(), "Long ago");
  await chat.expectState(0, "done");
  await expect(chat.messages.first().getByText("2 / 2")).toBeVisible();
  await chat.act(chat.answer(0), "Delete turn");
  await expect(chat.answers).toHaveCount(0);
  await chat.button("Undo").click();
  await expect(chat.answers).toHaveCount(1);
});

test("a model without a tokenizer loads and says that it cannot chat", async ({ chat, page }) => {
  await chat.open(talkingGguf({ tokenizer: false }, "mute.gguf"));
  await expect(page.getByText(/without a tokenizer|no tokenizer/).first()).toBeVisible();
  await chat.message.fill("cats");
  await chat.sendButton.click();
  await expect(chat.alert).toContainText("tokenizer");
  await expect(chat.answers).toHaveCount(0);
  await chat.chooseFiles(talkingGguf());
  await chat.expectReady("talking");
  expect(await chat.ask("cats")).toBe(ANSWER_TEXTS.cats);
});

test("a model that computes no numbers is stopped, with the reason and the words so far", async ({ chat }) => {
  await chat.open(poisonedGguf());
  expect(await chat.ask("cats")).toBe(ANSWER_TEXTS.cats);
  await chat.send("void");
  await chat.expectState(1, "error");
  await expect(chat.answer(1)).toContainText(ANSWER_TEXTS.void);
  await expect(chat.alert).toContainText("not a number");
  await chat.newChat();
  expect(await chat.ask("tea")).toBe(ANSWER_TEXTS.tea);
});
