/** Pictures: given, seen as the model sees them, sent, kept. On a model that answers by colour. */
import type { Locator, Page } from "@playwright/test";
import { axeFindings } from "./helpers/axe";
import type { ChatPage } from "./helpers/chatPage";
import { ANSWER_TEXTS, seeingFolder, talkingGguf } from "./helpers/models";
import { giveFile, plainPng, pngFile } from "./helpers/pictures";
import { expect, test } from "./helpers/test";

const RED = plainPng("red.png", [255, 0, 0]);
const BLUE = plainPng("blue.png", [0, 0, 255]);
const SEEN = "What the model sees";
/** 48 x 48 pixels in patches of 8 x 8. */
const TOKENS = "36";

async function openSeeing(chat: ChatPage): Promise<void> {
  await chat.goto();
  await chat.chooseFiles(seeingFolder());
  await chat.expectReady();
  await chat.setGreedy(true);
}

const addImage = (page: Page, files: Parameters<Locator["setInputFiles"]>[0]) =>
  page.getByLabel("Add image").setInputFiles(files);
const seen = (place: Page | Locator) => place.getByRole("img", { name: SEEN });
const attached = (page: Page) => page.getByRole("list", { name: "Pictures for this message" });

/** Sends and gives the words of the answer. */
async function askAbout(chat: ChatPage, text = "?"): Promise<string> {
  const before = await chat.answers.count();
  await chat.send(text);
  await chat.expectState(before, "done");
  return chat.answerText(before);
}

test("a picture by file: what the model sees, what it answers, and what stays of it", async ({ chat, page }) => {
  await openSeeing(chat);
  await addImage(page, RED);
  await expect(seen(attached(page))).toHaveAttribute("data-tokens", TOKENS);
  await expect(attached(page).getByRole("img", { name: "Picture: red.png" })).toBeVisible();
  const before = await askAbout(chat);
  expect(before).toBe(ANSWER_TEXTS.cats);
  await expect(attached(page)).toHaveCount(0);
  await expect(seen(chat.messages.first())).toHaveAttribute("data-tokens", TOKENS);
  const promptTokens = await chat.number(chat.statistics, "prompt-tokens");
  expect(promptTokens).toBeGreaterThan(Number(TOKENS));
  expect(await chat.number(chat.cache, "length")).toBeGreaterThanOrEqual(promptTokens);

  await chat.messages.first().getByRole("button", { name: "Show larger" }).click();
  await expect(chat.messages.first()).toContainText("60 × 40 pixels");
  await expect(chat.messages.first()).toContainText("48 × 48 pixels, out of proportion");
  await expect(chat.messages.first()).toContainText("6 × 6, each 8 × 8 pixels");
  await expect(seen(chat.messages.first())).toHaveCount(1);

  await page.reload();
  await expect(chat.messages.first().getByRole("img", { name: "Picture: red.png" })).toBeVisible();
  await chat.chooseFiles(seeingFolder());
  await chat.expectReady();
  await expect(seen(chat.messages.first())).toHaveAttribute("data-tokens", TOKENS);
  await chat.act(chat.answer(0), "Regenerate");
  await expect(chat.answer(0).getByText("2 / 2")).toBeVisible();
  await chat.expectState(0, "done");
  expect(await chat.answerText(0)).toBe(ANSWER_TEXTS.cats);
});

test("pasted, dropped, taken out again, several at once", async ({ chat, page }) => {
  await openSeeing(chat);
  await giveFile(page, RED, "paste");
  await expect(seen(page)).toHaveCount(1);
  await giveFile(page, BLUE, "drop");
  await expect(seen(page)).toHaveCount(2);
  await expect(chat.model).toHaveText(/ready$/);
  await chat.button("Remove blue.png").click();
  await expect(seen(page)).toHaveCount(1);
  expect(await askAbout(chat)).toBe(ANSWER_TEXTS.cats);
  await addImage(page, [RED, BLUE]);
  await expect(seen(attached(page))).toHaveCount(2);
  // Without a word: the newest picture says what it is about.
  await chat.sendButton.click();
  await chat.expectState(1, "done");
  expect(await chat.answerText(1)).toBe(ANSWER_TEXTS.tea);
});

test("drawn by pointer, by keyboard, and from a sample", async ({ chat, page }) => {
  await openSeeing(chat);
  await chat.button("Draw").click();
  const dialog = page.getByRole("dialog", { name: "Draw" });
  const canvas = dialog.getByRole("application");
  await expect(dialog.getByRole("button", { name: "Add to message" })).toBeDisabled();
  await dialog.getByRole("radio", { name: "Very large" }).check();
  await dialog.getByRole("radio", { name: "square" }).check();
  await canvas.click();
  await expect(canvas).toHaveAccessibleName("Drawing: red square at 50 %, 50 %");
  await dialog.getByRole("radio", { name: "blue" }).check();
  await dialog.getByRole("radio", { name: "circle" }).check();
  await canvas.focus();
  for (const key of ["Shift+ArrowLeft", "ArrowUp", "Enter"]) await page.keyboard.press(key);
  await expect(canvas).toHaveAccessibleName(/red square at 50 %, 50 %, blue circle at 33 %, 46 %$/);
  await dialog.getByRole("button", { name: "Undo" }).click();
  await expect(canvas).toHaveAccessibleName("Drawing: red square at 50 %, 50 %");
  await dialog.getByRole("button", { name: "Add to message" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(chat.message).toBeFocused();
  await expect(seen(attached(page))).toHaveAttribute("data-tokens", TOKENS);
  expect(await askAbout(chat)).toBe(ANSWER_TEXTS.cats);

  await chat.button("Draw").click();
  await dialog.getByRole("button", { name: "three green triangles" }).click();
  await dialog.getByRole("button", { name: "Clear" }).click();
  await expect(canvas).toHaveAccessibleName("Drawing, empty");
  await dialog.getByRole("radio", { name: "Brush" }).check();
  await dialog.getByRole("radio", { name: "green" }).check();
  await dialog.getByRole("radio", { name: "Very large" }).check();
  const box = await canvas.boundingBox();
  if (box === null) throw new Error("no canvas");
  for (const share of [0.3, 0.42, 0.54, 0.66]) {
    await page.mouse.move(box.x + 0.1 * box.width, box.y + share * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.9 * box.width, box.y + share * box.height, { steps: 4 });
    await page.mouse.up();
  }
  await expect(canvas).toHaveAccessibleName("Drawing: green line, green line, green line, green line");
  await dialog.getByRole("button", { name: "Add to message" }).click();
  await expect(seen(attached(page))).toHaveCount(1);
  expect(await askAbout(chat)).toBe(ANSWER_TEXTS.rain);
});

test("on small screens the canvas stays in sight, and large pictures leave room", async ({ chat, page }) => {
  await openSeeing(chat);
  await page.setViewportSize({ width: 375, height: 640 });
  await chat.button("Draw").click();
  const dialog = page.getByRole("dialog", { name: "Draw" });
  await dialog.getByRole("button", { name: "a large purple diamond" }).click();
  await expect(dialog.getByRole("application")).toBeInViewport({ ratio: 0.99 });
  await dialog.getByRole("button", { name: "Add to message" }).click();
  await attached(page).getByRole("button", { name: "Show larger" }).click();
  await expect(chat.message).toBeInViewport({ ratio: 1 });
  // The panels lie below the chat here.
  await page.setViewportSize({ width: 768, height: 1024 });
  const bottom = async (place: Locator) => place.evaluate((element) => element.getBoundingClientRect().bottom);
  const top = async (place: Locator) => place.evaluate((element) => element.getBoundingClientRect().top);
  const gap = async () => (await top(page.getByRole("tablist").first())) - (await bottom(chat.sendButton));
  await expect.poll(gap).toBeGreaterThan(0);
});

test("a sample is one click away from a question", async ({ chat, page }) => {
  await openSeeing(chat);
  await chat.button("a red circle above a blue square").click();
  await expect(chat.message).toHaveValue("What do you see?");
  // With the question there, the picture is too: sent at once, they go together.
  const count = await attached(page).getByRole("listitem").count();
  expect(count).toBe(1);
  await expect(seen(attached(page))).toHaveAttribute("data-tokens", TOKENS);
});

test("what is decoded is what the file says, colours under transparent pixels included", async ({ chat, page }) => {
  await openSeeing(chat);
  const colour = (x: number, y: number) => [5 * x, 5 * y, (7 * x * y) % 256] as const;
  const alphas = [255, 0, 128, 1];
  await addImage(
    page,
    pngFile("exact.png", 48, 48, (x, y) => [...colour(x, y), alphas[(x + y) % 4]]),
  );
  await attached(page).getByRole("button", { name: "Show larger" }).click();
  await expect(attached(page)).toContainText("Cut off");
  // Each pixel is a square of equal ones; the lines of the grid are at their edges.
  const pixels = () =>
    seen(page).evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const scale = canvas.width / 48;
      const { data } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      const centre = (p: number): number => Math.floor((p + 0.5) * scale);
      return Array.from({ length: 48 * 48 }, (_, i) => {
        const at = (centre(Math.floor(i / 48)) * canvas.width + centre(i % 48)) * 4;
        return [...data.slice(at, at + 3)];
      });
    });
  await expect.poll(pixels).toEqual(Array.from({ length: 48 * 48 }, (_, i) => [...colour(i % 48, Math.floor(i / 48))]));
});

test("a still from the camera, and its refusal in words", async ({ chat, page }) => {
  await page.addInitScript(() => {
    let isAllowed = false;
    navigator.mediaDevices.getUserMedia = async () => {
      if (!isAllowed) {
        isAllowed = true;
        throw new DOMException("denied", "NotAllowedError");
      }
      const canvas = document.createElement("canvas");
      canvas.width = 96;
      canvas.height = 64;
      const context = canvas.getContext("2d") as CanvasRenderingContext2D;
      setInterval(() => {
        context.fillStyle = "rgb(0 0 255)";
        context.fillRect(0, 0, 96, 64);
      }, 30);
      return canvas.captureStream(30);
    };
  });
  await openSeeing(chat);
  await chat.button("Camera").click();
  const dialog = page.getByRole("dialog", { name: "Camera" });
  await expect(dialog.getByRole("alert")).toContainText("may not use the camera");
  await dialog.getByRole("button", { name: "Try again" }).click();
  await dialog.getByRole("button", { name: "Take picture" }).click();
  await expect(seen(attached(page))).toHaveAttribute("data-tokens", TOKENS);
  expect(await askAbout(chat)).toBe(ANSWER_TEXTS.tea);
});

test("what is no picture is refused in words, and nothing is attached", async ({ chat, page }) => {
  await openSeeing(chat);
  const torn = { ...RED, name: "torn.png", buffer: RED.buffer.subarray(0, 40) };
  const script = { name: "drawing.svg", mimeType: "image/svg+xml", buffer: Buffer.from("<svg/>") };
  for (const [file, reason] of [
    [script, "Only PNG"],
    [torn, "not a picture"],
  ] as const) {
    await addImage(page, file);
    await expect(chat.alert).toContainText(`${file.name} was not added`);
    await expect(chat.alert).toContainText(reason);
    await expect(attached(page)).toHaveCount(0);
  }
});

test("a model that does not see says so before anything is sent", async ({ chat, page }) => {
  await openSeeing(chat);
  await addImage(page, RED);
  expect(await askAbout(chat)).toBe(ANSWER_TEXTS.cats);
  await chat.chooseFiles(talkingGguf());
  await chat.expectReady("talking");
  for (const name of ["Draw", "Camera"]) await expect(chat.button(name)).toHaveCount(0);
  await expect(page.getByLabel("Add image")).toHaveCount(0);
  await chat.message.fill("tea");
  await expect(chat.sendButton).toBeDisabled();
  await expect(page.getByText("talking does not see.")).toBeVisible();
  await chat.button("Leave the pictures out").click();
  await expect(page.getByText("talking reads this chat without its pictures.")).toBeVisible();
  expect(await askAbout(chat, "tea")).toBe(ANSWER_TEXTS.tea);
  await giveFile(page, BLUE, "drop");
  await expect(chat.alert).toContainText("talking does not see pictures");
});

test("pictures go out with the chat and come back", async ({ chat, page }) => {
  await openSeeing(chat);
  await addImage(page, RED);
  await askAbout(chat, "What is red?");
  const { text } = await chat.download(() => chat.button("Export").click());
  expect(Object.values(JSON.parse(text).images)).toEqual([
    { name: "red.png", data: `data:image/png;base64,${RED.buffer.toString("base64")}` },
  ]);
  await chat.chatAction("What is red?", "Delete");
  await expect(seen(page)).toHaveCount(0);
  await chat.importFile(text);
  await expect(seen(chat.messages.first())).toHaveAttribute("data-tokens", TOKENS);
});

test("axe finds nothing in pictures, drawing and camera", async ({ chat, page }) => {
  await openSeeing(chat);
  const check = async (): Promise<void> => {
    expect(await axeFindings(page)).toEqual([]);
  };
  await check();
  await addImage(page, [RED, BLUE]);
  await expect(seen(page)).toHaveCount(2);
  await attached(page).getByRole("button", { name: "Show larger" }).first().click();
  await check();
  await chat.button("Draw").click();
  await expect(page.getByRole("dialog", { name: "Draw" })).toBeVisible();
  await check();
});
