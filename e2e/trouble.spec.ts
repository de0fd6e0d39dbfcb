/** What goes wrong is said in words, and nothing that worked is lost. */
import type { Page } from "@playwright/test";
import { ChatPage } from "./helpers/chatPage";
import { ANSWER_TEXTS, type GivenFile, givenFile, patientGguf, talkingFolder, talkingGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

test("what cannot be opened is refused in words, and the open model goes on answering", async ({ chat }) => {
  const sound = talkingGguf({}, "broken.gguf");
  const folder = talkingFolder();
  const without = (tensor: string): GivenFile =>
    talkingGguf({ tensors: (all) => all.filter(({ name }) => name !== tensor) }, "broken.gguf");
  const bad: readonly (readonly [string, readonly GivenFile[], readonly string[]])[] = [
    ["no model", [givenFile("broken.gguf", new TextEncoder().encode("Dear diary"))], ["not a GGUF file"]],
    ["cut off", [givenFile("broken.gguf", sound.buffer.subarray(0, -500_000))], ["truncated"]],
    ["tensor missing", [without("blk.0.ffn_down.weight")], ['no tensor "blk.0.ffn_down.weight"']],
    [
      "architecture",
      [talkingGguf({ metadata: { "general.architecture": { kind: "string", value: "mamba" } } }, "broken.gguf")],
      ['Architecture "mamba" is not supported'],
    ],
    [
      "tensor type",
      [
        talkingGguf(
          { tensors: (all) => all.map((t) => (t.name === "output.weight" ? { ...t, type: 24 } : t)) },
          "broken.gguf",
        ),
      ],
      ['"output.weight" has type I8', "not supported"],
    ],
    ["folder without weights", folder.filter(({ name }) => name !== "model.safetensors"), ["no *.safetensors file"]],
    ["folder without config", folder.filter(({ name }) => name !== "config.json"), ["config.json is missing"]],
    ["two models", [sound, talkingGguf()], ["two GGUF files"]],
  ];
  await chat.open(talkingGguf());
  expect(await chat.ask("cats")).toBe(ANSWER_TEXTS.cats);
  for (const [what, files, words] of bad) {
    await test.step(what, async () => {
      await chat.chooseFiles(files);
      await expect(chat.alert).toContainText("Could not open");
      for (const word of words) await expect(chat.alert).toContainText(word);
      await chat.expectReady("talking");
    });
  }
  expect(await chat.ask("rain")).toBe(ANSWER_TEXTS.rain);
  expect(await chat.number(chat.statistics, "cached-tokens")).toBeGreaterThan(5);
});

/** Makes the worker hand over its device, so that a test can take it away like a driver that resets. */
async function loseDeviceOnDemand(page: Page): Promise<() => Promise<void>> {
  const patch = `
    const request = GPUAdapter.prototype.requestDevice;
    GPUAdapter.prototype.requestDevice = async function (...options) {
      const device = await request.apply(this, options);
      new BroadcastChannel("lose the device").onmessage = () => device.destroy();
      void device.lost.then(() => new BroadcastChannel("device lost").postMessage(null));
      return device;
    };`;
  await page.route(/worker.*\.js/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${patch}\n${await response.text()}` });
  });
  // Resolves when it is gone: a message sent at once would otherwise overtake the loss, and be answered.
  return () =>
    page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          new BroadcastChannel("device lost").onmessage = () => resolve();
          new BroadcastChannel("lose the device").postMessage(null);
        }),
    );
}

test("a device that is lost while answering is said, and reloading the model goes on", async ({ chat, page }) => {
  const lose = await loseDeviceOnDemand(page);
  await chat.open(patientGguf());
  expect(await chat.ask("cats")).toBe(ANSWER_TEXTS.cats);
  await chat.setNumber("Max new tokens", 16_000);
  await chat.send("count");
  await expect(chat.answer(1)).toContainText("one two three");
  await lose();
  await chat.expectState(1, "error");
  await expect(chat.alert).toContainText(/device was lost/i);
  await expect(chat.answer(1)).toContainText("one two three");
  await expect(chat.model).not.toHaveText(/ready$/);
  await page.getByRole("button", { name: /reload the model/i }).click();
  await chat.expectReady("patient");
  // The conversation is still there, and part of what the model reads.
  await expect(chat.answers).toHaveCount(2);
  expect(await chat.ask("Now rain")).toBe(ANSWER_TEXTS.rain);
});

test("a graphics process that crashes is said, and reloading the model goes on", async ({
  playwright,
  launchOptions,
  baseURL,
}) => {
  // A browser of its own: the other tests go on in one that never crashed.
  const browser = await playwright.chromium.launch(launchOptions);
  try {
    const chat = new ChatPage(await browser.newPage({ baseURL: baseURL ?? "" }));
    await chat.open(patientGguf());
    await chat.setNumber("Max new tokens", 16_000);
    await chat.send("count");
    await expect(chat.answer(0)).toContainText("one two three");
    const protocol = await browser.newBrowserCDPSession();
    await protocol.send("Browser.crashGpuProcess");
    await chat.expectState(0, "error");
    await expect(chat.alert).toContainText(/device was lost/i);
    await expect(chat.answer(0)).toContainText("one two three");
    await chat.page.getByRole("button", { name: /reload the model/i }).click();
    await chat.expectReady("patient");
    expect(await chat.ask("Now rain")).toBe(ANSWER_TEXTS.rain);
  } finally {
    await browser.close();
  }
});

test("a device that is lost meanwhile is said at once, and a message that was begun is kept", async ({
  chat,
  page,
}) => {
  const lose = await loseDeviceOnDemand(page);
  await chat.open(talkingGguf());
  expect(await chat.ask("cats")).toBe(ANSWER_TEXTS.cats);
  await chat.message.fill("Tell me of tea");
  await lose();
  await expect(chat.alert).toContainText(/device was lost/i);
  await expect(chat.model).not.toHaveText(/ready$/);
  await page.getByRole("button", { name: /reload the model/i }).click();
  await chat.expectReady("talking");
  await expect(chat.alert).toHaveCount(0);
  await expect(chat.message).toHaveValue("Tell me of tea");
  await chat.sendButton.click();
  await chat.expectState(1, "done");
  expect(await chat.answerText(1)).toBe(ANSWER_TEXTS.tea);
});

test("a worker that crashes is said, and the model can be opened again", async ({ chat, page }) => {
  await page.route(/worker.*\.js/, async (route) => {
    const response = await route.fetch();
    const crash = 'new BroadcastChannel("crash").onmessage = () => { throw new Error("out of luck"); };';
    await route.fulfill({ response, body: `${crash}\n${await response.text()}` });
  });
  await chat.open(patientGguf());
  await chat.setNumber("Max new tokens", 16_000);
  await chat.send("count");
  await expect(chat.answer(0)).toContainText("one two three");
  await page.evaluate(() => new BroadcastChannel("crash").postMessage(null));
  await chat.expectState(0, "error");
  await expect(chat.alert).toContainText("stopped unexpectedly");
  await page.getByRole("button", { name: /reload the model/i }).click();
  await chat.expectReady("patient");
  expect(await chat.ask("tea")).toBe(ANSWER_TEXTS.tea);
});
