/** What a model writes, as a person reads it; and what it cannot make the page do. */

import { atRest } from "./helpers/atRest";
import type { ChatPage } from "./helpers/chatPage";
import { expect, test } from "./helpers/test";

test("tables, code, formulas, lists and thoughts are laid out, and code is copied as it is", async ({
  openFake,
  context,
  page,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const chat = await openFake({ scene: "markdown" });
  await chat.ask("Explain softmax");
  const answer = chat.answer(0);
  await expect(answer.getByRole("heading", { name: "How softmax works" })).toBeVisible();
  await expect(answer.getByRole("table").getByRole("row")).toHaveCount(4);
  await expect(answer.getByRole("cell", { name: "balanced" })).toBeVisible();
  await expect(answer.getByRole("listitem")).toHaveText([
    "Subtract the maximum.",
    "Exponentiate.",
    "Divide by the sum.",
  ]);
  await expect(answer.locator(".katex")).toHaveCount(2);
  await expect(answer.locator(".hljs-keyword").first()).toHaveText("import");
  await answer.getByRole("button", { name: "Copy code" }).click();
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toMatch(/^import math\n[\s\S]*for w in weights\]$/);
  // Thoughts are folded away until asked for.
  const thought = answer.getByText("The question has three parts.");
  await expect(thought).toBeHidden();
  await answer.getByText("Thoughts").click();
  await expect(thought).toBeVisible();
});

const LOOSE = `1. Set the path:

    \`\`\`sh
    PATH=$HOME/bin:$PATH

    echo $A:$B
    \`\`\`

2. Then
   - the first
   - the second

3. It takes ~5 minutes, not ~10. Directly after code:

\`\`\`py
a = 1

b = 2
\`\`\`
comes $x_1$, and

\\begin{align}
a &= b \\\\
c &= d
\\end{align}

| Name | Path |
|---|---|
| ${"long".repeat(12)} | ${"path".repeat(12)} |
`;

test("lists with room between their items, code in them, and tables wider than the page keep their form", async ({
  openFake,
  page,
}) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const chat = await openFake({ answer: LOOSE });
  await chat.ask("How?");
  const answer = chat.answer(0);
  await expect(answer.locator("pre").first()).toHaveText("PATH=$HOME/bin:$PATH\n\necho $A:$B");
  await expect(answer.locator(".katex")).toHaveCount(2);
  await expect(answer.locator("del")).toHaveCount(0);
  // The words stand on the line of their number, and items on lines that follow each other.
  const tops = await answer.getByRole("listitem").evaluateAll((items) =>
    items.map((item) => {
      const range = document.createRange();
      range.selectNodeContents(item);
      return [item.getBoundingClientRect().top, range.getClientRects()[0]?.top ?? 0, item.clientHeight] as const;
    }),
  );
  expect(tops).toHaveLength(5);
  for (const [item, words] of tops) expect(words - item).toBeLessThan(12);
  const [first, second] = [tops[2], tops[3]];
  expect((second?.[0] ?? 0) - (first?.[0] ?? 0)).toBeLessThan(1.5 * (first?.[2] ?? 0));
  // Words in a cell stay whole; the table scrolls.
  const table = answer.locator(".prose-table");
  await expect.poll(() => table.evaluate((box) => box.scrollWidth > box.clientWidth)).toBe(true);
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
});

test("a thought that is broken off is folded away and at rest", async ({ openFake }) => {
  const chat = await openFake({ ms: 30, answer: `<think>${"Let me see. ".repeat(400)}`, isEndless: true });
  await chat.send("Why?");
  await expect(chat.answer(0).getByText("Thinking")).toBeVisible();
  await expect(chat.answer(0).locator(".pulse")).toHaveCount(1);
  await chat.stopButton.click();
  await chat.expectState(0, "stopped");
  await expect(chat.answer(0).getByText("Thoughts")).toBeVisible();
  await expect(chat.answer(0).locator(".pulse")).toHaveCount(0);
});

test("a thought that the template began is folded away from its first word, and can be left out", async ({
  openFake,
  page,
}) => {
  const chat = await openFake({ ms: 200, scene: "thinking" });
  const think = page.getByRole("button", { name: "Think", exact: true });
  await expect(think).toHaveAttribute("aria-pressed", "true");
  await chat.send("Which?");
  const answer = chat.answer(0);
  await expect(answer.getByText("Thinking")).toBeVisible();
  await expect(answer.getByText("The question has two parts.")).toBeHidden();
  await chat.expectState(0, "done");
  await expect(answer.getByText("It is both at once.")).toBeVisible();
  await expect(answer.getByText("The question has two parts.")).toBeHidden();
  await answer.getByText("Thoughts").click();
  await expect(answer.getByText("The question has two parts.")).toBeVisible();
  await expect(answer).not.toContainText("</think>");
  await think.click();
  await expect(think).toHaveAttribute("aria-pressed", "false");
  await chat.ask("Again?");
  await expect(chat.answer(1).getByText("It is both at once.")).toBeVisible();
  await expect(chat.answer(1).getByText("Thoughts")).toHaveCount(0);
  await page.reload();
  await expect(chat.answer(0).getByText("Thoughts")).toBeVisible();
  await expect(chat.answer(0).getByText("The question has two parts.")).toBeHidden();
});

test("the view follows what is written, lets go when the reader scrolls up, and comes back on request", async ({
  openFake,
  page,
}) => {
  const words = Array.from({ length: 1200 }, (_, index) => `word${index}${index % 20 === 19 ? "\n\n" : ""}`);
  const chat = await openFake({ ms: 5, answer: words.join(" "), isEndless: true });
  await chat.setNumber("Max new tokens", 100_000);
  await chat.send("Go on");
  const region = page.getByRole("region", { name: "Conversation" });
  const fromEnd = () => region.evaluate((view) => view.scrollHeight - view.scrollTop - view.clientHeight);
  await expect.poll(() => region.evaluate((view) => view.scrollTop)).toBeGreaterThan(300);
  await expect.poll(fromEnd).toBeLessThan(60);
  await region.hover();
  await page.mouse.wheel(0, -250);
  await expect.poll(fromEnd).toBeGreaterThan(150);
  // A turned wheel glides to its end.
  const top = await atRest(() => region.evaluate((view) => view.scrollTop));
  const length = (await chat.answerText(0)).length;
  await expect.poll(async () => (await chat.answerText(0)).length).toBeGreaterThan(length + 200);
  const now = await region.evaluate((view) => view.scrollTop);
  expect(now).toBe(top);
  await chat.button("Jump to latest").click();
  await expect.poll(fromEnd).toBeLessThan(60);
  await chat.stopButton.click();
});

const HOSTILE = `<script>window.pwned = 1</script>
<img src="https://evil.test/a.png" onerror="window.pwned = 2">
<iframe src="https://evil.test/b"></iframe> <svg onload="window.pwned = 3"></svg>
<style>@import "https://evil.test/c.css"; body { background: url(https://evil.test/d) }</style>
<form action="https://evil.test/e"><button>go</button></form>
<meta http-equiv="refresh" content="0;url=https://evil.test/f"><link rel="prefetch" href="https://evil.test/g">

![a picture](https://evil.test/h.png) ![data](data:image/svg+xml,<svg onload=alert(1)>) ![here](./here.png)

[run](javascript:window.pwned=4) [page](data:text/html,<script>alert(5)</script>) [file](blob:https://evil.test/x)
[here](./?model=evil.gguf) [ref][r] <https://evil.test/auto> https://evil.test/bare

[r]: javascript:window.pwned=6 "title"

$$\\href{javascript:window.pwned=7}{x} \\includegraphics{https://evil.test/i.png} \\htmlData{a=b}{y}$$

$\\url{https://evil.test/j} \\def\\a{\\a\\a}\\a$

\`\`\`html
<img src="https://evil.test/k" onerror="alert(8)">
\`\`\`
`;

/** Nothing ran, nothing was asked for, nothing opened; links lead out or nowhere. */
async function expectHarmless(chat: ChatPage, addresses: readonly string[]): Promise<void> {
  await expect(chat.answer(0)).toContainText("evil.test");
  await expect(chat.answer(0).locator(".katex, .formula-tex").first()).toBeVisible();
  await chat.page.waitForTimeout(500);
  expect(
    addresses.filter((address) => /evil\.test|here\.png/.test(new URL(address).pathname + new URL(address).host)),
  ).toEqual([]);
  const pwned = await chat.page.evaluate(() => (window as { pwned?: number }).pwned);
  expect(pwned).toBeUndefined();
  const inAnswer = chat.answer(0).locator("script, iframe, img, object, embed, form, link, meta, base, video, audio");
  await expect(inAnswer).toHaveCount(0);
  const links = await chat
    .answer(0)
    .getByRole("link")
    .evaluateAll((all) => all.map((link) => [link.getAttribute("href"), link.getAttribute("rel")]));
  expect(links.length).toBeGreaterThan(0);
  for (const [href, rel] of links) {
    expect(href).toMatch(/^https:\/\/evil\.test\//);
    expect(rel).toBe("noopener noreferrer");
  }
}

for (const way of ["answer", "imported chat"] as const) {
  test(`a hostile ${way} runs nothing and fetches nothing`, async ({ openFake, page, addresses }) => {
    const dialogs: string[] = [];
    page.on("dialog", (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    page.on("popup", (popup) => void dialogs.push(popup.url()));
    const refused: string[] = [];
    page.on("console", (message) => void (/Content.Security/i.test(message.text()) && refused.push(message.text())));
    const chat = await openFake({ answer: HOSTILE });
    if (way === "answer") await chat.ask(HOSTILE);
    else {
      const turn = { state: "done", createdAt: 1, isEdited: false };
      const error = { name: "<img src=https://evil.test/l>", message: "<script>window.pwned = 9</script>" };
      const turns = [
        { ...turn, id: "a", parentId: null, role: "user", text: HOSTILE },
        { ...turn, id: "b", parentId: "a", role: "assistant", text: HOSTILE, error, state: "error" },
      ];
      const record = { version: 1, id: "x", createdAt: 1, updatedAt: 1, title: HOSTILE, systemPrompt: HOSTILE, turns };
      await chat.importFile(JSON.stringify({ ...record, chosen: { __proto__: null, root: "a" } }));
    }
    await expectHarmless(chat, addresses);
    expect(dialogs).toEqual([]);
    // Nothing even tried, so that the content policy had nothing to refuse.
    expect(refused).toEqual([]);
    await page.reload();
    await expectHarmless(chat, addresses);
  });
}

test("the content policy lets the page load its own files only and connect to nobody", async ({ page }) => {
  await page.goto("./?model=none");
  await expect(page.getByRole("status", { name: "Model" })).toBeVisible();
  const refused = await page.evaluate(async () => {
    const events: string[] = [];
    addEventListener("securitypolicyviolation", (event) => events.push(event.effectiveDirective));
    const script = document.createElement("script");
    script.textContent = "window.pwned = 1";
    document.head.append(script);
    await fetch("./icon.svg").catch(() => {});
    let ran = true;
    const tryEval = () => {
      try {
        // biome-ignore lint/security/noGlobalEval: to see it refused
        eval("1");
      } catch {
        ran = false;
      }
    };
    // What runs in a test's own call is allowed more than the page is.
    setTimeout(tryEval, 0);
    // All three are told, each when the browser comes to it.
    while (new Set(events).size < 3) await new Promise((resolve) => setTimeout(resolve, 20));
    return { events, ran, pwned: (window as { pwned?: number }).pwned };
  });
  expect(refused.ran).toBe(false);
  expect(refused.pwned).toBeUndefined();
  expect(new Set(refused.events)).toEqual(new Set(["script-src-elem", "connect-src", "script-src"]));
});
