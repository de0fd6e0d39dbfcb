import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { pollPatiently } from "./patientPolling";

beforeAll(() => {
  pollPatiently();
  pollPatiently();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Asks `questions` times in a row, each from within the one before, as Dawn does; bound, it counts as native. */
function wait(questions: number): Promise<number> {
  return new Promise((resolve) => {
    let asked = 0;
    const ask = (): void => {
      asked += 1;
      if (asked < questions) setImmediate(ask.bind(null));
      else resolve(asked);
    };
    setImmediate(ask.bind(null));
  });
}

describe("patient polling", () => {
  it("asks at once at first, then by timers, and begins anew with each wait", async () => {
    const timers = vi.spyOn(globalThis, "setTimeout");
    expect(await wait(16)).toBe(16);
    expect(await wait(16)).toBe(16);
    expect(timers).not.toHaveBeenCalled();
    expect(await wait(20)).toBe(20);
    expect(timers).toHaveBeenCalledTimes(4);
  });

  it("leaves other callbacks as they are, with their arguments", async () => {
    const timers = vi.spyOn(globalThis, "setTimeout");
    let asked = 0;
    await new Promise<void>((resolve) => {
      const again = (step: number): void => {
        asked += step;
        if (asked < 40) setImmediate(again, step);
        else resolve();
      };
      setImmediate(again, 2);
    });
    expect(asked).toBe(40);
    expect(timers).not.toHaveBeenCalled();
  });
});
