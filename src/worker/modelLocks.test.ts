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

/** Another tab has every lock, for good. */
const HELD: LockManager = {
  query: async () => ({ held: [], pending: [] }),
  request: async (_name: string, options: LockOptions | LockGrantedCallback<unknown>, granted?: unknown) => {
    const { ifAvailable, signal } = options as LockOptions;
    if (ifAvailable === true) return (granted as LockGrantedCallback<unknown>)(null);
    signal?.throwIfAborted();
    return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  },
};

it.each(["before it is asked for", "while it is found out who has it", "while it waits"])(
  "a wait for a model that another tab has ends when it is cancelled %s",
  async (when) => {
    const cancel = new AbortController();
    const asked = { ...wishes(), signal: cancel.signal };
    if (when.startsWith("before")) cancel.abort();
    const locks: LockManager = {
      ...HELD,
      query: async () => {
        if (when.includes("found out")) cancel.abort();
        return HELD.query();
      },
    };
    const acquired = new ModelLocks(locks).acquire("stored tiny/model", {
      ...asked,
      onWaiting: () => void (when.endsWith("waits") && setTimeout(() => cancel.abort(), 0)),
    });
    await expect(acquired).rejects.toMatchObject({ name: "CancelledError" });
  },
);
