/** What is compared on one model does not end with another. */
import { expect, it } from "vitest";
import type { ComparisonRequest } from "../shared/comparison";
import { VitrineError } from "../shared/errors";
import type { LanesRequest } from "../shared/lanes";
import type { ModelHandle } from "../shared/protocol";
import { DEFAULT_SAMPLING } from "../shared/sampling";
import { until } from "../shared/testing/waits";
import { ComparisonHost } from "./comparisonHost";

const [MINE, OTHER] = [1 as ModelHandle, 2 as ModelHandle];
const TEXT = { kind: "text", text: "one two" } as const;
const COMPARISON: ComparisonRequest = {
  model: MINE,
  reference: "stored",
  levels: ["q4_0"],
  file: null,
  lora: null,
  text: TEXT,
  window: null,
  firstScored: null,
  bos: null,
  until: null,
  findTensors: false,
  measureFloor: false,
};
const LANES: LanesRequest = {
  model: MINE,
  file: null,
  lora: null,
  prompt: TEXT,
  sampling: { ...DEFAULT_SAMPLING, greedy: true },
  stopStrings: [],
  maxNewTokens: 4,
  lanes: [{ level: "stored", answerIds: [] }],
  keep: ["stored"],
};

/** Models come when the wait for them is given up. */
function setUp() {
  const signals: AbortSignal[] = [];
  const host = new ComparisonHost((_model, _given, signal) => () => {
    signals.push(signal);
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(new VitrineError("CancelledError", "Cancelled.")));
    });
  });
  return { host, signals };
}

it.each([
  ["a comparison", (host: ComparisonHost) => host.compare(COMPARISON, () => {})],
  ["lanes", (host: ComparisonHost) => host.runLanes(LANES, () => {})],
])("%s goes on while another model is closed, and ends before its own is", async (_, run) => {
  const { host, signals } = setUp();
  let isOver = false;
  const running = run(host)
    .catch(() => {})
    .finally(() => {
      isOver = true;
    });
  // What it runs with is fetched first.
  await until(() => signals.length === 1);
  await host.letGo(OTHER);
  expect([signals[0]?.aborted, isOver]).toEqual([false, false]);
  await host.letGo(MINE);
  expect(signals[0]?.aborted).toBe(true);
  await running;
});
