/** What looking costs the page, counted: React commits, draw calls and bytes from the worker, never time. */
import type { ChatPage } from "./helpers/chatPage";
import { manyHeadsGguf, randomGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

interface Work {
  readonly commits: number;
  readonly draws: number;
  /** Of arrays that came from a worker. */
  readonly bytes: number;
}

/** Runs in the page before anything else: React reports its commits to a hook of this name. */
function countWork(): void {
  const work = { commits: 0, draws: 0, bytes: 0 };
  const bytesIn = (data: unknown): number => {
    if (ArrayBuffer.isView(data) || data instanceof ArrayBuffer) return data.byteLength;
    if (typeof data !== "object" || data === null) return 0;
    return Object.values(data).reduce((sum: number, part) => sum + bytesIn(part), 0);
  };
  const { postMessage } = Worker.prototype;
  const followed = new WeakSet<Worker>();
  Worker.prototype.postMessage = function (this: Worker, ...args: unknown[]) {
    if (!followed.has(this)) {
      followed.add(this);
      this.addEventListener("message", ({ data }) => {
        work.bytes += bytesIn(data);
      });
    }
    Reflect.apply(postMessage, this, args);
  };
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
      Object.assign(work, { commits: 0, draws: 0, bytes: 0 });
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

async function speak(chat: ChatPage): Promise<void> {
  await chat.page.getByRole("tab", { name: "Attention" }).click();
  await chat.setNumber("Max new tokens", 24);
  await chat.setGreedy(true);
  await chat.ask("one two three one two three");
}

for (const [name, model, layers, heads] of [
  ["8 heads", randomGguf, 2, 4],
  ["24 layers x 14 heads", manyHeadsGguf, 24, 14],
] as const) {
  test(`of ${name}, one hovered is one commit, two rows from the worker, and draws no head again`, async ({ chat }) => {
    const { page } = chat;
    await page.addInitScript(countWork);
    const take = () => page.evaluate(() => (window as unknown as { takeWork: () => Work }).takeWork());
    await chat.open(model());
    await speak(chat);
    await expect(page.getByRole("gridcell")).toHaveCount(layers * heads);
    const options = page.getByRole("listbox", { name: "Tokens of the text" }).getByRole("option");
    const tokens =
      (await chat.number(chat.statistics, "prompt-tokens")) + (await chat.number(chat.statistics, "generated-tokens"));
    await expect(page.getByText(/tokens?; a cell stands for/)).toHaveText(new RegExp(`^${tokens}\\s`));
    await expect(options).toHaveCount(tokens);
    // What a token looks at, itself with it, and who looks at it.
    const bytes = 4 * (tokens + 1);
    await options.first().scrollIntoViewIfNeeded();
    await options.nth(1).hover();
    await expect(options.nth(1)).toHaveAttribute("aria-selected", "true");
    // The answer's last words about heads have been told.
    await expect.poll(async () => (await take()).commits).toBe(0);
    for (const place of [2, 5, 9]) {
      await take();
      await options.nth(place).hover();
      await expect(options.nth(place)).toHaveAttribute("aria-selected", "true");
      expect(await take()).toEqual({ commits: 1, draws: 0, bytes });
    }
    const cell = (head: number) => page.getByRole("gridcell", { name: `Layer 1 head ${head}`, exact: true });
    const title = (head: number) => page.getByRole("heading", { name: `Layer 1 head ${head}`, exact: true });
    await cell(0).scrollIntoViewIfNeeded();
    await cell(0).hover();
    await expect(title(0)).toBeVisible();
    for (const head of [1, heads - 1]) {
      await take();
      await cell(head).hover();
      await expect(title(head)).toBeVisible();
      expect(await take()).toEqual({ commits: 1, draws: 0, bytes });
    }
    // Drawn anew: one image for each head.
    await page.getByRole("combobox", { name: "Scale" }).selectOption({ label: "linear" });
    expect((await take()).draws).toBe(layers * heads);
  });
}
