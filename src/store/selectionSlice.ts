/**
 * What every panel looks at: one token, one head. Hover previews, a pin stays; panels read `selectedToken` and
 * `selectedHead`, which prefer the preview.
 */
import type { AppState, SliceContext } from "./appState";
import { type Turn, turnOf } from "./conversation";

/**
 * A token of the text that ends in an answer. The answer's own tokens count from 0; those before it, which are its
 * prompt, backwards from -1.
 */
export interface TokenPlace {
  readonly turnId: string;
  readonly index: number;
}

/** Both from 0. */
export interface HeadPlace {
  readonly layer: number;
  readonly head: number;
}

export interface Selection {
  readonly token: TokenPlace | null;
  readonly head: HeadPlace | null;
}

export const NO_SELECTION: Selection = { token: null, head: null };

export interface SelectionSlice {
  readonly pinned: Selection;
  readonly hovered: Selection;
  readonly hoverToken: (token: TokenPlace | null) => void;
  readonly hoverHead: (head: HeadPlace | null) => void;
  /** Unpins what is pinned already. */
  readonly pinToken: (token: TokenPlace) => void;
  readonly pinHead: (head: HeadPlace) => void;
  readonly unpin: (part?: keyof Selection) => void;
}

export function isSameToken(a: TokenPlace | null, b: TokenPlace | null): boolean {
  return a?.turnId === b?.turnId && a?.index === b?.index;
}

export function isSameHead(a: HeadPlace | null, b: HeadPlace | null): boolean {
  return a?.layer === b?.layer && a?.head === b?.head;
}

export function createSelectionSlice({ get, set }: SliceContext): SelectionSlice {
  const pin = (change: Partial<Selection>): void => set({ pinned: { ...get().pinned, ...change } });
  return {
    pinned: NO_SELECTION,
    hovered: NO_SELECTION,
    hoverToken: (token) => {
      if (!isSameToken(get().hovered.token, token)) set({ hovered: { ...get().hovered, token } });
    },
    hoverHead: (head) => {
      if (!isSameHead(get().hovered.head, head)) set({ hovered: { ...get().hovered, head } });
    },
    pinToken: (token) => pin({ token: isSameToken(get().pinned.token, token) ? null : token }),
    pinHead: (head) => pin({ head: isSameHead(get().pinned.head, head) ? null : head }),
    unpin: (part) => {
      if (part === undefined) set({ pinned: NO_SELECTION, hovered: NO_SELECTION });
      else pin({ [part]: null });
    },
  };
}

type TokenSelection = Pick<AppState, "pinned" | "hovered" | "chat">;

/** The answer a place lies in; undefined when it is not in the chat on the page. */
export function turnOfPlace({ chat }: Pick<AppState, "chat">, place: TokenPlace | null): Turn | undefined {
  return place === null ? undefined : turnOf(chat, place.turnId);
}

function inChat(state: TokenSelection, place: TokenPlace | null): TokenPlace | null {
  return turnOfPlace(state, place) === undefined ? null : place;
}

/** Null where nothing of the chat on the page is pinned. */
export function pinnedToken(state: TokenSelection): TokenPlace | null {
  return inChat(state, state.pinned.token);
}

/** What panels show: the preview, else the pin; null: nothing chosen, so the newest token. */
export function selectedToken(state: TokenSelection): TokenPlace | null {
  return inChat(state, state.hovered.token) ?? pinnedToken(state);
}

type HeadSelection = Pick<AppState, "pinned" | "hovered" | "model">;

/** Null where nothing is pinned, or where the open model has no such head. */
export function pinnedHead(state: HeadSelection): HeadPlace | null {
  return inModel(state, state.pinned.head);
}

export function selectedHead(state: HeadSelection): HeadPlace | null {
  return inModel(state, state.hovered.head) ?? pinnedHead(state);
}

function inModel({ model }: HeadSelection, place: HeadPlace | null): HeadPlace | null {
  return place !== null && isHeadOf(model, place) ? place : null;
}

/** False while no model is open. */
export function isHeadOf(model: AppState["model"], { layer, head }: HeadPlace): boolean {
  return head < (model?.report.spec.blocks[layer]?.attention.numHeads ?? 0);
}
