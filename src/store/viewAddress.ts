/**
 * What the panels look at, in the page's address: `token=TURN.INDEX`, `head=LAYER.HEAD`, and how attention is shown.
 * Only what differs from the beginning is written. Lists are joined by "_" and pairs by "*", which addresses leave as
 * they are.
 */
import { FIGURES, type Figure, WEIGHT_SCALES } from "../shared/attentionMap";
import type { HeadFactor, HeadId } from "../shared/inspection";
import { FACTOR_RANGE } from "./ablationSlice";
import type { AppState } from "./appState";
import { type AttentionDisplay, FIRST_DISPLAY } from "./attentionDisplaySlice";
import { UNITS } from "./rollUp";
import { NO_SELECTION, type TokenPlace } from "./selectionSlice";

/** Behind the "#": a chat that the address brings along. */
export const CHAT_IN_LINK = "chat=";

export type View = Pick<AppState, "pinned" | "attentionDisplay" | "unitKind" | "meanHeads" | "headFactors">;

/** Heads in a list; more are no view that somebody chose. */
const MOST_HEADS = 4096;

function readToken(text: string | null): TokenPlace | null {
  const match = /^([A-Za-z0-9-]{1,64})\.(-?\d{1,7})$/.exec(text ?? "");
  return match === null ? null : { turnId: match[1] ?? "", index: Number(match[2]) };
}

function readHead(text: string | null): HeadId | null {
  const match = /^(\d{1,4})\.(\d{1,4})$/.exec(text ?? "");
  return match === null ? null : { layer: Number(match[1]), head: Number(match[2]) };
}

function readHeads(text: string | null): HeadId[] {
  return (text ?? "")
    .split("_", MOST_HEADS)
    .map(readHead)
    .filter((head) => head !== null);
}

function readFactors(text: string | null): HeadFactor[] {
  return (text ?? "").split("_", MOST_HEADS).flatMap((entry) => {
    const [place = "", amount = ""] = entry.split("*");
    const head = readHead(place);
    const factor = Number(amount);
    const isSound = amount !== "" && factor >= FACTOR_RANGE.min && factor <= FACTOR_RANGE.max && factor !== 1;
    return head !== null && isSound ? [{ ...head, factor }] : [];
  });
}

function readDisplay(query: URLSearchParams): AttentionDisplay {
  const [figure, amount = ""] = (query.get("filter") ?? "").split("*");
  const atLeast = Number(amount);
  const filtered = one(FIGURES, figure);
  return {
    sortBy: one(FIGURES, query.get("sort")),
    filter: filtered !== null && amount !== "" && Number.isFinite(atLeast) ? { figure: filtered, atLeast } : null,
    scale: one(WEIGHT_SCALES, query.get("scale")) ?? FIRST_DISPLAY.scale,
    dimsFirst: query.get("dim") === "1",
  };
}

function one<T extends string>(known: readonly T[], text: string | null | undefined): T | null {
  return known.find((value) => value === text) ?? null;
}

/** What makes no sense is left as it is at the beginning. */
export function readView(address: string): View {
  const { searchParams: query } = new URL(address);
  const token = readToken(query.get("token"));
  const head = readHead(query.get("head"));
  return {
    pinned: token === null && head === null ? NO_SELECTION : { token, head },
    attentionDisplay: readDisplay(query),
    unitKind: one(UNITS, query.get("unit")) ?? "token",
    meanHeads: readHeads(query.get("mean")),
    headFactors: readFactors(query.get("factors")),
  };
}

const headText = ({ layer, head }: HeadId): string => `${layer}.${head}`;
const filterText = (filter: { figure: Figure; atLeast: number }): string => `${filter.figure}*${filter.atLeast}`;

/** The address with this view, everything else as it was. */
export function withView(address: string, view: View): string {
  const url = new URL(address);
  const { pinned, attentionDisplay: display, unitKind, meanHeads, headFactors } = view;
  const put = (name: string, text: string | null): void => {
    if (text === null || text === "") url.searchParams.delete(name);
    else url.searchParams.set(name, text);
  };
  put("token", pinned.token && `${pinned.token.turnId}.${pinned.token.index}`);
  put("head", pinned.head && headText(pinned.head));
  put("sort", display.sortBy);
  put("filter", display.filter && filterText(display.filter));
  put("scale", display.scale === FIRST_DISPLAY.scale ? null : display.scale);
  put("dim", display.dimsFirst ? "1" : null);
  put("unit", unitKind === "token" ? null : unitKind);
  put("mean", meanHeads.map(headText).join("_"));
  put("factors", headFactors.map((head) => `${headText(head)}*${head.factor}`).join("_"));
  return url.href;
}
