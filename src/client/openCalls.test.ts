import { expect, it } from "vitest";
import { collect } from "../shared/testing/heap";
import { aWhile } from "../shared/testing/waits";
import { OpenCalls } from "./openCalls";

const GONE = new Error("gone");

it("gives answers and errors on", async () => {
  const calls = new OpenCalls();
  await expect(calls.answered(Promise.resolve(7))).resolves.toBe(7);
  await expect(calls.answered(Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(calls.size).toBe(0);
});

it("rejects what waits for an answer when there will be none, and all that comes later", async () => {
  const calls = new OpenCalls();
  const never = calls.answered(new Promise<number>(() => {}));
  expect(calls.size).toBe(1);
  calls.end(GONE);
  await expect(never).rejects.toBe(GONE);
  await expect(calls.answered(Promise.resolve(7))).rejects.toBe(GONE);
  expect(calls.size).toBe(0);
});

it("holds on to no answer", async () => {
  const calls = new OpenCalls();
  const answer = async (): Promise<WeakRef<object>> => {
    const given = await calls.answered(Promise.resolve({ weights: new Uint8Array(2 ** 20) }));
    return new WeakRef(given);
  };
  const seen = await answer();
  // References that were looked at stay until the turn is over.
  await aWhile();
  collect();
  expect(seen.deref()).toBeUndefined();
  expect(calls.size).toBe(0);
});
