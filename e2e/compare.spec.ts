/** What a level costs, measured in the tab: from choosing levels to the exported numbers. */
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { axeFindings } from "./helpers/axe";
import { talkingGguf, wideGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

const WORDS = ["cats", "rain", "tea", "one", "two", "three"];
/** The same in every run, and no simple pattern. */
const textOf = (count: number): string =>
  Array.from({ length: count }, (_, i) => WORDS[(i * i + Math.floor(i / 3)) % WORDS.length]).join(" ");

async function openTab(page: Page): Promise<void> {
  await page.getByRole("tab", { name: "Compare" }).click();
  await expect(page.getByRole("textbox", { name: "Text to score" })).toBeVisible();
}

interface Exported {
  readonly levels: readonly {
    readonly level: string;
    readonly n: number;
    readonly statistics: Readonly<Record<string, { value: number; error: number | null; n: number }>>;
  }[];
}

async function exportJson(page: Page): Promise<Exported> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export JSON" }).click(),
  ]);
  return JSON.parse(await readFile(await download.path(), "utf8")) as Exported;
}

test("fewer bits, more divergence: verdict, table, flips and export say so", async ({ chat, page }) => {
  // Five models, one after the other.
  test.setTimeout(400_000);
  await chat.open(wideGguf());
  await openTab(page);
  await page.getByRole("combobox", { name: "Reference" }).selectOption({ label: "f32" });
  await page.getByRole("button", { name: "Add level" }).click();
  await page.getByRole("combobox", { name: "Compared 3" }).selectOption({ label: "q2_k" });
  await page.getByRole("button", { name: "Add level" }).click();
  const mixed = page.getByRole("combobox", { name: "Compared 4" });
  await mixed.selectOption({ label: "q2_k, embedding and head at 8-bit" });
  await page.getByRole("textbox", { name: "Text to score" }).fill(textOf(260));
  await expect(page.getByRole("radio", { name: "Own text" })).toBeChecked();
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(page.getByRole("progressbar", { name: "Comparison" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Run", exact: true })).toBeVisible({ timeout: 180_000 });

  const verdict = page.getByRole("region", { name: "Verdict" });
  for (const level of ["q8_0", "q4_0", "q2_k"]) await expect(verdict).toContainText(level);
  await expect(verdict).toContainText(
    /q2_k picks the same next token \d+\.\d\s±\s\d\.\d\s% of the time and is \d+\.\d times smaller/,
  );

  const { levels } = await exportJson(page);
  expect(levels.map(({ level }) => level)).toEqual(["q8_0", "q4_0", "q2_k", "q2_k+head8"]);
  const klds = levels.map(({ statistics }) => statistics["mean KLD"]?.value ?? Number.NaN);
  expect(klds[0]).toBeGreaterThan(0);
  expect(klds[1]).toBeGreaterThan(2 * (klds[0] as number));
  expect(klds[2]).toBeGreaterThan(2 * (klds[1] as number));
  expect(klds[3]).toBeLessThan(klds[2] as number);
  for (const { n, statistics } of levels) {
    expect(n).toBeGreaterThanOrEqual(100);
    expect(statistics["same top p"]).toMatchObject({ n });
    expect(statistics.PPL?.error).toBeGreaterThan(0);
  }
  await page.getByRole("combobox", { name: "Shown below" }).selectOption({ label: "q2_k" });
  // Its flips are as many as the share says.
  const q2 = levels[2];
  const flipped = Math.round((1 - (q2?.statistics["same top p"]?.value ?? 0)) * (q2?.n ?? 0));
  expect(flipped).toBeGreaterThan(0);
  const flips = page.getByRole("list", { name: "Flips" }).getByRole("listitem");
  await expect(flips).toHaveCount(Math.min(100, flipped));
  await expect(flips.first()).toContainText(/\S+ became \S+/);

  await flips.first().getByRole("button").click();
  await expect(page.getByRole("table", { name: "Most likely next tokens" })).toBeVisible();
  expect(await axeFindings(page, "#inspector")).toEqual([]);
});

test("a model against itself cannot be told apart, and too short a text gets no verdict", async ({ chat, page }) => {
  await chat.open(talkingGguf());
  await openTab(page);
  await page.getByRole("combobox", { name: "Compared 1" }).selectOption({ label: "f32" });
  await page.getByRole("button", { name: "Leave out q4_0" }).click();
  await page.getByRole("combobox", { name: "Reference" }).selectOption({ label: "f32" });
  const text = page.getByRole("textbox", { name: "Text to score" });
  await text.fill(textOf(240));
  await page.getByRole("button", { name: "Run", exact: true }).click();
  const verdict = page.getByRole("region", { name: "Verdict" });
  await expect(verdict).toContainText(/f32 cannot be told from the reference on these \d+ tokens/, {
    timeout: 120_000,
  });
  await expect(page.getByText("None: both always pick the same token.")).toBeVisible();
  const { levels } = await exportJson(page);
  expect(levels[0]?.statistics["max KLD"]?.value).toBe(0);
  expect(levels[0]?.statistics["same top p"]?.value).toBe(1);

  await text.fill("cats rain tea");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(verdict).toContainText(/only \d+ tokens were scored/, { timeout: 120_000 });
  await text.fill("");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: "too short" })).toBeVisible();
});

test("stops after the window it is at, keeps what it has, and the chat goes on", async ({ chat, page }) => {
  await chat.open(wideGguf());
  await openTab(page);
  await page.getByRole("textbox", { name: "Text to score" }).fill(textOf(20_000));
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(page.getByRole("region", { name: "Verdict" })).toContainText("q8_0", { timeout: 120_000 });
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(page.getByText("Stopped: the numbers are of the tokens scored so far.")).toBeVisible({
    timeout: 120_000,
  });
  await expect(page.getByRole("button", { name: "Run", exact: true })).toBeEnabled();
  await chat.setNumber("Max new tokens", 4);
  await chat.ask("cats");
});
