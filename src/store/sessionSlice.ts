import { VitrineError } from "../shared/errors";
import type { KvPrecision, SessionReport, SessionRequest } from "../shared/protocol";
import type { SliceContext } from "./appState";
import { toErrorInfo } from "./errorInfo";

export interface SessionSlice {
  /** What is asked for: the cache of the next session. */
  readonly cacheRequest: SessionRequest;
  readonly session: SessionReport | null;
  /** What the open session was made from. */
  readonly sessionRequest: SessionRequest | null;
  /** Tokens in the cache; null without a session. */
  readonly cacheLength: number | null;
  /** Changes the cache now, or after the answer under way. */
  readonly changeCache: (change: { capacity?: number | null; kvPrecision?: KvPrecision }) => Promise<void>;
  /** The open session, made anew when the cache asked for is another one. @throws what `createSession` throws */
  readonly ensureSession: () => Promise<SessionReport>;
}

export function isSameCache(a: SessionRequest, b: SessionRequest | null): boolean {
  return b !== null && a.capacity === b.capacity && a.kvPrecision === b.kvPrecision;
}

export function createSessionSlice({ runtime, get, set }: SliceContext): SessionSlice {
  let queue: Promise<unknown> = Promise.resolve();

  async function ensure(): Promise<SessionReport> {
    const { model, session, cacheRequest, sessionRequest } = get();
    if (model === null) throw new VitrineError("InvalidStateError", "No model is open.");
    if (session !== null && isSameCache(cacheRequest, sessionRequest)) return session;
    if (session !== null) {
      // Closed before the new one is made: both caches together may not fit.
      set({ session: null, sessionRequest: null, cacheLength: null });
      await runtime.closeSession(session.handle);
    }
    const opened = await runtime.createSession(model.report.handle, cacheRequest);
    if (get().model !== model) {
      // Another model was opened meanwhile, with a session of its own.
      await runtime.closeSession(opened.handle);
      return ensure();
    }
    set({ session: opened, sessionRequest: cacheRequest, cacheLength: 0 });
    return opened;
  }

  // One at a time, or two callers would each make a session.
  function ensureSession(): Promise<SessionReport> {
    const next = queue.then(ensure);
    queue = next.catch(() => {});
    return next;
  }

  return {
    cacheRequest: { capacity: null, kvPrecision: "f32" },
    session: null,
    sessionRequest: null,
    cacheLength: null,
    changeCache: async (change) => {
      const { model, sessionRequest: before } = get();
      const cacheRequest = { ...get().cacheRequest, ...change };
      set({ cacheRequest });
      if (model === null || get().streaming !== null) return;
      try {
        await ensureSession();
      } catch (error) {
        const isLost = toErrorInfo(error).name === "DeviceLostError";
        // The model was closed meanwhile, or another opened with a cache of its own.
        if (!isLost && get().model?.report.handle !== model.report.handle) return;
        get().report({ kind: "cache" }, error);
        // What was chosen since is tried by who chose it.
        if (before === null || isLost || get().cacheRequest !== cacheRequest) return;
        set({ cacheRequest: before });
        await ensureSession().catch(() => {});
      }
    },
    ensureSession,
  };
}
