/** What decides how the model answers: system prompts, presets, numbers and their sliders, what is kept of them. */
import type { Page } from "@playwright/test";
import { expectKept } from "./helpers/kept";
import { ANSWER_TEXTS, givenFile, talkingGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

const systemPrompt = (page: Page) => page.getByRole("textbox", { name: "System prompt" });
const presets = (page: Page) => page.getByRole("region", { name: "System prompt" }).getByRole("combobox");

test("a system prompt belongs to its chat and is read by the model", async ({ chat, page }) => {
  await chat.open(talkingGguf());
  await systemPrompt(page).fill("Speak of rain.");
  // The talking model answers the newest topic it reads; here only the system prompt names one.
  expect(await chat.ask("Hm")).toBe(ANSWER_TEXTS.rain);
  await chat.newChat();
  await expect(systemPrompt(page)).toHaveValue("");
  expect(await chat.ask("Hm")).toBe(ANSWER_TEXTS.ask);
  await chat.titles().nth(1).getByRole("button").first().click();
  await expect(systemPrompt(page)).toHaveValue("Speak of rain.");
});

test("ready prompts fill it in; one's own are saved by name, offered again and deleted", async ({ gotoFake, page }) => {
  await gotoFake();
  for (const [name, words] of [
    ["Zero-shot: just the task", "Answer the question."],
    ["One-shot: one example", "Review:"],
    ["Few-shot: three examples", "Capital:"],
    ["Chain of thought: step by step", "step by step"],
    ["Translate", "Translate"],
    ["Summarize", "three bullet points"],
  ] as const) {
    await presets(page).selectOption(name);
    await expect(systemPrompt(page)).toHaveValue(new RegExp(words));
  }
  await systemPrompt(page).fill("Answer as a pirate.");
  await page.getByRole("button", { name: "Save as preset" }).click();
  await page.getByRole("textbox", { name: "Preset name" }).fill("Pirate");
  await page.keyboard.press("Enter");
  await expectKept(page, "preferences", "Pirate");
  await page.reload();
  await expect(systemPrompt(page)).toHaveValue("Answer as a pirate.");
  await systemPrompt(page).fill("");
  await presets(page).selectOption("Pirate");
  await expect(systemPrompt(page)).toHaveValue("Answer as a pirate.");
  await page.getByRole("button", { name: "Delete preset" }).click();
  await expect(presets(page).getByRole("option", { name: "Pirate" })).toHaveCount(0);
});

test("sampling presets set what draws the next token, and Reset brings back llama.cpp's", async ({
  gotoFake,
  page,
}) => {
  await gotoFake();
  const preset = page.getByRole("region", { name: "Sampling" }).getByRole("combobox", { name: "Preset" });
  const value = (name: string) => page.getByRole("spinbutton", { name, exact: true });
  await page.getByRole("spinbutton", { name: "Seed" }).fill("5");
  for (const [name, temperature, topK, topP, minP] of [
    ["precise", "0.2", "20", "0.9", "0.1"],
    ["balanced", "0.7", "40", "0.9", "0.05"],
    ["creative", "1.1", "0", "1", "0.02"],
    ["llama.cpp defaults", "0.8", "40", "0.95", "0.05"],
  ] as const) {
    await preset.selectOption(name);
    await expect(value("Temperature")).toHaveValue(temperature);
    await expect(value("Top-k")).toHaveValue(topK);
    await expect(value("Top-p")).toHaveValue(topP);
    await expect(value("Min-p")).toHaveValue(minP);
    await expect(value("Seed")).toHaveValue("5");
  }
  await preset.selectOption("greedy");
  await expect(page.getByRole("checkbox", { name: "Greedy" })).toBeChecked();
  await value("Temperature").fill("1.5");
  await expect(preset.locator("option:checked")).toHaveText("your own");
  await page.getByRole("button", { name: "Reset", exact: true }).click();
  await expect(preset.locator("option:checked")).toHaveText("llama.cpp defaults");
  await expect(value("Seed")).toHaveValue("");
});

test("what a model's files ask for holds until the person chooses, and Reset comes back to it", async ({
  openFake,
  page,
}) => {
  const chat = await openFake({ scene: "own-sampling", answer: "One two." });
  const preset = page.getByRole("region", { name: "Sampling" }).getByRole("combobox", { name: "Preset" });
  const temperature = page.getByRole("spinbutton", { name: "Temperature" });
  await expect(preset.locator("option:checked")).toHaveText("the model's own");
  await expect(preset).toHaveAccessibleDescription(/As the model's files ask/);
  await expect(temperature).toHaveValue("0.6");
  await chat.ask("Hello");
  await preset.selectOption("precise");
  await expect(temperature).toHaveValue("0.2");
  // The same model anew does not take the choice back.
  await chat.chooseFiles(givenFile("tale.gguf", new Uint8Array(1)));
  await chat.expectReady("tale");
  await expect(preset.locator("option:checked")).toHaveText("precise");
  await page.getByRole("button", { name: "Reset", exact: true }).click();
  await expect(preset.locator("option:checked")).toHaveText("the model's own");
  await expect(temperature).toHaveValue("0.6");
  await preset.selectOption("creative");
  await preset.selectOption("the model's own");
  await expect(temperature).toHaveValue("0.6");
});

test("each number has a slider that moves with it, and a line that says what it does", async ({ gotoFake, page }) => {
  await gotoFake();
  const sliders = page.getByRole("region", { name: "Sampling" }).getByRole("slider");
  await expect(sliders).toHaveCount(8);
  for (const slider of await sliders.all()) {
    const name = (await slider.getAttribute("aria-label")) ?? "";
    const number = page.getByRole("spinbutton", { name, exact: true });
    await expect(number).toHaveAccessibleDescription(/\w+ \w+/);
    const before = await number.inputValue();
    await slider.press("ArrowLeft");
    await expect(number).not.toHaveValue(before);
    await slider.press("ArrowRight");
    await expect(number).toHaveValue(before);
  }
});

test("Sampling leads to the settings, also where they were closed; a change acts on the next answer", async ({
  openFake,
  page,
}) => {
  const chat = await openFake({ answer: "One two three four five." });
  await page.getByRole("button", { name: "Close: Settings" }).click();
  const temperature = page.getByRole("spinbutton", { name: "Temperature" });
  await expect(temperature).toBeHidden();
  await chat.button("Sampling").click();
  await expect(temperature).toBeVisible();
  await expect(page.getByRole("combobox", { name: "Preset" }).first()).toBeFocused();
  await chat.setNumber("Max new tokens", 3);
  expect(await chat.ask("Count")).toBe("One two three");
  await chat.setNumber("Seed", 4711);
  await chat.act(chat.answer(0), "Regenerate");
  // The made-up runtime says the same with any seed.
  await expect(chat.answer(0)).toContainText("seed 4711 · the same as a branch before");
  await chat.answer(0).getByText("seed 4711").click();
  for (const words of ["story, as stored", "prompt", "prefill", "first token after", "reached max new tokens"]) {
    await expect(chat.answer(0)).toContainText(words);
  }
});

test("model, level, adapter and the kernels in use are said", async ({ openFake, page }) => {
  await openFake();
  await expect(page.getByRole("status", { name: "Model" })).toHaveText("story · as stored (q8_0) · ready");
  await expect(page.getByRole("banner").getByText("Acme Vitreous 200")).toBeVisible();
  const device = page.getByRole("region", { name: "Device" });
  await expect(device.getByText("Acme Vitreous 200")).toBeVisible();
  await expect(device.getByRole("row", { name: /^matvec subgroup fastest of 3 timed/ })).toBeVisible();
  await expect(device.getByRole("row", { name: /^attention workgroup/ })).toBeVisible();
});

test("the context gauge says what is used, of what, and what goes first", async ({ openFake, page }) => {
  const chat = await openFake({ answer: "Yes." });
  const context = page.getByRole("status", { name: "Context" });
  await chat.ask("The first message of all");
  await chat.ask("The second one");
  await expect(context).toHaveText(/\d+ \/ 512.*When it is full, the answer ends there/);
  await chat.choose("When the cache is full", "drop the oldest turns");
  await expect(context).toContainText("this goes first: “The first message of all” and its answer");
  await expect(page.getByRole("status", { name: "KV cache" })).toHaveAttribute("title", /2 × 5 layers × 4 kv heads/);
});
