/**
 * What failed, for the end of the output: a run prints thousands of lines, and of some only the last are kept.
 * Both take the runner's JSON report and return one entry a failure: where, and the first lines of why.
 */

const LINES = 12;
const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

/** @param {string} where @param {string | undefined} why @returns {string} */
function entry(where, why) {
  const lines = (why ?? "").replace(ESCAPES, "").trim().split("\n");
  const own = lines.filter((line) => !line.includes("node_modules")).slice(0, LINES);
  return [where, ...own.map((line) => `    ${line}`)].join("\n");
}

/** @param {any} report Vitest's. @returns {string[]} */
export function unitFailures(report) {
  /** @type {any[]} */
  const files = report.testResults ?? [];
  return files.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((/** @type {any} */ test) => test.status === "failed");
    if (failed.length === 0 && status === "failed") return [entry(name, message)];
    return failed.map((/** @type {any} */ test) => entry(`${name} > ${test.fullName}`, test.failureMessages[0]));
  });
}

/** @param {any} report Playwright's. @returns {string[]} */
export function endToEndFailures(report) {
  /** @param {any} suite @returns {string[]} */
  const inSuite = ({ file, specs = [], suites = [] }) => [
    ...specs
      .filter((/** @type {any} */ spec) => !spec.ok)
      .map((/** @type {any} */ spec) => {
        /** @type {any[]} */
        const errors = spec.tests.flatMap((/** @type {any} */ test) =>
          test.results.flatMap((/** @type {any} */ result) => result.errors),
        );
        return entry(`${file}:${spec.line} > ${spec.title}`, errors[0]?.message);
      }),
    ...suites.flatMap(inSuite),
  ];
  /** @type {any[]} */
  const errors = report.errors ?? [];
  return [
    ...errors.map(({ message }) => entry("the browser tests", message)),
    ...(report.suites ?? []).flatMap(inSuite),
  ];
}
