/** What a person does on the page and sees there, by role and name. */
import { expect, type Locator, type Page } from "@playwright/test";
import type { GivenFile } from "./models";

export type TurnState = "streaming" | "done" | "stopped" | "error";

/** Every kernel of a model is compiled, by processors that others may use as well. */
const LOADING_MS = 120_000;

export class ChatPage {
  readonly model: Locator;
  readonly alert: Locator;
  readonly message: Locator;
  readonly sendButton: Locator;
  readonly stopButton: Locator;
  readonly progress: Locator;
  readonly cancelButton: Locator;
  readonly answers: Locator;
  readonly messages: Locator;
  readonly statistics: Locator;
  readonly cache: Locator;

  constructor(readonly page: Page) {
    this.model = page.getByRole("status", { name: "Model", exact: true });
    this.alert = page.getByRole("alert");
    this.message = page.getByRole("textbox", { name: "Message", exact: true });
    this.sendButton = page.getByRole("button", { name: "Send", exact: true });
    this.stopButton = page.getByRole("button", { name: "Stop", exact: true });
    this.progress = page.getByRole("progressbar", { name: "Loading model" });
    this.cancelButton = page.getByRole("button", { name: "Cancel loading" });
    this.answers = page.getByRole("article", { name: "Assistant" });
    this.messages = page.getByRole("article", { name: "You" });
    this.statistics = page.getByRole("status", { name: "Generation statistics" });
    this.cache = page.getByRole("status", { name: "KV cache" });
  }

  /**
   * Without `?model=` no model opens by itself: tests open their own. Without `?tab=` nothing looks into the model,
   * which would take most of the time.
   */
  async goto(query = ""): Promise<void> {
    const search = new URLSearchParams(query);
    if (!search.has("model")) search.set("model", "none");
    if (!search.has("tab")) search.set("tab", "models");
    await this.page.goto(`./?${search}`);
  }

  /** `?model=` and whatever more. */
  async gotoModel(url: string, more: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.goto(`?${new URLSearchParams({ model: url, ...more })}`);
  }

  async chooseFiles(files: GivenFile | readonly GivenFile[]): Promise<void> {
    await this.page.getByLabel("Open model files").setInputFiles([files].flat() as GivenFile[]);
  }

  /** A model is open and no other one on its way: what was asked for just now has come. */
  async expectReady(name?: string | RegExp): Promise<void> {
    await expect(this.cancelButton).toHaveCount(0, { timeout: LOADING_MS });
    await expect(this.model).toHaveText(/ready$/);
    if (name !== undefined) await expect(this.model).toContainText(name);
  }

  /** A fresh page with that model open. */
  async open(file: GivenFile): Promise<void> {
    await this.goto();
    await this.chooseFiles(file);
    await this.expectReady(file.name.replace(/\.gguf$/, ""));
  }

  async send(text: string): Promise<void> {
    await this.message.fill(text);
    await this.sendButton.click();
  }

  answer(index: number): Locator {
    return this.answers.nth(index);
  }

  /** An answer that is over is laid out, too: what its text needs (Markdown, colours, formulas) has been fetched. */
  async expectState(index: number, state: TurnState): Promise<void> {
    await expect(this.answer(index)).toHaveAttribute("data-state", state);
    if (state !== "streaming") await expect(this.answer(index).locator("[data-loading]")).toHaveCount(0);
  }

  /** Sends, waits for the end and gives the words of the answer. */
  async ask(text: string, state: TurnState = "done"): Promise<string> {
    const before = await this.answers.count();
    await this.send(text);
    await this.expectState(before, state);
    return this.answerText(before);
  }

  /** The words without what the page writes below them: the line of the model's text. */
  async answerText(index: number): Promise<string> {
    const texts = await this.answer(index).locator("[dir=auto]").allInnerTexts();
    return texts.join("").trim();
  }

  /** For an answer that is there without having been asked for just now: of another branch, or kept. */
  async expectAnswer(index: number, text: string): Promise<void> {
    await expect.poll(() => this.answerText(index)).toBe(text);
  }

  async newChat(): Promise<void> {
    await this.page.getByRole("button", { name: "New chat" }).first().click();
    await expect(this.answers).toHaveCount(0);
  }

  /** Where the settings are folded away, their button brings them. */
  private async showSettings(): Promise<void> {
    const button = this.page.getByRole("button", { name: "Sampling", exact: true });
    if (await this.page.getByRole("spinbutton", { name: "Temperature", exact: true }).isVisible()) return;
    if (await button.isVisible()) await button.click();
  }

  async setNumber(name: string, value: number): Promise<void> {
    await this.showSettings();
    const field = this.page.getByRole("spinbutton", { name, exact: true });
    await field.fill(String(value));
    await field.press("Tab");
    await expect(field).toHaveValue(String(value));
  }

  async setGreedy(isGreedy: boolean): Promise<void> {
    await this.showSettings();
    await this.page.getByRole("checkbox", { name: "Greedy" }).setChecked(isGreedy);
  }

  async setStopStrings(text: string): Promise<void> {
    await this.showSettings();
    await this.page.getByRole("textbox", { name: "Stop strings" }).fill(text);
  }

  async choose(name: string, option: string): Promise<void> {
    await this.showSettings();
    await this.page.getByRole("combobox", { name, exact: true }).selectOption({ label: option });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole("button", { name, exact: typeof name === "string" });
  }

  /** A button of one turn: `turn` is one of `answers` or `messages`. */
  async act(turn: Locator, name: string): Promise<void> {
    await turn.hover();
    await turn.getByRole("button", { name, exact: true }).click();
  }

  async edit(turn: Locator, text: string): Promise<void> {
    await this.act(turn, "Edit");
    await turn.getByRole("textbox").fill(text);
    await turn.getByRole("textbox").press("Control+Enter");
  }

  /** What the page gives to save, as text. */
  async download(click: () => Promise<void>): Promise<{ name: string; text: string }> {
    const waiting = this.page.waitForEvent("download");
    await click();
    const download = await waiting;
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    return { name: download.suggestedFilename(), text: Buffer.concat(chunks).toString("utf8") };
  }

  async importFile(text: string, name = "chats.json"): Promise<void> {
    const choosing = this.page.waitForEvent("filechooser");
    await this.button("Import").click();
    await (await choosing).setFiles({ name, mimeType: "application/json", buffer: Buffer.from(text) });
  }

  /** Chats by title, as the list shows them. */
  titles(): Locator {
    return this.page.getByRole("list", { name: "Chats" }).getByRole("listitem");
  }

  /** An entry of the menu of a chat in the list. */
  async chatAction(title: string, action: string): Promise<void> {
    await this.titles().filter({ hasText: title }).hover();
    await this.button(`Actions for ${title}`).click();
    await this.page.getByRole("menuitem", { name: action, exact: true }).click();
  }

  /** A number that a status carries: `number(page.cache, "length")` is data-length. */
  async number(status: Locator, name: string): Promise<number> {
    const attribute = `data-${name}`;
    await expect(status).toHaveAttribute(attribute, /^\d+(\.\d+)?$/);
    return Number(await status.getAttribute(attribute));
  }
}
