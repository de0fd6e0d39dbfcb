import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { DISABLED_FEATURES, PLAYWRIGHT_DISABLES } from "./disabledFeatures";

it("leaves out all that this version of Playwright does", () => {
  const package_ = dirname(createRequire(import.meta.url).resolve("playwright-core/package.json"));
  const code = readFileSync(join(package_, "lib/coreBundle.js"), "utf8");
  const [, list = ""] = /\bdisabledFeatures = \[(.*?)\]/s.exec(code) ?? [];
  const names = [...list.matchAll(/^\s*"(\w+)",?$/gm)].map(([, name]) => name);
  expect(names).toEqual(PLAYWRIGHT_DISABLES);
  expect(DISABLED_FEATURES).toEqual(expect.arrayContaining(names));
});
