/** The model that comes with the page, opened by its address. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./helpers/test";

interface Golden {
  readonly messages: readonly { readonly content: unknown }[];
  readonly greedy_text: string;
  /** Smallest distance of the best from the second logit on the way. */
  readonly min_margin: number;
}

const path = join(import.meta.dirname, "../training/goldens.json");
const { cases } = JSON.parse(readFileSync(path, "utf8")) as { cases: readonly Golden[] };

test("the bundled model opens and answers word for word as it was trained to", async ({ chat }) => {
  await chat.gotoModel("./models/pane/");
  await chat.expectReady();
  await chat.setGreedy(true);
  const sure = cases.filter(({ min_margin }) => min_margin > 0.01);
  const texts = sure.filter(({ messages }) => messages.length === 1 && typeof messages[0]?.content === "string");
  expect(texts.length).toBeGreaterThanOrEqual(3);
  for (const { messages, greedy_text } of texts) {
    await chat.newChat();
    expect(await chat.ask(messages[0]?.content as string)).toBe(greedy_text);
  }
});
