/** Axe finds nothing on any screen, light or dark; and what streams is told by sentences. */
import type { Page } from "@playwright/test";
import { axeFindings } from "./helpers/axe";
import type { ChatPage } from "./helpers/chatPage";
import { SCREEN_SIZES } from "./helpers/screenSizes";
import { expect, test } from "./helpers/test";

type Screen = readonly [name: string, scene: string, show: (chat: ChatPage) => Promise<void>];

const open = async (chat: ChatPage): Promise<void> => {
  await chat.chooseFiles({ name: "story.gguf", mimeType: "", buffer: Buffer.from("x") });
};

const SCREENS: readonly Screen[] = [
  ["empty", "chat", async (chat) => expect(chat.message).toBeVisible()],
  [
    "loading",
    "slow-load",
    async (chat) => {
      await open(chat);
      await expect(chat.progress).toBeVisible();
    },
  ],
  ["no WebGPU", "no-webgpu", async (chat) => expect(chat.alert).toContainText("WebGPU")],
  [
    "a model that does not open",
    "load-error",
    async (chat) => {
      await open(chat);
      await expect(chat.alert).toBeVisible();
    },
  ],
  [
    "a long answer, a thought unfolded, an editor, a menu",
    "markdown",
    async (chat) => {
      await open(chat);
      await chat.ask("Explain softmax");
      await expect(chat.answer(0).locator(".katex").first()).toBeVisible();
      await chat.answer(0).getByText("Thoughts").click();
      await chat.answer(0).locator("summary").last().click();
      await chat.act(chat.messages.first(), "Edit");
      await chat.messages.first().getByRole("textbox").fill("Explain it all");
      await chat.button("Actions for Explain softmax").click();
    },
  ],
  [
    "an answer that broke off",
    "device-lost",
    async (chat) => {
      await open(chat);
      await chat.expectReady();
      await chat.send("Go on");
      await expect(chat.answers.last()).toHaveAttribute("data-state", "error");
    },
  ],
  [
    "a base model's text",
    "base",
    async (chat) => {
      await open(chat);
      await chat.ask("Once upon a time");
    },
  ],
  [
    "shortcuts",
    "chat",
    async (chat) => {
      await expect(chat.message).toBeVisible();
      await chat.page.locator("body").press("?");
      await expect(chat.page.getByRole("dialog")).toBeVisible();
    },
  ],
  [
    "palette",
    "chat",
    async (chat) => {
      await expect(chat.message).toBeVisible();
      await chat.page.keyboard.press("Control+k");
      await expect(chat.page.getByRole("dialog")).toBeVisible();
    },
  ],
];

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("axe finds nothing on any screen", async ({ gotoFake, page }) => {
      test.setTimeout(240_000);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const [name, scene, show] of SCREENS) {
        await test.step(name, async () => {
          const chat = await gotoFake({ scene });
          await show(chat);
          expect.soft(await axeFindings(page), name).toEqual([]);
        });
      }
    });

    test("axe finds nothing on narrow screens with their sheets", async ({ openFake, page }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const [width, height] of [
        [768, 1024],
        [390, 844],
      ] as const) {
        await page.setViewportSize({ width, height });
        const chat = await openFake({ answer: "Yes." });
        await chat.ask("Hello");
        expect.soft(await axeFindings(page), `${width}`).toEqual([]);
        for (const button of ["Chats", "Inspector", "Sampling"]) {
          if (button === "Inspector" && width > 767) continue;
          await chat.button(button).click();
          expect.soft(await axeFindings(page), `${width} ${button}`).toEqual([]);
          await page.keyboard.press("Escape");
        }
      }
    });
  });
}

/** What screen readers are told from now on. */
async function listen(page: Page) {
  return page.evaluateHandle(() => {
    const texts: string[] = [];
    const region = document.querySelector('[aria-live="polite"]:not([role])');
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) for (const node of addedNodes) texts.push(node.textContent ?? "");
    }).observe(region ?? document.body, { childList: true });
    return texts;
  });
}

test("an answer is told by sentences, politely", async ({ openFake, page }) => {
  const chat = await openFake({ ms: 20, answer: "One is first. Two is *second*! And the rest" });
  const told = await listen(page);
  await chat.ask("Count");
  await expect.poll(() => told.jsonValue()).toEqual(["One is first. ", "Two is second! ", "And the rest "]);
});

test("of a thought only that there is one is told", async ({ openFake, page }) => {
  const chat = await openFake({ ms: 100, scene: "thinking" });
  const told = await listen(page);
  await chat.ask("Which?");
  await expect.poll(() => told.jsonValue()).toEqual(["Thinking ", "It is both at once. "]);
});

test("at 400 % zoom, 320 px, nothing runs out of the page", async ({ openFake, page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  const chat = await openFake({ scene: "markdown" });
  await chat.ask(
    "Explain softmax, and Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
  );
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  await expect(chat.message).toBeInViewport();
});

for (const [width, height] of SCREEN_SIZES) {
  test(`letters twice as large hide no control and no name, ${width} px`, async ({ openFake, page }) => {
    await page.setViewportSize({ width, height });
    const chat = await openFake();
    await page.evaluate(() => {
      document.documentElement.style.fontSize = "200%";
    });
    await chat.ask("Count");
    await chat.button("Sampling").click();
    await expect(page.getByRole("spinbutton", { name: "Temperature" })).toBeVisible();
    // Controls of the header lie in the page, and no setting's control lies on its name.
    const bad = () =>
      page.evaluate(() => {
        const rightOf = (element: Element) => element.getBoundingClientRect().right;
        const outside = [...document.querySelectorAll("header button, header select")].filter(
          (control) => rightOf(control) > window.innerWidth + 0.5,
        );
        const covered = [...document.querySelectorAll(".settings .field label")].filter((label) => {
          const { left, right, top, bottom } = label.getBoundingClientRect();
          const range = document.createRange();
          range.selectNodeContents(label);
          const words = range.getBoundingClientRect();
          const isCut = words.right > right + 0.5 || words.left < left - 0.5;
          const controls = [...(label.closest(".field")?.querySelectorAll("select, input, textarea") ?? [])];
          const isUnder = controls.some((control) => {
            const other = control.getBoundingClientRect();
            return other.left < words.right && other.right > words.left && other.top < bottom && other.bottom > top;
          });
          return isCut || isUnder;
        });
        return [...outside, ...covered].map((element) => element.textContent || element.getAttribute("aria-label"));
      });
    await expect.poll(bad).toEqual([]);
    await expect.poll(() => page.locator(".settings .field label").count()).toBeGreaterThan(5);
  });
}
