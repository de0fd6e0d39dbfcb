/** The page as a program: it installs, opens without a network, and speaks more than one language. */
import { ANSWER_TEXTS, talkingGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

// Tests of other matters do without.
test.use({ serviceWorkers: "allow" });

test("after the first visit the page opens without a network, and a model from disk answers", async ({
  chat,
  page,
  context,
}) => {
  await chat.goto();
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    if (registration.active?.state !== "activated") {
      await new Promise((resolve) => registration.active?.addEventListener("statechange", resolve));
    }
  });
  await context.setOffline(true);
  try {
    await page.reload();
    await chat.chooseFiles(talkingGguf());
    await chat.expectReady("talking");
    expect(await chat.ask("tea")).toBe(ANSWER_TEXTS.tea);
    // Parts that load when they are asked for were kept, too.
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("dialog", { name: "Commands" })).toBeVisible();
    await page.keyboard.press("Escape");
    await page.getByRole("tab", { name: "KV cache" }).click();
    await expect(page.getByRole("tabpanel", { name: "KV cache" })).not.toBeEmpty();
  } finally {
    await context.setOffline(false);
  }
});

test("the page can be installed", async ({ page, request }) => {
  await page.goto("./?model=none");
  const href = (await page.locator('link[rel="manifest"]').getAttribute("href")) ?? "";
  const manifest = await (await request.get(new URL(href, page.url()).href)).json();
  expect(manifest).toMatchObject({ name: "Vitrine", display: "standalone", start_url: "./", scope: "./" });
  for (const { src, sizes } of manifest.icons) {
    const icon = await request.get(new URL(src, page.url()).href);
    expect(icon.ok(), src).toBe(true);
    expect(sizes).toMatch(/^(any|192x192|512x512)$/);
  }
});

test("every word of the page is there in German, chosen or as the browser says", async ({
  gotoFake,
  page,
  browser,
}) => {
  await gotoFake({ scene: "device-lost" });
  await page.getByRole("combobox", { name: "Language" }).selectOption({ label: "Deutsch" });
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await expect(page.getByRole("textbox", { name: "Nachricht" })).toBeVisible();
  await expect(page.getByRole("spinbutton", { name: "Temperatur" })).toBeVisible();
  const left = ["Send", "New chat", "Search chats", "Models", "Sampling preset", "Reset", "Level", "Open model files"];
  for (const words of left) await expect(page.getByText(words, { exact: true })).toHaveCount(0);
  // Numbers, levels and what goes wrong, too.
  await page.locator("#open-model-files").setInputFiles({ name: "story.gguf", mimeType: "", buffer: Buffer.from("x") });
  await expect(page.getByRole("status", { name: "Modell" })).toHaveText("story · wie gespeichert (q8_0) · bereit");
  await page.getByRole("textbox", { name: "Nachricht" }).fill("Hallo");
  await page.keyboard.press("Enter");
  const answer = page.getByRole("article", { name: "Assistent" });
  await expect(answer.getByRole("alert")).toContainText("Der Grafikprozessor ist verloren gegangen.");
  await expect(answer.getByRole("alert")).toContainText("auf Englisch: The graphics device was lost");
  await expect(answer).toContainText(/12\sTokens · \d+,\d\sTok\/s/);
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Import" }).click();
  await (await choosing).setFiles({ name: "chats.json", mimeType: "", buffer: Buffer.from("{}") });
  await expect(page.getByRole("alert").last()).toContainText(
    "Die Datei ist kein Export von Chats: Sie enthält weder Chats noch Nachrichten.",
  );
  await page.reload();
  await expect(page.getByRole("button", { name: "Senden" })).toBeVisible();
  const german = await browser.newPage({ locale: "de-AT" });
  await german.goto(page.url());
  await expect(german.getByRole("button", { name: "Senden" })).toBeVisible();
  await german.close();
});

test("text that runs from right to left does so, word by word and code the other way", async ({ openFake }) => {
  const arabic = "مرحبا بالعالم، هذا نص عربي.";
  const chat = await openFake({ answer: `${arabic}\n\n- أولا\n- ثانيا\n\n\`\`\`python\nprint(1)\n\`\`\`` });
  await chat.ask("قل مرحبا");
  const code = chat.answer(0).locator("pre code");
  // In colours: from here on the answer stays as it is.
  await expect(code.locator("span").first()).toBeVisible();
  await expect(chat.messages.getByText("قل مرحبا")).toHaveCSS("direction", "rtl");
  await expect(chat.answer(0).getByText(arabic)).toHaveCSS("direction", "rtl");
  await expect(code).toHaveCSS("direction", "ltr");
  // Its first letter stands at the right.
  const [text, answer] = await Promise.all([
    chat
      .answer(0)
      .getByText(arabic)
      .evaluate((node) => {
        const range = document.createRange();
        range.selectNodeContents(node);
        return range.getBoundingClientRect().right;
      }),
    chat.answer(0).evaluate((node) => node.getBoundingClientRect().right),
  ]);
  expect(answer - text).toBeLessThan(80);
  await chat.message.fill("שלום");
  await expect(chat.message).toHaveCSS("direction", "rtl");
});
