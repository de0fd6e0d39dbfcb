/**
 * The page answers when it has rendered, fetched or computed: what a spec reads from it once, in an expectation, is
 * sometimes what was there before. `expect(locator).toHave…` and `expect.poll(…)` read until it is so. Where a single
 * reading is meant (nothing may have changed), it has a name of its own before the expectation.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const FOLDER = join(import.meta.dirname, "../e2e");
const READS = [
  "allInnerTexts|allTextContents|boundingBox|count|evaluate|evaluateAll|getAttribute|innerHTML|innerText|inputValue",
  "isChecked|isDisabled|isEnabled|isHidden|isVisible|jsonValue|textContent",
].join("|");
/** `expect(await place.count())`, with whatever names the place, but not inside of another call's parentheses. */
const READ_ONCE = new RegExp(String.raw`expect(?:\.soft)?\(\s*await [^;]*?\.(?:${READS})\(`, "g");

const specs = readdirSync(FOLDER).filter((name) => name.endsWith(".spec.ts"));

it("finds what it looks for", () => {
  expect(specs.length).toBeGreaterThan(20);
  for (const bad of ["expect(await rows.count()).toBe(2)", "expect.soft(\n  await page.evaluate(() => 1),\n)"]) {
    expect(bad.match(READ_ONCE)).not.toBeNull();
  }
  for (const good of ["await expect.poll(() => rows.count()).toBe(2)", "expect(await chat.ask(words)).toBe(text)"]) {
    expect(good.match(READ_ONCE)).toBeNull();
  }
});

it.each(specs)("%s expects nothing of what it read once", (name) => {
  const text = readFileSync(join(FOLDER, name), "utf8");
  const found = [...text.matchAll(READ_ONCE)].map((match) => match[0]);
  expect(found).toEqual([]);
});
