/** Styles that lie beside a panel come when it is first shown, and stay: nothing on another panel may bear their names. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";

const ROOT = import.meta.dirname;
const files = readdirSync(ROOT, { recursive: true, encoding: "utf8" });
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const sheets = files.filter((path) => path.endsWith(".css") && dirname(path) !== "styles");

/** The classes that selectors begin with; `.attention .hint` is about the panel named first. */
const styled = (css: string): string[] => [...css.matchAll(/^\.([\w-]+)/gm)].map(([, name = ""]) => name);
const borne = (source: string): string[] =>
  [...source.matchAll(/className="([^"]+)"/g)].flatMap(([, names = ""]) => names.split(" "));

it.each(sheets)("%s styles its own panel alone", (sheet) => {
  const others = files.filter((path) => path.endsWith(".tsx") && !path.startsWith(join(dirname(sheet), "/")));
  const names = new Set(others.flatMap((path) => borne(read(path))));
  const own = styled(read(sheet));
  expect(own).not.toEqual([]);
  expect(own.filter((name) => names.has(name))).toEqual([]);
});
