/** Everything without a pointer: shortcuts and their list, the palette, tabs, the divider, sheets. */
import { expect, test } from "./helpers/test";

test("shortcuts write, stop, edit, copy and move around", async ({ openFake, page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const chat = await openFake({ answer: "One two three." });
  await page.locator("body").click();
  await page.keyboard.press("/");
  await expect(chat.message).toBeFocused();
  await page.keyboard.type("Count");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("please");
  await page.keyboard.press("Enter");
  await chat.expectState(0, "done");
  await expect(chat.messages.first()).toContainText("Count\nplease");
  await page.keyboard.press("Control+Shift+U");
  await expect(chat.answer(0).getByText("2 / 2")).toBeVisible();
  await chat.expectState(0, "done");
  await page.keyboard.press("Control+Shift+Y");
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe("One two three.");
  await page.keyboard.press("Control+Shift+E");
  await expect(page.getByRole("textbox", { name: "Edit your message" })).toBeFocused();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+b");
  await expect(page.getByRole("list", { name: "Chats" })).toBeHidden();
  await page.keyboard.press("Control+Shift+F");
  await expect(page.getByRole("searchbox", { name: "Search chats" })).toBeFocused();
  await page.keyboard.press("Control+.");
  await expect(page.getByRole("spinbutton", { name: "Temperature" })).toBeHidden();
  await page.keyboard.press("Control+i");
  await expect(page.getByRole("tablist")).toBeHidden();
  await page.keyboard.press("Control+Shift+O");
  await expect(chat.answers).toHaveCount(0);
  await expect(chat.message).toBeFocused();
});

test("Escape stops the answer", async ({ openFake, page }) => {
  const chat = await openFake({ ms: 50, isEndless: true });
  await chat.send("Go on");
  await expect(chat.answer(0)).toContainText("glass case");
  await page.keyboard.press("Escape");
  await chat.expectState(0, "stopped");
});

test("? lists the shortcuts", async ({ gotoFake, page }) => {
  const chat = await gotoFake();
  await expect(chat.message).toBeVisible();
  await page.locator("body").click();
  await page.keyboard.press("?");
  const list = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  for (const does of ["Commands and chats", "New chat", "Stop the answer", "Edit your last message"]) {
    await expect(list.getByText(does, { exact: true })).toBeVisible();
  }
  await page.keyboard.press("Escape");
  await expect(list).toBeHidden();
  // In a text it is a question mark.
  await page.getByRole("textbox", { name: "Message" }).press("?");
  await expect(list).toBeHidden();
});

test("the palette finds actions, presets, tabs and chats by name", async ({ openFake, page }) => {
  const chat = await openFake({ answer: "Yes." });
  await chat.ask("A walk in the woods");
  await chat.newChat();
  const dialog = page.getByRole("dialog", { name: "Commands" });
  const type = async (words: string) => {
    await page.keyboard.press("Control+k");
    await expect(dialog.getByRole("combobox")).toBeFocused();
    await page.keyboard.type(words);
  };
  const run = async (words: string) => {
    await type(words);
    // The likeliest is chosen as soon as the list has followed the words.
    await expect(dialog.getByRole("option", { selected: true })).toContainText(new RegExp(words, "i"));
    await page.keyboard.press("Enter");
    await expect(dialog).toBeHidden();
  };
  await run("walk in the woods");
  await expect(chat.messages).toHaveText([/A walk in the woods/]);
  await run("creative");
  await expect(page.getByRole("spinbutton", { name: "Temperature" })).toHaveValue("1.1");
  await run("inspector: kv cache");
  await expect(page.getByRole("tab", { name: "KV cache" })).toHaveAttribute("aria-selected", "true");
  await run("delete");
  await expect(chat.titles()).toHaveCount(0);
  await type("zzzz");
  await expect(page.getByText("Nothing is called that.")).toBeVisible();
  await page.keyboard.press("Escape");
});

test("tabs, divider and menus follow the arrows", async ({ openFake, page }) => {
  const chat = await openFake({ answer: "Yes." });
  await chat.ask("Hello");
  await page.getByRole("tab", { name: "KV cache" }).click();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("tab", { name: "KV cache" })).toHaveAttribute("aria-selected", "false");
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByRole("tabpanel", { name: "KV cache" })).toBeVisible();
  const divider = page.getByRole("separator", { name: "Width of the chat" });
  const width = async () => (await page.getByRole("main").boundingBox())?.width ?? 0;
  const before = await width();
  await divider.focus();
  for (let step = 0; step < 5; step++) await page.keyboard.press("ArrowRight");
  await expect.poll(width).toBeGreaterThan(before + 40);
  await page.keyboard.press("Enter");
  await expect.poll(async () => Math.abs((await width()) - before)).toBeLessThan(2);
  const box = await divider.boundingBox();
  await page.mouse.move((box?.x ?? 0) + 0.5, 300);
  await page.mouse.down();
  await page.mouse.move((box?.x ?? 0) + 120, 300, { steps: 4 });
  await page.mouse.up();
  await expect.poll(width).toBeGreaterThan(before + 100);
  await page.getByRole("button", { name: "Actions for Hello" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "Rename" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Title" }).fill("Goodbye");
  await page.keyboard.press("Enter");
  await expect(chat.titles()).toHaveText(["Goodbye"]);
});

test("the focus goes on where the work was: after an edit, another branch, a deletion and its undo", async ({
  openFake,
  page,
}) => {
  const chat = await openFake({ answer: "Yes." });
  await chat.ask("First");
  const message = chat.messages.first();
  const edit = message.getByRole("button", { name: "Edit", exact: true });
  await edit.focus();
  await page.keyboard.press("Enter");
  await expect(message.getByRole("textbox")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(edit).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(message.getByRole("textbox")).toBeFocused();
  await page.keyboard.type(", changed");
  await page.keyboard.press("Control+Enter");
  await expect(message).toContainText("First, changed");
  await expect(page.getByRole("region", { name: "Conversation" })).toBeFocused();
  await chat.expectState(0, "done");
  await message.getByRole("button", { name: "Previous branch" }).focus();
  await page.keyboard.press("Enter");
  await expect(message).not.toContainText("changed");
  // The first branch has none before it.
  await expect(message.getByRole("button", { name: "Next branch" })).toBeFocused();
  await message.getByRole("button", { name: "Delete turn" }).focus();
  await page.keyboard.press("Enter");
  await expect(message).toContainText("changed");
  await expect(chat.button("Undo")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(message).not.toContainText("changed");
  await expect(page.getByRole("region", { name: "Conversation" })).toBeFocused();
});
