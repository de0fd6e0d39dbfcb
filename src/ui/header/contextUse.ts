import type { AppState } from "../../store/appStore";

export interface ContextUse {
  readonly used: number;
  readonly capacity: number;
  /** Of 1. */
  readonly share: number;
}

/** Tokens of the chat on the page, of those that fit; null when that is not known. */
export function contextUse({ session, turns, streaming, chat, cacheLength }: AppState): ContextUse | null {
  if (session === null) return null;
  const { capacity } = session;
  const newest = turns.findLast((turn) => turn.answer !== null)?.answer?.stats;
  // The cache may hold another chat: what this one took when it was last read is what it takes.
  const isInCache = streaming?.chatId === chat.id;
  const used = turns.length === 0 ? 0 : isInCache ? cacheLength : (newest?.cacheLength ?? null);
  if (used === null) return null;
  return { used, capacity, share: Math.min(1, used / capacity) };
}
