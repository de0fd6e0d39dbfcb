import { expect, it } from "vitest";
import { type LockWishes, ModelLocks } from "./modelLocks";

function wishes(): LockWishes & { readonly waits: (number | null)[] } {
  const waits: (number | null)[] = [];
  return {
    signal: new AbortController().signal,
    onWaiting: (since) => void waits.push(since),
    takeOver: new Promise<void>(() => {}),
    onLost: () => {},
    waits,
  };
}

/** Only what is asked of it. */
function refusing(name: string): LockManager {
  const refuse = () => Promise.reject(Object.assign(new Error("no"), { name }));
  return { request: refuse, query: refuse } as unknown as LockManager;
}

it.each([
  ["has no locks", undefined],
  ["refuses locks because sites may not save anything", refusing("SecurityError")],
])("where the browser %s, every tab opens a model for itself, and none waits", async (_, locks) => {
  const [first, second] = [new ModelLocks(locks), new ModelLocks(locks)];
  const [one, two] = [wishes(), wishes()];
  const release = await first.acquire("stored tiny/model", one);
  await (await second.acquire("stored tiny/model", two))();
  expect([...one.waits, ...two.waits]).toEqual([]);
  release();
  release();
  await expect(first.acquire("stored tiny/model", wishes())).resolves.toBeTypeOf("function");
});

it("gives on what else goes wrong", async () => {
  await expect(new ModelLocks(refusing("UnknownError")).acquire("a", wishes())).rejects.toThrow("no");
});
