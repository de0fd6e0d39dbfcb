/**
 * One tab of a browser holds a model at a time (Web Locks): two would need the GPU's memory twice. A second tab waits, or
 * takes the model over; the first then lets go of it.
 */
import { VitrineError } from "../shared/errors";

export interface LockWishes {
  readonly signal: AbortSignal;
  /** Another tab holds the model; since when, in milliseconds since 1970, or null where the browser does not tell. */
  readonly onWaiting: (since: number | null) => void;
  /** Resolves when the person wants the model here and now. */
  readonly takeOver: Promise<void>;
  /** Another tab took the model over. */
  readonly onLost: () => void;
}

/** Ends the hold; does nothing when it is over already. */
export type Release = () => void;

interface Hold {
  users: number;
  readonly end: () => void;
  readonly onLost: Set<() => void>;
}

const NAME = "vitrine-model ";
const SINCE = "vitrine-since ";

export class ModelLocks {
  private readonly holds = new Map<string, Hold>();

  /** @param locks absent where the browser has none: then every tab goes its own way */
  constructor(private readonly locks: LockManager | undefined) {}

  /** @param key of the model, the same in every tab @throws CancelledError */
  async acquire(key: string, wishes: LockWishes): Promise<Release> {
    if (this.locks === undefined) return () => {};
    const hold = this.holds.get(key) ?? (await this.hold(this.locks, key, wishes).catch(withoutLocks));
    if (hold === null) return () => {};
    hold.users += 1;
    hold.onLost.add(wishes.onLost);
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      hold.onLost.delete(wishes.onLost);
      hold.users -= 1;
      if (hold.users > 0) return;
      this.holds.delete(key);
      hold.end();
    };
  }

  private async hold(locks: LockManager, key: string, wishes: LockWishes): Promise<Hold> {
    const { signal } = wishes;
    throwIfCancelled(signal);
    let end = await this.request(locks, key, { ifAvailable: true });
    if (end === null) {
      wishes.onWaiting(await heldSince(locks, key));
      const waiting = new AbortController();
      const stop = () => waiting.abort();
      signal.addEventListener("abort", stop, { once: true });
      // While it was found out that there is something to wait for.
      if (signal.aborted) stop();
      const waited = this.request(locks, key, { signal: waiting.signal });
      // The wait for a turn ends as soon as the model is taken.
      waited.catch(() => {});
      const isTaken = await Promise.race([
        wishes.takeOver.then(() => true),
        waited.then(
          () => false,
          () => false,
        ),
      ]);
      if (isTaken) stop();
      throwIfCancelled(signal);
      end = isTaken ? await this.request(locks, key, { steal: true }) : await waited;
    }
    const hold: Hold = { users: 0, end: end ?? (() => {}), onLost: new Set() };
    this.holds.set(key, hold);
    return hold;
  }

  /** Resolves when granted; null: not to be had now. */
  private request(locks: LockManager, key: string, options: LockOptions): Promise<(() => void) | null> {
    return new Promise((resolve, reject) => {
      const granted = (lock: Lock | null) => {
        if (lock === null) return resolve(null);
        return new Promise<void>((end) => {
          // Tells those who wait since when.
          void locks.request(`${SINCE}${Date.now()} ${key}`, () => ended);
          resolve(() => end());
          void ended.then(() => end());
        });
      };
      let finish = (): void => {};
      const ended = new Promise<void>((done) => {
        finish = done;
      });
      locks
        .request(NAME + key, options, granted)
        .then(finish)
        .catch((error: unknown) => {
          finish();
          this.lose(key);
          reject(error);
        });
    });
  }

  /** A lock that was stolen ends its request with an error. */
  private lose(key: string): void {
    const hold = this.holds.get(key);
    if (hold === undefined) return;
    this.holds.delete(key);
    for (const onLost of hold.onLost) onLost();
  }
}

function throwIfCancelled({ aborted }: AbortSignal): void {
  if (aborted) throw new VitrineError("CancelledError", "Waiting for the model was cancelled.");
}

/** Where sites may not save anything, locks are refused too: then every tab goes its own way. */
function withoutLocks(error: unknown): null {
  if (error instanceof Error && error.name === "SecurityError") return null;
  throw error;
}

async function heldSince(locks: LockManager, key: string): Promise<number | null> {
  const { held = [] } = await locks.query();
  const since = held
    .map(({ name = "" }) => name)
    .filter((name) => name.startsWith(SINCE) && name.endsWith(` ${key}`))
    .map((name) => Number(name.slice(SINCE.length, name.indexOf(" ", SINCE.length))));
  return since.length === 0 ? null : Math.max(...since);
}
