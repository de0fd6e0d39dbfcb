/**
 * `npm test`: sets up what the tests need, then runs them. On a fresh clone that is all it takes.
 *   npm test                  everything
 *   npm test -- unit          unit and kernel tests in Node; `e2e`: a person's actions in a browser
 *   npm test -- softmax       files with that in their path (a .spec or e2e/ path runs in the browser)
 *   npm test -- --dry-run     says what was found and what would be installed, does nothing
 * Other options go to the runner: `npm test -- unit -t "one row"`.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { endToEndFailures, unitFailures } from "./failures.mjs";
import { findGraphics, graphicsEnvironment, here } from "./graphics.mjs";
import { ensurePackages, ROOT } from "./packages.mjs";
import { attempts, lavapipeAttempt, lineToRun, missing } from "./plan.mjs";
import { run } from "./run.mjs";

/** @typedef {{ passed: number, failed: number, skipped: number, failures: string[] }} Counts */

const { kind, isDryRun, rest } = readArguments(process.argv.slice(2));
const needs = { browser: kind !== "unit", vulkan: kind !== "e2e" };

process.chdir(ROOT);
if (!isDryRun) await ensurePackages();
const graphics = await ensureGraphics();
if (isDryRun) process.exit(0);

const environment = graphicsEnvironment(graphics);
/** @type {Counts} */
const total = { passed: 0, failed: 0, skipped: 0, failures: [] };
if (kind !== "e2e") add(await runUnit(rest));
if (kind !== "unit") add(await runEndToEnd(rest));
if (kind === "all") add(await runSizeCheck());
if (total.failures.length > 0) console.log(`\nFailed:\n\n${total.failures.join("\n\n")}`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);

/** @param {string[]} args */
function readArguments(args) {
  const isDryRun = args.includes("--dry-run");
  const rest = args.filter((arg) => arg !== "--dry-run");
  const named = rest[0] === "unit" || rest[0] === "e2e" ? rest.shift() : undefined;
  const guessed = rest.some((arg) => /\.spec\b|^e2e\//.test(arg)) ? "e2e" : "unit";
  return { kind: named ?? (rest.length > 0 ? guessed : "all"), isDryRun, rest };
}

/** Finds, else installs. Ends the process, with the line to run, when that is not possible. */
async function ensureGraphics() {
  let found = findGraphics(here);
  if (isDryRun) console.log("Found:", found);
  const named = process.env.CHROMIUM_PATH;
  if (named && !found.chromium) fail(`CHROMIUM_PATH is ${named}, where there is no file.`);
  for (const attempt of attempts(here)) {
    if (missing(here, found, needs).length === 0) break;
    await carryOut(attempt);
    found = findGraphics(here);
  }
  const lavapipe = needs.vulkan ? lavapipeAttempt(here, found) : null;
  if (lavapipe) {
    await carryOut(lavapipe);
    found = findGraphics(here);
  }
  const words = missing(here, found, needs);
  if (words.length > 0 && !isDryRun) {
    fail(`The tests need ${words.join(" and ")}. Run this, then npm test again:\n\n  ${lineToRun(here, words)}\n`);
  }
  if (needs.vulkan && here.platform === "linux" && !found.lavapipe) {
    const old = found.oldLavapipe ? `${found.oldLavapipe} is too old (Mesa 24 is needed)` : "none was found";
    console.log(`Without lavapipe (${old}), kernels with f16 arithmetic are not run, only those with f32.`);
  }
  return found;
}

/** @param {import("./plan.mjs").Attempt} attempt */
async function carryOut({ title, file, commands }) {
  console.log(isDryRun ? `Would try: ${title}` : `${title} ...`);
  if (file && isDryRun) console.log(`  write ${file.path}`);
  else if (file) writeFileSync(file.path, file.text);
  for (const command of commands) {
    if (isDryRun) console.log(`  ${command.join(" ")}`);
    else if ((await run(command, { DEBIAN_FRONTEND: "noninteractive" })) !== 0) return;
  }
}

/** @param {string[]} args @returns {Promise<Counts>} */
async function runUnit(args) {
  const report = reportPath("unit");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const code = await run(["npx", "vitest", "run", ...reporters, ...args], environment);
  return readCounts(code, report, (json) => ({
    passed: json.numPassedTests,
    // A file that cannot be loaded has no tests to count.
    failed: Math.max(json.numFailedTests, json.numFailedTestSuites > 0 ? 1 : 0),
    skipped: json.numPendingTests + json.numTodoTests,
    failures: unitFailures(json),
  }));
}

/** @param {string[]} args @returns {Promise<Counts>} */
async function runEndToEnd(args) {
  const report = reportPath("e2e");
  const reporting = { PLAYWRIGHT_JSON_OUTPUT_FILE: report };
  const code = await run(["npx", "playwright", "test", "--reporter=list,json", ...args], {
    ...environment,
    ...reporting,
  });
  return readCounts(code, report, (json) => ({
    passed: json.stats.expected,
    failed: json.stats.unexpected + json.stats.flaky,
    skipped: json.stats.skipped,
    failures: endToEndFailures(json),
  }));
}

/** @returns {Promise<Counts>} */
async function runSizeCheck() {
  const failed = (await run(["node", "scripts/bundleSize.mjs"])) === 0 ? 0 : 1;
  return { passed: 1 - failed, failed, skipped: 0, failures: failed ? ["the size of the JavaScript: above"] : [] };
}

/** Two runs in one folder at a time must not share a file. @param {string} name */
function reportPath(name) {
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  return join(ROOT, ".cache", `${name}-${process.pid}.json`);
}

/**
 * @param {number} code @param {string} report @param {(json: any) => Counts} count
 * @returns {Counts} At least one failure when the runner says it failed, whatever it counted.
 */
function readCounts(code, report, count) {
  /** @type {Counts} */
  let counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
  try {
    counts = count(JSON.parse(readFileSync(report, "utf8")));
  } catch {
    console.error("The runner ended without a report.");
    counts.failed = 1;
  }
  rmSync(report, { force: true });
  if (code !== 0 && counts.failures.length === 0)
    counts.failures.push(`${basename(report)}: no test failed, but the runner ended with ${code}`);
  return { ...counts, failed: Math.max(counts.failed, code === 0 ? 0 : 1) };
}

/** @param {Counts} counts */
function add(counts) {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  total.failures.push(...counts.failures);
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(1);
}
