/**
 * Adds up the JavaScript that a visitor's browser loads before the first message: what index.html starts, the worker,
 * and everything they import statically. Builds in memory; exits with 1 above the limit.
 */
import { posix } from "node:path";
import { gzipSync } from "node:zlib";
import { build, parseSync } from "vite";

const LIMIT_BYTES = 350_000;

const result = await build({ root: `${import.meta.dirname}/..`, logLevel: "warn", build: { write: false } });
const { files, html } = readBuild(result);
const first = reachable(html, files);
const later = [...files.keys()].filter((name) => !first.has(name));

for (const name of first) console.log(`  ${kilobytes(gzipBytes([name])).padStart(9)}  ${name}`);
const total = gzipBytes([...first]);
const verdict = total < LIMIT_BYTES ? "under" : "OVER";
console.log(`JavaScript before the first message: ${kilobytes(total)} gzipped, ${verdict} ${kilobytes(LIMIT_BYTES)}`);
console.log(`Loaded later, when asked for: ${kilobytes(gzipBytes(later))} in ${later.length} files`);
if (first.size < 2 || total >= LIMIT_BYTES) process.exitCode = 1;
if (first.size < 2) console.log("A page script and a worker were expected: did the way to start the worker change?");

/** @param {string[]} names */
function gzipBytes(names) {
  return names.reduce((sum, name) => sum + gzipSync(files.get(name) ?? "", { level: 9 }).length, 0);
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

/**
 * Workers are bundled apart and appear among the assets, so both kinds of output are read.
 * @param {Awaited<ReturnType<typeof build>>} built
 */
function readBuild(built) {
  /** @type {Map<string, string>} */
  const files = new Map();
  let html = "";
  for (const { output } of /** @type {import("vite").Rollup.RollupOutput[]} */ ([built].flat())) {
    for (const item of output) {
      const text = item.type === "chunk" ? item.code : String(item.source);
      if (item.fileName.endsWith(".js")) files.set(item.fileName, text);
      if (item.fileName === "index.html") html = text;
    }
  }
  return { files, html };
}

/** @param {string} html @param {Map<string, string>} files @returns {Set<string>} */
function reachable(html, files) {
  const queue = [...html.matchAll(/(?:src|href)="([^"]+\.js)"/g)].map(([, path]) => posix.normalize(path ?? ""));
  /** @type {Set<string>} */
  const seen = new Set();
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (seen.has(name) || !files.has(name)) continue;
    seen.add(name);
    queue.push(...loadedBy(files.get(name) ?? "").map((path) => posix.join(posix.dirname(name ?? ""), path)));
  }
  return seen;
}

/** Relative addresses of static imports, and of scripts that a `new Worker(...)` starts. @param {string} code */
function loadedBy(code) {
  /** @type {string[]} */
  const paths = [];
  visit(parseSync("chunk.js", code).program, (node) => {
    if (/^(ImportDeclaration|ExportNamedDeclaration|ExportAllDeclaration)$/.test(node.type) && node.source) {
      paths.push(node.source.value);
    }
    if (node.type === "NewExpression" && /^(Shared)?Worker$/.test(node.callee.name ?? "")) {
      visit(node.arguments, (inner) => {
        const text = inner.type === "Literal" ? inner.value : inner.type === "TemplateElement" && inner.value.cooked;
        if (typeof text === "string" && text.endsWith(".js")) paths.push(text);
      });
    }
  });
  return paths;
}

/** @param {any} node @param {(node: any) => void} see */
function visit(node, see) {
  if (Array.isArray(node)) for (const child of node) visit(child, see);
  else if (node && typeof node === "object") {
    if (typeof node.type === "string") see(node);
    for (const child of Object.values(node)) visit(child, see);
  }
}
