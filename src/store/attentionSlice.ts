/** Attention of the text on the page: every head in brief, and one of them in full, kept up to date while it grows. */
import type {
  AttentionTileData,
  HeadId,
  LensGridReport,
  LensReport,
  QueryKeyPair,
  TileRequest,
  TowerHeadReport,
} from "../shared/inspection";
import type { TokenText } from "../shared/nextToken";
import type { SessionHandle } from "../shared/protocol";
import type { AppState, SliceContext } from "./appState";
import { pathTo } from "./conversation";
import { type ErrorInfo, toErrorInfo } from "./errorInfo";
import { type HeadMaps, mergeOverview } from "./headMaps";
import { type HeadView, readHeadView } from "./headView";
import { answerIdsOf, isForeign, lookedAtToken, newestToken, settledCount, textPlaceOf } from "./nextTokenSlice";
import { type UnitKind, unitAt, unitsOf } from "./rollUp";
import {
  isHeadOf,
  isSameHead,
  isSameToken,
  NO_SELECTION,
  type Selection,
  selectedHead,
  selectedToken,
  type TokenPlace,
} from "./selectionSlice";

/** While text streams heads are read this often: more than an eye can follow costs the answer speed. */
const FOLLOW_MS = 120;
/** How often a lens is asked for while the session is busy with something else. */
const LENS_TRIES = 40;

export interface AttentionState {
  /** `waiting`: looking begins when the answer under way has ended. */
  readonly status: "off" | "starting" | "waiting" | "ready" | "error";
  readonly maps: HeadMaps | null;
  /** Parallel to the maps' ids, as far as they are known. */
  readonly texts: readonly TokenText[];
  /** Where the answer of `turnId` begins. */
  readonly answer: { readonly turnId: string; readonly start: number } | null;
  readonly view: HeadView | null;
  readonly error: ErrorInfo | null;
}

const NO_PREVIEW = { position: null, head: null };

/** Stands for a row that is no token: a patch of a picture. */
const PATCH_TEXT: TokenText = { id: -1, text: "▦", part: 0, bytes: null, isSpecial: false };

export const NO_ATTENTION: AttentionState = {
  status: "off",
  maps: null,
  texts: [],
  answer: null,
  view: null,
  error: null,
};

export interface AttentionSlice {
  readonly attention: AttentionState;
  /** Heads whose mean is shown, chosen one by one; with less than two the selected head is shown. */
  readonly meanHeads: readonly HeadId[];
  /** While a panel looks; nothing is kept and nothing is computed otherwise. */
  readonly watchAttention: (isWatching: boolean) => void;
  /** Reads what has become different. @param isNewText the cache may hold another text than the one shown */
  readonly refreshAttention: (isNewText?: boolean) => void;
  /** Hovers a token or a head as soon as its weights are there, so that one change shows all. */
  readonly preview: (position: number | null, head: HeadId | null) => void;
  /** Keeps the chat's text out of the cache while `work` has other texts there; afterwards it is read again. */
  readonly borrowCache: <T>(work: () => Promise<T>) => Promise<T>;
  /** Null: the session is gone, or the text has become shorter. */
  readonly readAttentionTile: (request: TileRequest) => Promise<AttentionTileData | null>;
  readonly readAttentionPair: (head: HeadId, row: number, key: number) => Promise<QueryKeyPair | null>;
  readonly readAttentionLens: (position: number, top: number) => Promise<LensReport | null>;
  readonly readAttentionRollout: (position: number) => Promise<Float32Array | null>;
  readonly readAttentionLensGrid: (
    start: number,
    count: number,
    follow: number | null,
  ) => Promise<LensGridReport | null>;
  /** @param hash of a picture @param patch from 0, line by line */
  readonly readTowerHead: (hash: string, head: HeadId, patch: number) => Promise<TowerHeadReport | null>;
  /** Resolves when nothing is being computed that an answer would have to wait for. */
  readonly attentionSettled: () => Promise<void>;
  readonly pinPosition: (position: number) => void;
  /** What is seen as one in the head view. */
  readonly unitKind: UnitKind;
  readonly setUnitKind: (kind: UnitKind) => void;
  readonly toggleMeanHead: (head: HeadId) => void;
  readonly clearMeanHeads: () => void;
}

/** The head that is shown: the selected one, else the first. */
export function shownHeads(state: Pick<AppState, "meanHeads" | "pinned" | "hovered" | "model">): readonly HeadId[] {
  // A link may name heads that this model does not have.
  const chosen = state.meanHeads.filter((head) => isHeadOf(state.model, head));
  return chosen.length > 1 ? chosen : [selectedHead(state) ?? { layer: 0, head: 0 }];
}

export function positionOf({ answer }: AttentionState, place: TokenPlace | null): number | null {
  return place === null || place.turnId !== answer?.turnId ? null : answer.start + place.index;
}

export function placeAt({ answer }: AttentionState, position: number): TokenPlace | null {
  return answer === null ? null : { turnId: answer.turnId, index: position - answer.start };
}

/** Where an answer begins in the text: as much of it as is there ends the text. */
function answerStart(ids: readonly (number | null)[], answerIds: readonly number[]): number | null {
  for (let count = Math.min(ids.length, answerIds.length); count >= 0; count--) {
    const start = ids.length - count;
    let same = 0;
    while (same < count && ids[start + same] === answerIds[same]) same++;
    if (same === count) return start;
  }
  return null;
}

export function createAttentionSlice(context: SliceContext): AttentionSlice {
  const { runtime, get, set } = context;
  let watchers = 0;
  let watched: SessionHandle | null = null;
  let shownText = "";
  let preview: { readonly position: number | null; readonly head: HeadId | null } = NO_PREVIEW;
  /** What is hovered is our preview. */
  let isPreviewing = false;
  let isAsking = false;
  let isDue = false;
  let working: Promise<void> = Promise.resolve();
  /** Others who have the cache hold texts of their own. */
  let guests = 0;
  /** They come one after another. */
  let guest: Promise<unknown> = Promise.resolve();

  const change = (part: Partial<AttentionState>): void => set({ attention: { ...get().attention, ...part } });

  /** The session that is looked into, once it is. */
  async function watchSession(): Promise<SessionHandle | null> {
    const state = get();
    const hasText = newestToken(state) !== null;
    if (state.session === null && !hasText) return null;
    const handle = state.session?.handle ?? (await state.ensureSession()).handle;
    if (handle === watched) return handle;
    shownText = "";
    const status = state.streaming === null ? "starting" : "waiting";
    change({ ...NO_ATTENTION, status: hasText ? status : "off" });
    await runtime.setInspection(handle, true);
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
    if (handle !== null) void runtime.setInspection(handle, false).catch(() => {});
  }

  /** After a reload, or for another chat, the text has to be read once before there is something to see. */
  async function showText(session: SessionHandle): Promise<void> {
    const state = get();
    if (state.streaming !== null) shownText = "";
    const place = lookedAtToken(state);
    if (state.streaming !== null || place === null || isForeign(state, place)) return;
    await state.seePath(state.chat.id, pathTo(state.chat, place.turnId).slice(0, -1));
    const text = textPlaceOf(get(), place);
    const key = `${session} ${place.turnId} ${text?.answerIds.length}`;
    if (text === null || text.answerIds.length === 0 || key === shownText) return;
    await runtime.showText(session, text);
    shownText = key;
  }

  async function readMaps(session: SessionHandle): Promise<Partial<AttentionState>> {
    const { attention, model } = get();
    const { maps: held } = attention;
    const update = await runtime.readOverview(session, held && { epoch: held.epoch, length: held.length });
    if (update === null || model === null) return {};
    const maps = mergeOverview(held, update);
    const isSame = attention.texts.every((text, i) => text.id === (maps.ids[i] ?? -1));
    const from = isSame ? settledCount(attention.texts) : 0;
    const ids = maps.ids.slice(from);
    const known = ids.map((id) => id ?? 0);
    const fresh = model.report.hasTokenizer
      ? await runtime.tokenTexts(model.report.handle, known)
      : known.map(plainText);
    const texts = fresh.map((text, i) => (ids[i] === null ? PATCH_TEXT : text));
    return { maps, texts: [...attention.texts.slice(0, from), ...texts] };
  }

  function findAnswer(maps: HeadMaps | null): AttentionState["answer"] {
    const place = lookedAtToken(get());
    if (maps === null || place === null) return null;
    const start = answerStart(maps.ids, answerIdsOf(get(), place.turnId));
    return start === null ? null : { turnId: place.turnId, start };
  }

  async function readView(session: SessionHandle, attention: AttentionState): Promise<HeadView | null> {
    const { maps, view } = attention;
    if (maps === null || maps.length === 0) return null;
    const { pinned, hovered, meanHeads, model } = get();
    // A preview that has ended may still stand in the selection.
    const stays = isPreviewing && preview === NO_PREVIEW ? NO_SELECTION : hovered;
    // A mean was asked for: passing over other heads does not change it.
    const previewed = meanHeads.length > 1 ? null : preview.head;
    const heads = previewed === null ? shownHeads({ pinned, hovered: stays, meanHeads, model }) : [previewed];
    const selected = positionOf(attention, selectedToken({ ...get(), hovered: stays }));
    const position = Math.min(maps.length - 1, Math.max(0, preview.position ?? selected ?? maps.length - 1));
    const unit = unitOf(attention.texts, position, maps.length);
    const isSame =
      view?.position === position &&
      view.length === maps.length &&
      view.start === unit.start &&
      view.count === unit.count &&
      sameHeads(view.heads, heads);
    return isSame ? view : readHeadView(runtime, session, heads, position, maps.length, unit);
  }

  /** The tokens that are seen as one with this one. */
  function unitOf(texts: readonly TokenText[], position: number, length: number): Pick<HeadView, "start" | "count"> {
    const { unitKind } = get();
    if (unitKind === "token") return { start: position, count: 1 };
    const units = unitsOf(texts.slice(0, length), unitKind);
    return units[unitAt(units, position)] ?? { start: position, count: 1 };
  }

  /** The preview goes into the selection together with what is seen there: one change, one commit. */
  function hoveredNow(attention: AttentionState, hovered: Selection): Selection {
    if (preview === NO_PREVIEW && !isPreviewing) return hovered;
    isPreviewing = preview !== NO_PREVIEW;
    const { position, head } = preview;
    const token = position === null ? null : placeAt(attention, position);
    return isSameToken(hovered.token, token) && isSameHead(hovered.head, head) ? hovered : { token, head };
  }

  async function ask(): Promise<void> {
    const session = await watchSession();
    if (session === null) {
      if (get().attention !== NO_ATTENTION) set({ attention: NO_ATTENTION });
      return;
    }
    await showText(session);
    const read = { ...get().attention, ...(await readMaps(session)) };
    const attention = { ...read, status: "ready", error: null, answer: findAnswer(read.maps) } as const;
    const view = await readView(session, attention);
    // Of a model that was closed meanwhile: its successor is asked next.
    if (watchers === 0 || get().session?.handle !== session) return;
    const before = get();
    const hovered = hoveredNow(attention, before.hovered);
    const known = before.attention;
    // Two answers may say the same, token by token.
    const isSameAnswer = attention.answer?.turnId === known.answer?.turnId;
    const isSame = isSameAnswer && view === known.view && read.maps === known.maps;
    if (isSame && before.attention.status === "ready" && hovered === before.hovered) return;
    set({ attention: { ...attention, view }, hovered });
  }

  async function work(): Promise<void> {
    isAsking = true;
    while (isDue && watchers > 0 && guests === 0) {
      isDue = false;
      try {
        await ask();
      } catch (error) {
        const info = toErrorInfo(error);
        // The session was closed under the question, or its text became shorter: asked again on the next change.
        if (info.name !== "InvalidStateError" && info.name !== "InvalidSettingError") {
          change({ status: "error", error: get().noteError(error) });
        } else watched = info.name === "InvalidStateError" ? null : watched;
      }
      if (get().streaming !== null) await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
    }
    isAsking = false;
  }

  function refresh(isNewText = false): void {
    if (isNewText) shownText = "";
    isDue = true;
    if (!isAsking && watchers > 0 && guests === 0) working = work();
  }

  /** The text that is shown ends in its answer. */
  const shownTurn = (): string | undefined => get().attention.answer?.turnId;

  /** Null: the session is gone, or the text is another or shorter, so the picture is about to change anyway. */
  async function read<T>(ask: (session: SessionHandle) => Promise<T | null>): Promise<T | null> {
    if (watched === null) return null;
    const turnId = shownTurn();
    try {
      const found = await ask(watched);
      return shownTurn() === turnId ? found : null;
    } catch (error) {
      const { name } = toErrorInfo(error);
      if (name !== "InvalidStateError" && name !== "InvalidSettingError") get().noteError(error);
      return null;
    }
  }

  /** What takes the session for itself, one after another. */
  let computing: Promise<unknown> = Promise.resolve();

  /** Null: an answer is under way, or the session has no time. */
  function compute<T>(ask: (session: SessionHandle) => Promise<T | null>): Promise<T | null> {
    const turnId = shownTurn();
    const isWanted = (): boolean => get().streaming === null && shownTurn() === turnId;
    const turn = computing.then(async () => {
      // The text may just be read once more.
      for (let tries = 0; tries < LENS_TRIES && isWanted(); tries++) {
        const found = await read(ask);
        if (found !== null) return found;
        await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
      }
      return null;
    });
    computing = turn.catch(() => {});
    return turn;
  }

  return {
    attention: NO_ATTENTION,
    meanHeads: [],
    watchAttention: (isWatching) => {
      watchers += isWatching ? 1 : -1;
      if (watchers > 0) {
        refresh();
        return;
      }
      stopWatching();
      preview = NO_PREVIEW;
      set({ attention: NO_ATTENTION });
    },
    refreshAttention: refresh,
    preview: (position, head) => {
      preview = position === null && head === null ? NO_PREVIEW : { position, head };
      refresh();
    },
    pinPosition: (position) => {
      const place = placeAt(get().attention, position);
      if (place !== null) get().pinToken(place);
      refresh();
    },
    unitKind: "token",
    setUnitKind: (unitKind) => {
      set({ unitKind });
      refresh();
    },
    toggleMeanHead: (head) => {
      const { meanHeads } = get();
      const others = meanHeads.filter((known) => known.layer !== head.layer || known.head !== head.head);
      set({ meanHeads: others.length < meanHeads.length ? others : [...meanHeads, head] });
      refresh();
    },
    borrowCache: async (use) => {
      guests++;
      const before = guest;
      try {
        const borrowed = before.then(() => working).then(use);
        guest = borrowed.catch(() => {});
        return await borrowed;
      } finally {
        guests--;
        refresh(true);
      }
    },
    readAttentionTile: (request) => read((session) => runtime.readTile(session, request)),
    readAttentionPair: (head, row, key) => read((session) => runtime.readPair(session, head, row, key)),
    readAttentionRollout: (position) => read((session) => runtime.readRollout(session, position)),
    readAttentionLens: (position, top) => compute((session) => runtime.readLens(session, position, top)),
    readAttentionLensGrid: (start, count, follow) =>
      compute((session) => runtime.readLensGrid(session, start, count, follow)),
    readTowerHead: (hash, head, patch) =>
      read(async () => {
        const { model } = get();
        return model === null ? null : runtime.readTowerHead(model.report.handle, hash, head, patch);
      }),
    attentionSettled: async () => {
      await computing;
    },
    clearMeanHeads: () => {
      set({ meanHeads: [] });
      refresh();
    },
  };
}

function sameHeads(a: readonly HeadId[], b: readonly HeadId[]): boolean {
  return a.length === b.length && a.every(({ layer, head }, i) => layer === b[i]?.layer && head === b[i]?.head);
}

function plainText(id: number): TokenText {
  return { id, text: `#${id}`, part: 0, bytes: null, isSpecial: false };
}
