/** The attention panel with everything in it open, at every width, light and dark: axe finds nothing, nothing runs out. */
import { axeFindings } from "./helpers/axe";
import type { ChatPage } from "./helpers/chatPage";
import { plainPng } from "./helpers/pictures";
import { expect, test } from "./helpers/test";

const SCREENS = [
  [1440, 900, "light"],
  [1440, 900, "dark"],
  [768, 1024, "light"],
  [768, 1024, "dark"],
  [390, 844, "light"],
  [390, 844, "dark"],
] as const;

/** A picture asked about, and every part of the panel unfolded. */
async function showEverything(chat: ChatPage, isPhone: boolean): Promise<void> {
  const { page } = chat;
  await page.getByLabel("Add image").setInputFiles(plainPng("red.png", [255, 0, 0]));
  await expect(page.getByRole("list", { name: "Pictures for this message" })).toBeVisible();
  await chat.ask(
    "What is to be seen in this picture, and where does the model look while it says so? Tell me at length.",
  );
  if (isPhone) await chat.button("Inspector").click();
  await page.getByRole("tab", { name: "Attention" }).click();
  const head = page.getByRole("region", { name: "Head", exact: true });
  await expect(head.getByRole("img", { name: "Image attention" })).toBeVisible();
  await head.getByRole("option").last().click();
  for (const part of ["All weights of this token", "Lines", "Whole pattern", "Query and key", "Largest patches"]) {
    await head.locator("summary", { hasText: part }).first().click();
  }
  await expect(head.getByRole("img", { name: /^Attention pattern/ })).toBeVisible();
  await head.getByRole("button", { name: "Export", exact: true }).click();
  await page.getByText("The tower's own heads").click();
  await head.getByRole("button", { name: "Ablate head" }).click();
  await chat.button("Regenerate with ablation").click();
  await expect(page.getByRole("region", { name: "Ablation" }).getByText("KL divergence").first()).toBeVisible();
  const lens = page.getByRole("region", { name: "Logit lens", exact: true });
  await lens.getByRole("button", { name: "Look through the layers" }).click();
  await lens.getByRole("button", { name: "Look around the selected token" }).click();
  await expect(lens.getByRole("region", { name: "Lens over positions" })).toBeVisible();
  await chat.button("Roll out the selected token").click();
  await expect(page.getByRole("region", { name: "Tokens by their share" })).toBeVisible();
  await chat.button("Compare prompts").click();
  await expect(page.getByRole("region", { name: "Experiments" }).getByRole("list", { name: "Head" })).toBeVisible();
}

for (const [width, height, colorScheme] of SCREENS) {
  test(`everything about attention, ${width} px, ${colorScheme}`, async ({ openFake, page }) => {
    test.setTimeout(180_000);
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const chat = await openFake({ scene: "vision" });
    await showEverything(chat, width < 768);
    expect(await axeFindings(page, "#inspector")).toEqual([]);
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    const inspector = page.locator("#inspector");
    await expect
      .poll(() => inspector.evaluate((element) => element.scrollWidth - element.clientWidth))
      .toBeLessThanOrEqual(0);
  });
}
