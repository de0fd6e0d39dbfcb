/** README.md says only what is true of the tree. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FORMAT_IDS, QUANT_FORMATS } from "../src/shared/quant";

const ROOT = join(import.meta.dirname, "..");
const text = readFileSync(join(ROOT, "README.md"), "utf8");

function folders(path: string): string[] {
  return readdirSync(join(ROOT, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

describe("README", () => {
  it("links only to files that exist", () => {
    const links = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, path]) => path ?? "");
    const local = links.filter((path) => !/^https?:/.test(path));
    expect(local.length).toBeGreaterThan(20);
    expect(local.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it("names every npm script it can", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: object };
    const named = [...text.matchAll(/`npm (?:run )?([a-z]+)/g)].map(([, name]) => name);
    expect([...new Set(named)].filter((name) => name !== undefined && !(name in scripts))).toEqual([]);
    expect(Object.keys(scripts).filter((name) => name !== "types" && !named.includes(name))).toEqual([]);
  });

  it("has every weight format in its table, with its bits", () => {
    const rows = [...text.matchAll(/^\| `(\w+)` \| ([\d.]+) \|/gm)].map(([, id, bits]) => [id, Number(bits)]);
    const bits = FORMAT_IDS.map((id) => [id, (QUANT_FORMATS[id].blockBytes * 8) / QUANT_FORMATS[id].blockSize]);
    expect(rows.sort()).toEqual(bits.sort());
  });

  it("has every family in its table", () => {
    const files = readdirSync(join(ROOT, "src/runtime/architectures"));
    const registry = readFileSync(join(ROOT, "src/runtime/architectures/registry.ts"), "utf8");
    const families = files.filter((name) => registry.includes(`"./${name.replace(".ts", "")}"`));
    const helpers = ["architecture.ts", "configReader.ts"];
    const missing = families.filter((name) => !helpers.includes(name) && !text.includes(`architectures/${name})`));
    expect(missing).toEqual([]);
  });

  it("has every folder of the source in its tree", () => {
    const tree = text.slice(text.indexOf("## Where things are"));
    const named = [...folders("src"), ...folders("src/runtime"), ...folders("shaders")];
    expect(named.filter((name) => !new RegExp(`^ *${name}/ `, "m").test(tree))).toEqual([]);
  });
});
