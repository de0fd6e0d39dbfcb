import { expect, it } from "vitest";
import { endToEndFailures, unitFailures } from "./failures.mjs";

it("names each unit test that failed, and files that could not be loaded", () => {
  const red = String.fromCharCode(27);
  const report = {
    testResults: [
      {
        ...{ name: "/a/one.test.ts", status: "failed", message: "" },
        assertionResults: [
          { status: "passed", fullName: "adds", failureMessages: [] },
          {
            status: "failed",
            fullName: "one takes away",
            failureMessages: [`${red}[31mexpected 1\n    at /a/one.test.ts:3\n    at node_modules/x${red}[0m`],
          },
        ],
      },
      { name: "/a/two.test.ts", status: "failed", message: "Cannot find ./three", assertionResults: [] },
      { name: "/a/four.test.ts", status: "passed", message: "", assertionResults: [] },
    ],
  };
  expect(unitFailures(report)).toEqual([
    "/a/one.test.ts > one takes away\n    expected 1\n        at /a/one.test.ts:3",
    "/a/two.test.ts\n    Cannot find ./three",
  ]);
});

it("names each browser test that failed, in groups too, and what kept all from running", () => {
  const spec = (title: string, line: number, messages: string[]) => ({
    ...{ title, line, ok: messages.length === 0 },
    tests: [{ results: [{ errors: messages.map((message) => ({ message })) }] }],
  });
  const report = {
    errors: [{ message: "No browser" }],
    suites: [
      {
        file: "a.spec.ts",
        specs: [spec("opens", 3, []), spec("closes", 9, ["Timed out"])],
        suites: [{ file: "a.spec.ts", specs: [spec("in a group", 20, ["Not there", "Later"])] }],
      },
    ],
  };
  expect(endToEndFailures(report)).toEqual([
    "the browser tests\n    No browser",
    "a.spec.ts:9 > closes\n    Timed out",
    "a.spec.ts:20 > in a group\n    Not there",
  ]);
});
