/** Every state of the Models tab, light and wide, dark and narrow: axe finds nothing, and nothing sticks out. */
import type { Page } from "@playwright/test";
import { axeFindings } from "./helpers/axe";
import { ChatPage } from "./helpers/chatPage";
import { limitStorage } from "./helpers/limitStorage";
import { talkingFolder, talkingGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

/** A folder for pictures of each state, to look at: then at every width. */
const { SCREENS_FOLDER } = process.env;
const ALL_WIDTHS = [1440, 768, 390] as const;
const WIDTHS = { light: [1440], dark: [390] } as const;

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    async function look(page: Page, state: string): Promise<void> {
      for (const width of SCREENS_FOLDER === undefined ? WIDTHS[colorScheme] : ALL_WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        const models = page.getByRole("tab", { name: "Models" });
        // The page takes a moment to lay itself out for another width.
        await expect(async () => {
          if (!(await models.isVisible())) await button(page, "Inspector").click({ timeout: 2000 });
          await models.click({ timeout: 2000 });
        }).toPass();
        await expect(page.getByRole("textbox", { name: "Hub address" })).toBeVisible();
        if (SCREENS_FOLDER !== undefined) {
          await page.screenshot({ path: `${SCREENS_FOLDER}/${state}-${colorScheme}-${width}.png` });
        }
        expect.soft(await axeFindings(page), `${state} at ${width}`).toEqual([]);
        await expect
          .poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${state} at ${width}`)
          .toBeLessThanOrEqual(0);
      }
      // Where nothing lies over anything else.
      await page.setViewportSize({ width: 1440, height: 900 });
    }

    test.beforeEach(async ({ page }) => {
      test.setTimeout(240_000);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    });

    test("nothing kept, an error, and several files", async ({ page, serveHub }) => {
      const hub = await serveHub([talkingGguf({}, "tiny-F32.gguf"), talkingGguf({}, "tiny-copy.gguf")]);
      await page.goto(`./?${new URLSearchParams({ model: "none", tab: "models", hub: hub.origin })}`);
      await expect(page.getByText(/are kept here and open without a network/)).toBeVisible();
      await look(page, "empty");
      await page.getByRole("textbox", { name: "Hugging Face id or URL" }).fill("no-such/model");
      await button(page, "Load").click();
      await expect(page.getByRole("alert")).toBeVisible();
      await look(page, "error");
      await page.getByRole("textbox", { name: "Hugging Face id or URL" }).fill("tiny/model");
      await button(page, "Load").click();
      await expect(page.getByRole("button", { name: /^tiny-F32/ })).toBeVisible();
      await look(page, "files");
    });

    test("loading and paused", async ({ page, serveHub }) => {
      const file = talkingGguf({}, "slow.gguf");
      const hub = await serveHub([file], { gateAt: Math.floor(file.buffer.length * 0.6) });
      await page.goto(`./?${new URLSearchParams({ hub: hub.origin, model: "tiny/model", tab: "models" })}`);
      await expect(button(page, "Pause")).toBeVisible();
      await look(page, "loading");
      await button(page, "Pause").click();
      await expect(button(page, "Resume")).toBeVisible();
      await look(page, "paused");
    });

    test("no room to keep it", async ({ baseURL, chat, page, serveHub }) => {
      const file = talkingGguf({}, "large.gguf");
      const hub = await serveHub([file], { gateAt: file.buffer.length - 100 });
      await limitStorage(page, baseURL, 20_000);
      await page.goto(`./?${new URLSearchParams({ model: "none", tab: "models", hub: hub.origin })}`);
      await page.getByRole("textbox", { name: "Hugging Face id or URL" }).fill("tiny/model");
      await button(page, "Load").click();
      hub.open();
      await chat.expectReady("large");
      await expect(page.getByText(/^Not kept for the next visit\./)).toBeVisible();
      await look(page, "no-room");
    });

    test("waiting for another tab", async ({ chat, context, serveHub }) => {
      const hub = await serveHub([talkingGguf({}, "shared.gguf")]);
      const address = `?${new URLSearchParams({ hub: hub.origin, model: "tiny/model", tab: "models" })}`;
      await chat.goto(address);
      await chat.expectReady("shared");
      const second = new ChatPage(await context.newPage());
      await second.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await second.goto(address);
      await expect(second.page.getByText("has had this model open since")).toBeVisible();
      await look(second.page, "waiting");
    });

    test("several kept, one of them in part, one unfolded and verified", async ({ chat, page, serveHub }) => {
      const hub = await serveHub(talkingFolder());
      const long = "a-model-with-a-long-name-of-many-parts-instruct-2407-q8_0.gguf";
      const other = await serveHub([talkingGguf({}, long)], {}, "/tiny/other/resolve/main/");
      for (const level of ["stored", "q8_0", "q4_0"]) {
        await page.goto(`./?${new URLSearchParams({ hub: hub.origin, model: "tiny/model", level, tab: "models" })}`);
        await chat.expectReady("model");
      }
      await page.goto(`./?${new URLSearchParams({ hub: other.origin, model: "tiny/other", tab: "models" })}`);
      await chat.expectReady("a-model");
      const table = page.getByRole("table", { name: "Cached models" });
      await expect(table.getByRole("button", { name: /^Open / })).toHaveCount(4);
      await look(page, "full");
      await table
        .getByRole("row", { name: /^a-model/ })
        .getByRole("button", { name: "Verify" })
        .click();
      await expect(page.getByText("The record is sound.")).toBeVisible();
      await table.getByRole("button", { name: /^a-model/ }).click();
      await expect(page.getByRole("table", { name: "Tensors" })).toBeVisible();
      await button(page, "Delete all").click();
      await look(page, "unfolded");
    });

    test("too large for the device", async ({ page, serveHub }) => {
      await page.addInitScript(() => {
        Object.defineProperty(navigator, "deviceMemory", { get: () => 2 ** -20 });
      });
      const hub = await serveHub(talkingFolder());
      await page.goto(`./?${new URLSearchParams({ model: "none", tab: "models", hub: hub.origin })}`);
      await page.getByRole("textbox", { name: "Hugging Face id or URL" }).fill("tiny/model");
      await button(page, "Load").click();
      const fit = page.getByRole("region", { name: "Will it fit" });
      await expect(fit).toContainText("It does not fit.");
      await fit.getByText("How this is counted").click();
      await look(page, "too-large");
    });
  });
}
