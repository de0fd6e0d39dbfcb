/** What looking costs the page, counted: React commits and draw calls, never time. */
import { randomGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

interface Work {
  readonly commits: number;
  readonly draws: number;
}

/** Runs in the page before anything else: React reports its commits to a hook of this name. */
function countWork(): void {
  const work = { commits: 0, draws: 0 };
  for (const kind of [CanvasRenderingContext2D, OffscreenCanvasRenderingContext2D]) {
    const { drawImage } = kind.prototype;
    kind.prototype.drawImage = function (this: CanvasRenderingContext2D, ...args: unknown[]) {
      work.draws++;
      Reflect.apply(drawImage, this, args);
    };
  }
  Object.assign(window, {
    __REACT_DEVTOOLS_GLOBAL_HOOK__: {
      supportsFiber: true,
      inject: () => 1,
      onCommitFiberUnmount: () => {},
      onPostCommitFiberRoot: () => {},
      onCommitFiberRoot: () => {
        work.commits++;
      },
    },
    takeWork: (): Work => {
      const taken = { ...work };
      Object.assign(work, { commits: 0, draws: 0 });
      return taken;
    },
  });
}

test("heads are watched while they can be seen, and cost nothing otherwise", async ({ openFake, page }) => {
  const chat = await openFake();
  await page.getByRole("tab", { name: "Attention" }).click();
  await chat.button("Close: Inspector").click();
  await chat.ask("Who looks?");
  // Nothing of them is there, not even out of sight.
  const cells = page.getByRole("gridcell", { includeHidden: true });
  await expect(page.getByText("Send a message, and every head shows")).toBeAttached();
  await expect(cells).toHaveCount(0);
  await chat.button("Inspector").click();
  await expect(cells.first()).toBeVisible();
  await chat.button("Close: Inspector").click();
  await expect(cells).toHaveCount(0);
});

test("a hovered token or head is one commit and draws no head again", async ({ chat }) => {
  const { page } = chat;
  await page.addInitScript(countWork);
  const take = () => page.evaluate(() => (window as unknown as { takeWork: () => Work }).takeWork());
  await chat.open(randomGguf());
  await page.getByRole("tab", { name: "Attention" }).click();
  await chat.setNumber("Max new tokens", 24);
  await chat.setGreedy(true);
  await chat.ask("one two three one two three");
  const options = page.getByRole("listbox", { name: "Tokens of the text" }).getByRole("option");
  await expect(options.first()).toBeVisible();
  await options.first().scrollIntoViewIfNeeded();
  await options.nth(1).hover();
  await expect(options.nth(1)).toHaveAttribute("aria-selected", "true");
  for (const place of [2, 5, 9]) {
    await take();
    await options.nth(place).hover();
    await expect(options.nth(place)).toHaveAttribute("aria-selected", "true");
    expect(await take()).toEqual({ commits: 1, draws: 0 });
  }
  const cell = (head: number) => page.getByRole("gridcell", { name: `Layer 1 head ${head}`, exact: true });
  const title = (head: number) => page.getByRole("heading", { name: `Layer 1 head ${head}`, exact: true });
  await cell(0).scrollIntoViewIfNeeded();
  await cell(0).hover();
  await expect(title(0)).toBeVisible();
  for (const head of [1, 3]) {
    await take();
    await cell(head).hover();
    await expect(title(head)).toBeVisible();
    expect(await take()).toEqual({ commits: 1, draws: 0 });
  }
  // Drawn anew: one image for each head.
  await page.getByRole("combobox", { name: "Scale" }).selectOption({ label: "linear" });
  expect((await take()).draws).toBe(8);
});
