/** What a visitor shows the bundled model in the first minute, and what it must say. */
import { giveFile, pngFile } from "./helpers/pictures";
import { expect, test } from "./helpers/test";

const SAMPLES = {
  "a red circle above a blue square": "A large red circle at the top, a large blue square at the bottom.",
  "three green triangles":
    "A large green triangle in the top left, a large green triangle in the top right, a large green triangle at the bottom.",
  "a yellow star beside a black cross": "A large yellow star on the left, a large black cross on the right.",
  "a large purple diamond and a small pink circle":
    "A large purple diamond in the top left, a small pink circle in the bottom right.",
};

test("every sample is described as it is", async ({ chat, page }) => {
  await page.goto("./");
  await chat.expectReady("pane");
  for (const [sample, answer] of Object.entries(SAMPLES)) {
    await chat.newChat();
    await chat.button(sample).click();
    await expect(chat.message).toHaveValue("What do you see?");
    await chat.sendButton.click();
    await chat.expectState(0, "done");
    expect(await chat.answerText(0)).toBe(answer);
  }
});

test("a drawing of a pair it never saw, what is unknown to it, and the last of two", async ({ chat, page }) => {
  await page.goto("./");
  await chat.expectReady("pane");
  await chat.button("Draw").click();
  const dialog = page.getByRole("dialog", { name: "Draw" });
  await dialog.getByRole("radio", { name: "star" }).check();
  await dialog.getByRole("radio", { name: "orange" }).check();
  await dialog.getByRole("application").click();
  await dialog.getByRole("button", { name: "Add to message" }).click();
  expect(await chat.ask("What do you see?")).toBe("A large orange star in the centre.");

  await chat.newChat();
  const pixel = (x: number, y: number) => [(x * 7 + y * 3) % 256, (y * 5) % 256, (x * y) % 256] as const;
  await giveFile(page, pngFile("unknown.png", 200, 150, pixel), "drop");
  await expect(page.getByRole("img", { name: "What the model sees" })).toHaveCount(1);
  expect(await chat.ask("What is in the picture?")).toBe("I can't tell. I only know pictures of simple shapes.");

  await chat.newChat();
  for (const sample of Object.keys(SAMPLES).slice(0, 2)) await chat.button(sample).click();
  await expect(page.getByRole("img", { name: "What the model sees" })).toHaveCount(2);
  expect(await chat.ask("What do you see?")).toContain("In the last picture: a large green triangle");
});
