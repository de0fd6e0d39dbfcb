/** A file of this machine against the open model: the same weights are the same, and another vocabulary is refused. */
import { talkingGguf, wideGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

const TEXT = "cats rain tea one two three rain cats one tea three two cats cats rain tea one ".repeat(16);

test("another file is a contender, where it has the same vocabulary", async ({ chat, page }) => {
  test.setTimeout(180_000);
  await chat.open(wideGguf());
  await page.getByRole("tab", { name: "Compare" }).click();
  await page.getByRole("button", { name: "Leave out q4_0" }).click();
  await page.getByRole("button", { name: "Leave out q8_0" }).click();
  const same = { ...wideGguf(), name: "again.gguf" };
  const add = page.locator("input[type=file][aria-label='Add file']");
  await add.setInputFiles(same);
  await expect(page.getByTitle("again.gguf", { exact: true })).toBeVisible();
  await page.getByRole("textbox", { name: "Text to score" }).fill(TEXT);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  const verdict = page.getByRole("region", { name: "Verdict" });
  await expect(verdict).toContainText("the other file cannot be told from the reference", { timeout: 90_000 });
  await expect(page.getByRole("button", { name: "Run", exact: true })).toBeEnabled({ timeout: 120_000 });

  // Kept under its own name, whatever is compared next.
  await expect(page.getByRole("table", { name: "Kept results" })).toContainText("again.gguf");

  // Takes the place of the one before.
  await add.setInputFiles({ ...talkingGguf(), name: "other.gguf" });
  await expect(page.getByTitle("again.gguf", { exact: true })).toHaveCount(0);
  await expect(page.getByTitle("other.gguf")).toBeVisible();
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: "cannot be compared" })).toBeVisible({ timeout: 120_000 });
});
