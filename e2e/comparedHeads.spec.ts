/** What a level changes in each head: the grid by number, and a head's patterns on either side. */
import { axeFindings } from "./helpers/axe";
import { wideGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

const TEXT = "cats rain tea one two three rain cats one tea three two cats cats rain tea one".repeat(2);

test("heads say what changed in them, and show both patterns and their difference", async ({ chat, page }) => {
  await chat.open(wideGguf());
  await page.getByRole("tab", { name: "Compare" }).click();
  await page.getByRole("combobox", { name: "Reference" }).selectOption({ label: "f32" });
  await page.getByRole("combobox", { name: "Compared 1" }).selectOption({ label: "q2_k" });
  await page.getByRole("textbox", { name: "Text to score" }).fill(TEXT);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(page.getByRole("button", { name: "Run", exact: true })).toBeEnabled({ timeout: 120_000 });
  await page.getByRole("combobox", { name: "Shown below" }).selectOption({ label: "q2_k" });

  const heads = page.getByRole("region", { name: "Attention, head by head" });
  const cells = heads.getByRole("grid").getByRole("gridcell");
  const expectDescribed = (words: RegExp): Promise<void> =>
    expect
      .poll(async () => {
        const all = await cells.evaluateAll((every) => every.map((cell) => cell.getAttribute("aria-description")));
        return all.length > 0 ? all.filter((text) => !words.test(text ?? "")) : "no cells";
      })
      .toEqual([]);
  await expectDescribed(/^attention moved \d[\d.]*\s%$/);
  await heads.getByRole("combobox", { name: "Change of" }).selectOption({ label: "on the first token" });
  // Signed, beside what moved in all.
  await expectDescribed(/^on the first token [+−±]\d.*\spoints, attention moved /);
  await expect(
    heads.getByText("Weight on the first token, level minus reference, in percentage points."),
  ).toBeVisible();

  await cells.first().focus();
  await page.keyboard.press("ArrowRight");
  await expect(cells.nth(1)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(cells.nth(1)).toHaveAttribute("aria-selected", "true");
  for (const name of [
    /^Reference\. Rows look at columns/,
    /^q2_k\. Rows/,
    /^q2_k minus reference, ± \d.*\spoints\. Rows/,
  ]) {
    await expect(heads.getByRole("img", { name })).toBeVisible();
  }
  const changed = heads.getByRole("table", { name: "Weights that changed most" });
  await expect(changed.getByRole("row")).toHaveCount(9);
  // What the table says of the largest change is what the picture's range is.
  const range = (await heads.getByRole("img", { name: /minus reference/ }).getAttribute("aria-label"))?.match(
    /± (\S+)/,
  );
  await expect(changed.getByRole("row").nth(1)).toContainText(range?.[1] ?? "none");
  const figures = heads.getByRole("table", { name: "Figures of this head" });
  await expect(figures.getByRole("row", { name: /^entropy/ })).toContainText(/bits/);
  await heads.getByRole("img", { name: /minus reference/ }).hover();
  await expect(heads.getByText(/\(\d+\) → .*points$/)).toBeVisible();
  expect(await axeFindings(page, "#inspector")).toEqual([]);

  // The model is gone, and what was held of it.
  await page.keyboard.press("Escape");
  await expect(cells.nth(1)).toHaveAttribute("aria-selected", "false");
});
