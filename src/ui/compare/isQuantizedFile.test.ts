import { expect, it } from "vitest";
import type { AppState } from "../../store/appState";
import { isQuantizedFile } from "./isQuantizedFile";

/** @param at what the weights are at @param asked what they were asked for at */
function state(weightBytes: object, at: string, asked: string): AppState {
  return { model: { report: { weightBytes, level: at }, request: { level: asked } } } as unknown as AppState;
}

it("is what the weights are at, not what they were asked for at", () => {
  expect(isQuantizedFile(state({ q8_0: 10 }, "stored", "stored"))).toBe(true);
  expect(isQuantizedFile(state({ q8_0: 10 }, "stored", "q4_0"))).toBe(true);
  expect(isQuantizedFile(state({ q4_0: 10 }, "q4_0", "q4_0"))).toBe(false);
  expect(isQuantizedFile(state({ f16: 10 }, "stored", "stored"))).toBe(false);
  expect(isQuantizedFile({ model: null } as unknown as AppState)).toBe(false);
});
