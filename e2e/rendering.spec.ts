/** At 200 tokens a second the page keeps up: one commit a frame at most, and only what streams is rendered. */
import type { Page } from "@playwright/test";
import { expect, test } from "./helpers/test";

interface Watch {
  readonly frames: number;
  /** Commits by the frame they came in. */
  readonly commits: readonly number[];
  /** Components by how often they rendered. */
  readonly rendered: Readonly<Record<string, number>>;
}

/** Listens where React's developer tools listen. */
function watchReact(): void {
  interface Fiber {
    readonly flags: number;
    readonly type: unknown;
    readonly alternate: Fiber | null;
    readonly child: Fiber | null;
    readonly sibling: Fiber | null;
  }
  const PERFORMED_WORK = 1;
  const commits: number[] = [];
  const rendered: Record<string, number> = {};
  let frames = 0;
  const count = () => {
    frames++;
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
  const nameOf = (type: unknown): string | null => {
    if (typeof type === "function") return type.name;
    const inner = (type as { type?: unknown } | null)?.type;
    return typeof inner === "function" ? inner.name : null;
  };
  const visit = (fiber: Fiber | null): void => {
    for (let at = fiber; at !== null; at = at.sibling) {
      // A subtree without work is the same object as before.
      const name = nameOf(at.type);
      if (name !== null && at.flags & PERFORMED_WORK) rendered[name] = (rendered[name] ?? 0) + 1;
      if (at.alternate === null || at.child !== at.alternate.child) visit(at.child);
    }
  };
  Object.assign(window, {
    __REACT_DEVTOOLS_GLOBAL_HOOK__: {
      supportsFiber: true,
      inject: () => 1,
      onCommitFiberUnmount: () => {},
      onPostCommitFiberRoot: () => {},
      onCommitFiberRoot: (_: number, root: { current: Fiber }) => {
        commits[frames] = (commits[frames] ?? 0) + 1;
        visit(root.current);
      },
    },
    readWatch: (): Watch => ({ frames, commits: commits.filter((n) => n > 0), rendered: { ...rendered } }),
    clearWatch: () => {
      commits.length = 0;
      for (const name of Object.keys(rendered)) delete rendered[name];
    },
  });
}

/** Whatever comes late is rendered when it comes. */
async function expectFetched(page: Page, part: string): Promise<void> {
  await page.waitForFunction(
    (name) => performance.getEntriesByType("resource").some((entry) => entry.name.includes(name)),
    part,
  );
}

test("streaming commits once a frame and renders the streaming message alone", async ({ openFake, page }) => {
  await page.addInitScript(watchReact);
  const words = Array.from({ length: 900 }, (_, index) => `word${index}`).join(" ");
  const chat = await openFake({ ms: 5, answer: words, isEndless: true });
  await chat.setNumber("Max new tokens", 100_000);
  // A conversation of some length, so that rendering too much would show.
  const said = Array.from({ length: 20 }, (_, index) => ({
    role: index % 2 === 0 ? "user" : "assistant",
    content: `Turn ${index} with **some** words.`,
  }));
  await chat.importFile(JSON.stringify(said));
  await expect(page.getByText("Turn 19")).toBeVisible();
  // What is fetched for the first answer is there for the second, which is watched.
  await chat.send("Begin");
  await expect(chat.answer(10)).toContainText("word20 ");
  await expectFetched(page, "StreamingUnderlines");
  await chat.stopButton.click();
  await chat.expectState(10, "stopped");
  await expectFetched(page, "TokenUnderlines");
  await chat.send("Go on");
  await expect(chat.answer(11)).toContainText("word20 ");
  await page.evaluate(() => (window as unknown as { clearWatch: () => void }).clearWatch());
  await expect(chat.answer(11)).toContainText("word200 ");
  const { commits, rendered } = await page.evaluate(() =>
    (window as unknown as { readWatch: () => Watch }).readWatch(),
  );
  expect(commits.length).toBeGreaterThan(5);
  expect(Math.max(...commits)).toBe(1);
  expect(rendered.StreamingText).toBeGreaterThan(5);
  // Numbers follow a few times a second; nothing else has a reason to.
  const allowed =
    /^(StreamingText|MessageText|Prose|Markdown\w*|PlainOnError|Block\w*|ReactMarkdown|Announcer|GenerationStatistics|KvCacheStatus|ContextGauge|ContextNote|\w*[Kk]vCache\w*|Facts|Panel|Suspense|InlineCode|\w)(\$\d)?$/;
  expect(Object.keys(rendered).filter((name) => !allowed.test(name))).toEqual([]);
  await chat.stopButton.click();
});
