/** A level taken along as a GGUF file, which answers as the model did. */
import { readFile } from "node:fs/promises";
import { axeFindings } from "./helpers/axe";
import { ANSWER_TEXTS, givenFile, talkingFolder } from "./helpers/models";
import { expect, test } from "./helpers/test";

test("a model from a folder is saved as GGUF at 8 bit, and the file answers alike", async ({ chat, page }) => {
  await page.addInitScript(() => {
    // Its dialog is the browser's own; without it the file goes to the downloads.
    Reflect.deleteProperty(window, "showSaveFilePicker");
  });
  await chat.goto();
  await chat.chooseFiles(talkingFolder());
  await chat.expectReady();
  await page.getByRole("tab", { name: "Compare" }).click();
  const section = page.getByRole("region", { name: "Save as GGUF" });
  await section.getByRole("combobox", { name: "Level of the file" }).selectOption({ label: "q8_0" });
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    section.getByRole("button", { name: "Save as GGUF" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/-q8_0\.gguf$/);
  await expect(section.getByRole("status")).toContainText(/Saved q8_0: \d/);
  expect(await axeFindings(page, "#inspector")).toEqual([]);

  const bytes = await readFile(await download.path());
  expect(bytes.subarray(0, 4).toString()).toBe("GGUF");
  await chat.open(givenFile("saved.gguf", bytes));
  expect(await chat.ask("cats")).toBe(ANSWER_TEXTS.cats);
});
