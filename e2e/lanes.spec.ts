/** Levels that write side by side: where each leaves the reference, and what a forced token changes. */
import type { Page } from "@playwright/test";
import { axeFindings } from "./helpers/axe";
import { wideGguf } from "./helpers/models";
import { SCREEN_SIZES } from "./helpers/screenSizes";
import { expect, test } from "./helpers/test";

async function openLanes(page: Page): Promise<void> {
  await page.getByRole("tab", { name: "Compare" }).click();
  await page.getByRole("radio", { name: "Free-running lanes" }).check();
  await page.getByRole("textbox", { name: "Prompt for the lanes" }).fill("cats and rain");
}

test("Run says what it waits for", async ({ openFake, page }) => {
  await openFake();
  await page.getByRole("tab", { name: "Compare" }).click();
  const run = page.getByRole("button", { name: "Run", exact: true });
  await expect(run).toBeEnabled();
  await page.getByRole("radio", { name: "This chat" }).check();
  await expect(run).toHaveAccessibleDescription("Nothing was said in this chat yet.");
  await page.getByRole("radio", { name: "Own text" }).check();
  await expect(run).toBeEnabled();
  await expect(run).toHaveAccessibleDescription("");
  await page.getByRole("radio", { name: "Free-running lanes" }).check();
  await page.getByRole("textbox", { name: "Prompt for the lanes" }).fill(" ");
  await expect(run).toBeDisabled();
  await expect(run).toHaveAccessibleDescription("Write a prompt for the lanes first.");
  await page.getByRole("textbox", { name: "Prompt for the lanes" }).fill("cats");
  await expect(run).toBeEnabled();
});

test("lanes write side by side, part, and go on from a forced token", async ({ chat, page }) => {
  await chat.open(wideGguf());
  await chat.setNumber("Temperature", 2);
  await chat.setNumber("Seed", 5);
  await openLanes(page);
  await page.getByRole("combobox", { name: "Compared 1" }).selectOption({ label: "q2_k" });
  await page.getByRole("button", { name: "Leave out q4_0" }).click();
  await page.getByRole("spinbutton", { name: "Tokens of each lane" }).fill("24");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  const reference = page.getByRole("region", { name: "as stored", exact: true });
  const lane = page.getByRole("region", { name: "q2_k", exact: true });
  await expect(page.getByRole("button", { name: "Run", exact: true })).toBeEnabled({ timeout: 120_000 });
  for (const region of [reference, lane]) {
    await expect(region).toContainText(/Speed\s*\d[\d.\s]*\stok\/s/);
    await expect(region).toContainText(/First token\s*\d[\d.]*\sm?s/);
    await expect(region).toContainText(/Weights\s*\d[\d.]*\s[KM]iB/);
    await expect(region).toContainText(/Cache\s*\d[\d.]*\s[KM]?i?B/);
  }
  await expect(page.getByText("Seed 5.")).toBeVisible();
  const leaves = lane.getByText(/Leaves the reference after \d+ tokens/);
  const places = async (): Promise<number> => Number((await leaves.innerText()).match(/after (\d+)/)?.[1]);
  const before = await places();
  expect(await axeFindings(page, "#inspector")).toEqual([]);

  const told = await reference.locator(".lane-text").innerText();
  await lane.getByRole("button", { name: /^Force the reference's token here and go on/ }).click();
  await expect(lane.locator(".lane-forced")).toHaveCount(1, { timeout: 120_000 });
  await expect(page.getByRole("button", { name: "Run", exact: true })).toBeEnabled({ timeout: 120_000 });
  await expect(reference.locator(".lane-text")).toHaveText(told, { useInnerText: true });
  // It agrees for longer, or to the end.
  if (await leaves.isVisible()) expect(await places()).toBeGreaterThan(before);
  else await expect(lane).toContainText("The same 24 tokens as the reference");

  await page.getByRole("button", { name: "Free them" }).click();
  await expect(page.getByRole("button", { name: "Free them" })).toBeHidden();
  await chat.setNumber("Max new tokens", 4);
  await chat.ask("cats");
});

test("on every screen, light and dark, axe finds nothing in the lanes", async ({ openFake, page }) => {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const [width, height] of SCREEN_SIZES) {
      await page.setViewportSize({ width, height });
      const chat = await openFake();
      if (width < 768) await chat.button("Inspector").click();
      await openLanes(page);
      await expect(page.getByText(/Run lanes to see/)).toBeVisible();
      await page.getByRole("button", { name: "Run", exact: true }).click();
      await expect(page.getByRole("region", { name: "q4_0" })).toContainText("Leaves the reference after 9 tokens");
      await expect(page.getByRole("button", { name: "Run", exact: true })).toBeEnabled();
      expect.soft(await axeFindings(page, "#inspector"), `${colorScheme} ${width}`).toEqual([]);
    }
  }
});
