/** What a person is about to click stays where it is, whatever comes by itself. */
import type { Page } from "@playwright/test";
import { givenFile } from "./helpers/models";
import { SCREEN_SIZES } from "./helpers/screenSizes";
import { expect, test } from "./helpers/test";

/** From now on, in every frame: where each control is that can be seen, by its name. */
async function watchPlaces(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const places = new Map<string, Set<string>>();
    Object.assign(globalThis, { places });
    const look = (): void => {
      requestAnimationFrame(look);
      // Another font is another page; it is asked for first of all.
      if (!document.fonts.check('1em "Source Sans 3 Variable"')) return;
      for (const control of document.querySelectorAll(
        "button, select, input, textarea, label.button, label.icon-button",
      )) {
        const { x, y, width } = control.getBoundingClientRect();
        const name = `${control.tagName} ${control.id} ${control.getAttribute("aria-label") ?? control.textContent}`;
        if (width <= 1) continue;
        const place = `${Math.round(x)}, ${Math.round(y)}`;
        places.set(name, (places.get(name) ?? new Set()).add(place));
      }
    };
    look();
  });
}

function readPlaces(page: Page): Promise<[string, string[]][]> {
  return page.evaluate(() => {
    const { places } = globalThis as unknown as { places: Map<string, Set<string>> };
    return [...places].map(([name, seen]): [string, string[]] => [name, [...seen]]);
  });
}

for (const [width, height] of SCREEN_SIZES) {
  test(`no control moves while the page and its model come, ${width} px`, async ({ chat, page }) => {
    await page.setViewportSize({ width, height });
    // What is drawn only when needed comes late.
    await page.route(/StartWithPicture/, async (route) => {
      await expect(page.getByRole("button", { name: "Larger models" })).toBeVisible();
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
      await route.continue();
    });
    await watchPlaces(page);
    await page.goto("./");
    await chat.expectReady("pane");
    await expect(page.locator(".start-pictures").getByRole("button").first()).toBeVisible();
    const places = await readPlaces(page);
    expect(places.length).toBeGreaterThan(10);
    expect(places.filter(([, seen]) => seen.length > 1)).toEqual([]);
  });
}

test("text that is read stays in place while a model loads", async ({ gotoFake, page }) => {
  const chat = await gotoFake({ scene: "slow-load", answer: "A line of some words.\n\n".repeat(60) });
  await chat.chooseFiles(givenFile("story.gguf", new Uint8Array(1)));
  await chat.expectReady("story");
  await chat.ask("Tell me.");
  const conversation = page.getByRole("region", { name: "Conversation" });
  await conversation.evaluate((element) => element.scrollTo({ top: 400 }));
  const line = chat.answer(0).getByRole("paragraph").nth(30);
  const place = () => line.evaluate((element) => element.getBoundingClientRect().top);
  const before = await place();
  await chat.chooseFiles(givenFile("other.gguf", new Uint8Array(1)));
  await expect(chat.progress).toBeVisible();
  const during = await place();
  await chat.expectReady("other");
  const after = await place();
  expect([during, after]).toEqual([before, before]);
});

test("the page's letters are asked for once, before anything is drawn", async ({ page }) => {
  await page.goto("./");
  await page.waitForFunction(() => document.fonts.check('1em "Source Sans 3 Variable"'));
  const fonts = await page.evaluate(() =>
    (performance.getEntriesByType("resource") as PerformanceResourceTiming[])
      .filter(({ name }) => name.includes("source-sans-3-latin-wght-normal"))
      .map(({ initiatorType }) => initiatorType),
  );
  expect(fonts).toEqual(["link"]);
});
