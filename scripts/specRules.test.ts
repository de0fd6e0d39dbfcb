/**
 * The page answers when it has rendered, fetched or computed: what a spec reads from it once, in an expectation, is
 * sometimes what was there before. `expect(locator).toHave…` and `expect.poll(…)` read until it is so. Where a single
 * reading is meant (nothing may have changed), it has a name of its own before the expectation.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const FOLDER = join(ROOT, "e2e");
const READS = [
  "allInnerTexts|allTextContents|boundingBox|count|evaluate|evaluateAll|getAttribute|innerHTML|innerText|inputValue",
  "isChecked|isDisabled|isEnabled|isHidden|isVisible|jsonValue|textContent",
].join("|");
/** `expect(await place.count())`, with whatever names the place, but not inside of another call's parentheses. */
const READ_ONCE = new RegExp(String.raw`expect(?:\.soft)?\(\s*await [^;]*?\.(?:${READS})\(`, "g");

/**
 * A unit test waits for what must happen with `until` of src/shared/testing/waits.ts, whose only end is the test's own,
 * and for what must not with `aWhile`: a time that is enough here is too short on a machine with other work to do.
 */
const FIXED_WAIT = /new Promise[^;]*?\bsetTimeout\(|\bvi\.wait(?:For|Until)\(|\bexpect\s*\.poll\(/g;

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

const unitTests = ["src", "scripts", "bench"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .map((path) => join(folder, path))
    .filter((path) => /\.test\.tsx?$/.test(path)),
);

it("finds waits of a fixed time", () => {
  expect(unitTests.length).toBeGreaterThan(100);
  for (const bad of ["await new Promise((resolve) => setTimeout(resolve, 5))", "await vi.waitFor(() => {})"]) {
    expect(bad.match(FIXED_WAIT)).not.toBeNull();
  }
  expect("const timer = setTimeout(run, 0);".match(FIXED_WAIT)).toBeNull();
});

it("no unit test waits for a fixed time", () => {
  const found = unitTests.flatMap((path) => {
    if (path.endsWith("specRules.test.ts")) return [];
    return [...readFileSync(join(ROOT, path), "utf8").matchAll(FIXED_WAIT)].map((match) => `${path}: ${match[0]}`);
  });
  expect(found).toEqual([]);
});
