/** Opening a model: by file, by folder, by link, by dropping; what is shown meanwhile, and cancelling. */
import type { Page } from "@playwright/test";
import { matricesInQ8 } from "../src/runtime/testing/tinyModel";
import { ANSWER_TEXTS, type GivenFile, talkingFolder, talkingGguf, wideGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

async function drop(page: Page, files: readonly GivenFile[]): Promise<void> {
  const contents = files.map(({ name, buffer }) => ({ name, base64: buffer.toString("base64") }));
  const dataTransfer = await page.evaluateHandle(async (given) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of given) {
      transfer.items.add(new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], name));
    }
    return transfer;
  }, contents);
  for (const type of ["dragenter", "dragover", "drop"]) await page.dispatchEvent("body", type, { dataTransfer });
}

test("a GGUF file is opened and answers", async ({ chat }) => {
  await chat.open(talkingGguf());
  expect(await chat.ask("Tell me of rain")).toBe(ANSWER_TEXTS.rain);
  await expect(chat.progress).toHaveCount(0);
});

test("the files of a Hugging Face folder are opened and answer, quantized on load", async ({ chat }) => {
  await chat.goto();
  await chat.chooseFiles(talkingFolder());
  await chat.expectReady();
  expect(await chat.ask("Tell me of cats")).toBe(ANSWER_TEXTS.cats);
  await chat.choose("Level", "q4_0");
  await chat.chooseFiles(talkingFolder());
  await expect(chat.model).toContainText("q4_0");
  await chat.expectReady();
  expect(await chat.ask("Tell me of tea")).toBe(ANSWER_TEXTS.tea);
});

test("dropped files are opened and answer: one GGUF, or those of a folder", async ({ chat, page }) => {
  await chat.goto();
  await expect(chat.model).toHaveText("No model open");
  await drop(page, [talkingGguf()]);
  await chat.expectReady("talking");
  expect(await chat.ask("tea")).toBe(ANSWER_TEXTS.tea);
  await drop(page, talkingFolder());
  await expect(chat.model).not.toContainText("talking");
  await chat.expectReady();
  expect(await chat.ask("cats")).toBe(ANSWER_TEXTS.cats);
});

for (const ranges of [true, false]) {
  test(`a link to another site opens a GGUF at the level asked for, ${ranges ? "by ranges" : "from a server without ranges"}`, async ({
    chat,
    serve,
    addresses,
  }) => {
    const server = await serve([talkingGguf()], { ranges });
    await chat.gotoModel(`${server.origin}/talking.gguf`, { level: "q8_0" });
    await chat.expectReady("talking");
    await expect(chat.model).toContainText("q8_0");
    await expect(chat.page.getByRole("combobox", { name: "Level", exact: true })).toHaveValue("q8_0");
    expect(await chat.ask("Tell me of rain")).toBe(ANSWER_TEXTS.rain);
    // The watch on the network sees what the worker asks for, too.
    expect(addresses).toContain(`${server.origin}/talking.gguf`);
    // Without ranges the file is fetched once and not again for every tensor.
    if (!ranges) expect(server.requests).toHaveLength(1);
  });
}

test("a quantized file stays as stored at any level, and the page says so", async ({ chat, serve, page }) => {
  const file = wideGguf({ tensors: matricesInQ8() });
  const server = await serve([file]);
  await chat.gotoModel(`${server.origin}/wide.gguf`, { level: "q4_0" });
  await chat.expectReady("wide");
  await expect(chat.model).toHaveText("wide · as stored (q8_0) · ready");
  await page.getByRole("tab", { name: "Models" }).click();
  await expect(page.getByText(/quantized already and stay as they are; q4_0 needs/)).toBeVisible();
});

test("a link to a folder opens what is in it", async ({ chat, serve }) => {
  const server = await serve(talkingFolder(), { folder: "models/talking/" });
  await chat.gotoModel(`${server.origin}/models/talking/`, { level: "f32" });
  await chat.expectReady("talking");
  expect(await chat.ask("cats")).toBe(ANSWER_TEXTS.cats);
});

test("a link that leads nowhere, or to a site that does not allow it, is said in words", async ({ chat, serve }) => {
  const server = await serve([talkingGguf()]);
  await chat.gotoModel(`${server.origin}/missing.gguf`);
  await expect(chat.alert).toContainText("404");
  await expect(chat.alert).toContainText("no such file");
  const closed = await serve([talkingGguf()], { cors: false });
  await chat.gotoModel(`${closed.origin}/talking.gguf`);
  await expect(chat.alert).toContainText("CORS");
  await expect(chat.model).not.toHaveText(/ready$/);
});

for (const ranges of [true, false]) {
  test(`while a model loads ${ranges ? "" : "without ranges "}there is progress, and cancelling ends it`, async ({
    chat,
    serve,
  }) => {
    const file = talkingGguf();
    const gateAt = Math.floor(file.buffer.length * 0.48);
    const server = await serve([file], { ranges, gateAt });
    await chat.gotoModel(`${server.origin}/talking.gguf`);
    await expect(chat.progress).toBeVisible();
    await expect(chat.progress).toHaveAttribute("aria-valuenow", /^[1-9]\d?$/);
    await expect(chat.model).not.toHaveText(/ready$/);
    await chat.cancelButton.click();
    await expect(chat.progress).toHaveCount(0);
    await expect(chat.model).toHaveText("No model open");
    await expect(chat.alert).toHaveCount(0);
    // Nothing goes on behind the scenes.
    await expect.poll(() => server.requests.at(-1)?.aborted).toBe(true);
    const asked = server.requests.length;
    server.open();
    await chat.chooseFiles(talkingGguf({}, "other.gguf"));
    await chat.expectReady("other");
    expect(await chat.ask("tea")).toBe(ANSWER_TEXTS.tea);
    expect(server.requests).toHaveLength(asked);
  });
}

test("cancelling keeps the model that was open, and so does opening a third", async ({ chat, serve }) => {
  const file = talkingGguf({}, "slow.gguf");
  const server = await serve([file], { gateAt: Math.floor(file.buffer.length * 0.48) });
  await chat.open(talkingGguf());
  expect(await chat.ask("cats")).toBe(ANSWER_TEXTS.cats);
  const link = chat.page.getByRole("textbox", { name: "Hugging Face id or URL" });
  await link.fill(`${server.origin}/slow.gguf`);
  await link.press("Enter");
  await expect(chat.progress).toBeVisible();
  // The open model goes on answering while another loads.
  expect(await chat.ask("rain")).toBe(ANSWER_TEXTS.rain);
  await chat.cancelButton.click();
  await expect(chat.progress).toHaveCount(0);
  await chat.expectReady("talking");
  expect(await chat.ask("tea")).toBe(ANSWER_TEXTS.tea);
  await chat.chooseFiles(talkingGguf({}, "third.gguf"));
  await chat.expectReady("third");
  expect(await chat.ask("cats")).toBe(ANSWER_TEXTS.cats);
});
