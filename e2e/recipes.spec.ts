/** Recipes of a person's own: written, kept, compared, and chosen where models are opened. */
import { readFile } from "node:fs/promises";
import AxeBuilder from "@axe-core/playwright";
import { talkingGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

test("a rule says what it names before it is used; kept under a name, it is compared and loaded", async ({
  chat,
  page,
}) => {
  test.setTimeout(180_000);
  await chat.open(talkingGguf());
  await page.getByRole("tab", { name: "Compare" }).click();
  await page.locator("summary", { hasText: "Recipes of your own" }).click();
  const form = page.getByRole("group", { name: "The recipe" });
  const pattern = form
    .getByRole("textbox", { name: "Tensors of rule 1" })
    .or(form.getByRole("combobox", { name: "Tensors of rule 1" }));
  const keep = form.getByRole("button", { name: "Keep recipe" });
  await form.getByRole("textbox", { name: "Name of the recipe" }).fill("careful start");
  await expect(keep).toBeDisabled();
  await pattern.fill("layr 0");
  await expect(form).toContainText('"layr 0" names no tensors.');
  await pattern.fill("layer 99");
  await expect(form).toContainText("Names no tensor of this model.");
  await expect(keep).toBeDisabled();
  await pattern.fill("layer 0");
  await expect(form).toContainText(/7 tensors, [\d.,]+\s[KM]i?B/);
  await form.getByRole("button", { name: "Add rule" }).click();
  const second = form.getByLabel("Tensors of rule 2");
  await second.fill("blk.0.*");
  await expect(form).toContainText("Nothing is left for it");
  await second.fill("embedding");
  await form.getByRole("combobox", { name: "Level of rule 2", exact: true }).selectOption("f16");
  await expect(form).toContainText(/1 tensor, /);
  const { violations } = await new AxeBuilder({ page }).include("#inspector").analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await keep.click();
  await expect(form.getByRole("status")).toContainText("Kept as careful start");

  await page.getByRole("button", { name: "Compare it" }).click();
  await expect(page.getByRole("combobox", { name: "Compared 3" })).toHaveValue("q4_0+layer0=q8_0,embedding=f16");
  await page.getByRole("button", { name: "Leave out q8_0" }).click();
  await page.getByRole("textbox", { name: "Text to score" }).fill(Array(300).fill("cats rain tea").join(" "));
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(page.getByRole("region", { name: "Verdict" })).toContainText("careful start", { timeout: 120_000 });
  await expect(page.getByRole("button", { name: "Run", exact: true })).toBeVisible({ timeout: 120_000 });
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export JSON" }).click(),
  ]);
  const { levels } = JSON.parse(await readFile(await download.path(), "utf8"));
  expect(levels.map(({ level }: { level: string }) => level)).toEqual(["q4_0", "q4_0+layer0=q8_0,embedding=f16"]);

  await chat.open(talkingGguf());
  await page.getByRole("combobox", { name: "Level", exact: true }).selectOption({ label: "careful start" });
  await page.getByRole("button", { name: "Reload" }).click();
  await expect(chat.model).toHaveText(/careful start · ready$/);
});
