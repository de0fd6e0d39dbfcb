import { afterEach, expect, it, vi } from "vitest";
import { createFrameBatcher, requestBrowserFrame } from "./frameBatcher";

afterEach(() => vi.unstubAllGlobals());

/** A page whose turns are taken by hand. */
function page({ hasIdleTime = true } = {}) {
  const waiting = new Map<string, () => void>();
  const ask =
    (name: string) =>
    (callback: () => void): number => {
      waiting.set(name, callback);
      return 1;
    };
  const forget = (name: string) => () => waiting.delete(name);
  const take = (name: string): void => {
    const callback = waiting.get(name);
    waiting.delete(name);
    callback?.();
  };
  vi.stubGlobal("requestAnimationFrame", ask("frame"));
  vi.stubGlobal("cancelAnimationFrame", forget("frame"));
  vi.stubGlobal("setTimeout", ask("timer"));
  vi.stubGlobal("clearTimeout", forget("timer"));
  if (hasIdleTime) {
    vi.stubGlobal("requestIdleCallback", ask("rest"));
    vi.stubGlobal("cancelIdleCallback", forget("rest"));
  }
  vi.stubGlobal("document", { visibilityState: "visible" });
  return { take, waiting: () => [...waiting.keys()].sort() };
}

it("asks for a frame when nothing else waits, and commits what came last", () => {
  const { take, waiting } = page();
  const frames = createFrameBatcher(requestBrowserFrame);
  const commits: number[] = [];
  frames.schedule(() => commits.push(1));
  expect(waiting()).toEqual(["rest", "timer"]);
  take("rest");
  frames.schedule(() => commits.push(2));
  expect(commits).toEqual([]);
  expect(waiting()).toEqual(["frame", "timer"]);
  take("frame");
  expect(commits).toEqual([2]);
  expect(waiting()).toEqual([]);
});

it("waits no longer for rest than a quarter of a second", () => {
  page();
  const asked = vi.fn();
  vi.stubGlobal("requestIdleCallback", asked);
  createFrameBatcher(requestBrowserFrame).schedule(() => {});
  expect(asked).toHaveBeenCalledWith(expect.any(Function), { timeout: 250 });
});

it("forgets a commit wherever it waits", () => {
  const { take, waiting } = page();
  const frames = createFrameBatcher(requestBrowserFrame);
  const commit = vi.fn();
  frames.schedule(commit);
  frames.cancel();
  expect(waiting()).toEqual([]);
  frames.schedule(commit);
  take("rest");
  frames.cancel();
  expect(waiting()).toEqual([]);
  expect(commit).not.toHaveBeenCalled();
});

it("lets others have a turn where the browser tells nothing of idle time", () => {
  const { take, waiting } = page({ hasIdleTime: false });
  vi.stubGlobal("setTimeout", (callback: () => void, ms?: number) => {
    if (ms === undefined) queueMicrotask(callback);
    return 1;
  });
  const commit = vi.fn();
  createFrameBatcher(requestBrowserFrame).schedule(commit);
  expect(waiting()).toEqual([]);
  return Promise.resolve().then(() => {
    expect(waiting()).toEqual(["frame"]);
    take("frame");
    expect(commit).toHaveBeenCalledTimes(1);
  });
});
