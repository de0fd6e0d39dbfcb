/** What could have come at the selected token, and the tokens of answers one by one. */
import type { NextTokenReport, NextTokenRequest, TextPlace, TokenText } from "../shared/nextToken";
import type { SessionHandle } from "../shared/protocol";
import type { AppState, SliceContext } from "./appState";
import { pathTo, turnOf } from "./conversation";
import { type ErrorInfo, toErrorInfo } from "./errorInfo";
import { promptOf } from "./promptOf";
import { samplerOf } from "./samplingSlice";
import { selectedToken, type TokenPlace } from "./selectionSlice";

/** Candidates listed. */
export const TOP_COUNT = 10;
/** While text streams the worker is asked this often: more than an eye can follow costs the answer speed. */
const FOLLOW_MS = 120;

export interface NextTokenView {
  /** Where the report is from; null: nothing was asked for yet. */
  readonly place: TokenPlace | null;
  readonly report: NextTokenReport | null;
  /** The place asked about is not known before the answer under way ends. */
  readonly isWaiting: boolean;
  readonly error: ErrorInfo | null;
}

export const NO_VIEW: NextTokenView = { place: null, report: null, isWaiting: false, error: null };

export interface NextTokenSlice {
  readonly nextToken: NextTokenView;
  /** While a panel looks; nothing is kept and nothing is computed otherwise. */
  readonly watchNextToken: (isWatching: boolean) => void;
  /** Asks about the selected token under the settings there are now; the last of several calls is what counts. */
  readonly refreshNextToken: () => void;
  /** Texts of an answer's tokens, by turn. */
  readonly tokenTexts: ReadonlyMap<string, readonly TokenText[]>;
  readonly loadTokenTexts: (turnId: string) => Promise<void>;
  /** A text of the person's as the open model's tokens; none without one. */
  readonly readTokens: (text: string) => Promise<readonly TokenText[]>;
}

/** Tokens of an answer, also of the one under way. */
export function answerIdsOf(state: Pick<AppState, "streaming" | "chat">, turnId: string): readonly number[] {
  const { streaming, chat } = state;
  const isUnderWay = streaming?.turnId === turnId && streaming.ids.length > 0;
  return isUnderWay ? streaming.ids : (turnOf(chat, turnId)?.answer?.ids ?? []);
}

/** What is looked at while nothing is selected: the newest token of the newest answer. */
export function newestToken(state: Pick<AppState, "streaming" | "chat" | "turns">): TokenPlace | null {
  const turn = state.turns.findLast(({ id }) => answerIdsOf(state, id).length > 0);
  return turn === undefined ? null : { turnId: turn.id, index: answerIdsOf(state, turn.id).length - 1 };
}

export function lookedAtToken(state: AppState): TokenPlace | null {
  return selectedToken(state) ?? newestToken(state);
}

/** An answer whose ids mean other words to the open model. */
export function isForeign({ chat, model }: Pick<AppState, "chat" | "model">, place: TokenPlace): boolean {
  const writer = turnOf(chat, place.turnId)?.answer?.model;
  return writer !== undefined && model !== null && writer !== model.report.name;
}

/** The answer that a place lies in, with its prompt, as the worker finds it. */
export function textPlaceOf(state: AppState, place: TokenPlace): TextPlace | null {
  const { chat, model, settings } = state;
  const turn = turnOf(chat, place.turnId);
  if (model === null || turn === undefined) return null;
  const { maxNewTokens, atCapacity, thinks } = turn.answer?.settings ?? settings;
  const path = pathTo(chat, place.turnId).slice(0, -1);
  return {
    prompt: promptOf(state, chat, path, thinks),
    answerIds: answerIdsOf(state, place.turnId),
    index: place.index,
    fitting: { maxNewTokens, atCapacity },
  };
}

function requestFor(state: AppState, place: TokenPlace): NextTokenRequest | null {
  const { settings } = state;
  const text = textPlaceOf(state, place);
  if (text === null) return null;
  return { ...text, sampling: { ...samplerOf(settings), seed: settings.seed ?? 0 }, top: TOP_COUNT };
}

/** From here on texts are asked for again: the last group may have been incomplete. */
export function settledCount(known: readonly TokenText[]): number {
  let count = known.length;
  while (count > 0 && known[count - 1]?.bytes !== null) count--;
  return count;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
}

export function createNextTokenSlice(context: SliceContext): NextTokenSlice {
  const { runtime, get, set } = context;
  let watchers = 0;
  let watched: SessionHandle | null = null;
  let isAsking = false;
  let isDue = false;
  /** Answers whose token texts are on their way. */
  const loadingTexts = new Set<string>();

  /** The session that rows are kept for, made to keep them when it is another one than before. */
  async function watchSession(): Promise<SessionHandle | null> {
    const handle = get().session?.handle ?? null;
    if (handle !== null && handle !== watched) await runtime.watchNextToken(handle, true);
    watched = handle;
    if (watchers > 0) return handle;
    // Nobody looks any more.
    stopWatching();
    return null;
  }

  function stopWatching(): void {
    const handle = watched;
    watched = null;
    // A session that is gone has nothing to free.
    if (handle !== null) void runtime.watchNextToken(handle, false).catch(() => {});
  }

  async function ask(): Promise<void> {
    // From the first token of the first answer on, also before there is one.
    const session = await watchSession();
    const state = get();
    const place = lookedAtToken(state);
    if (place === null || state.model === null || isForeign(state, place)) {
      if (state.nextToken !== NO_VIEW) set({ nextToken: NO_VIEW });
      return;
    }
    await get().seePath(state.chat.id, pathTo(state.chat, place.turnId).slice(0, -1));
    const request = requestFor(get(), place);
    if (session === null || request === null || request.answerIds.length === 0) return;
    const report = await runtime.nextToken(session, request);
    // Nobody looks any more, or at another model.
    if (watchers === 0 || get().session?.handle !== session) return;
    const { nextToken } = get();
    if (report !== null) set({ nextToken: { place, report, isWaiting: false, error: null } });
    else set({ nextToken: { ...nextToken, isWaiting: true, error: null } });
  }

  async function work(): Promise<void> {
    isAsking = true;
    while (isDue && watchers > 0) {
      isDue = false;
      try {
        await ask();
      } catch (error) {
        const info = toErrorInfo(error);
        // The session was closed under the question: its successor is asked as soon as there is one.
        if (info.name !== "InvalidStateError") {
          set({ nextToken: { ...NO_VIEW, place: lookedAtToken(get()), error: get().noteError(error) } });
        }
      }
      if (get().streaming !== null) await pause();
    }
    isAsking = false;
  }

  /** True when texts were missing, so that more may be by now. */
  async function loadMissing(turnId: string): Promise<boolean> {
    const { model, tokenTexts } = get();
    const ids = answerIdsOf(get(), turnId);
    const known = tokenTexts.get(turnId) ?? [];
    const isSame = known.every((token, index) => token.id === ids[index]);
    if (model?.report.hasTokenizer !== true || isForeign(get(), { turnId, index: 0 })) return false;
    if (isSame && known.length === ids.length) return false;
    const from = isSame ? settledCount(known) : 0;
    const fresh = await runtime.tokenTexts(model.report.handle, ids.slice(from));
    set({ tokenTexts: new Map(get().tokenTexts).set(turnId, [...known.slice(0, from), ...fresh]) });
    return true;
  }

  function refresh(): void {
    isDue = true;
    if (!isAsking && watchers > 0) void work();
  }

  return {
    nextToken: NO_VIEW,
    tokenTexts: new Map(),
    watchNextToken: (isWatching) => {
      watchers += isWatching ? 1 : -1;
      if (watchers > 0) {
        refresh();
        return;
      }
      stopWatching();
      set({ nextToken: NO_VIEW });
    },
    refreshNextToken: refresh,
    readTokens: async (text) => {
      const { model } = get();
      if (model?.report.hasTokenizer !== true || text === "") return [];
      try {
        return await runtime.tokensOf(model.report.handle, text);
      } catch (error) {
        get().noteError(error);
        return [];
      }
    },
    loadTokenTexts: async (turnId) => {
      if (loadingTexts.has(turnId)) return;
      loadingTexts.add(turnId);
      try {
        // What was written meanwhile is asked for in one go.
        while (await loadMissing(turnId)) if (get().streaming !== null) await pause();
      } catch (error) {
        get().noteError(error);
      } finally {
        loadingTexts.delete(turnId);
      }
    },
  };
}
