/** What was typed and not sent yet, and where reading stopped, chat by chat. Kept for the next visit. */
import type { SliceContext } from "./appState";
import { isFields } from "./reading";

/** A turn and how far its upper edge lies below that of the view; negative when it begins above. */
export interface ReadingPlace {
  readonly turnId: string;
  readonly offsetPx: number;
}

type ByChat<T> = Readonly<Record<string, T>>;

export interface Drafts {
  /** Of the chat on the page. */
  readonly draft: string;
  /** Of the other chats, by id. */
  readonly drafts: ByChat<string>;
  /** Other words for turns, by the turn's id: editors that stand open. */
  readonly edits: ByChat<string>;
  /** By chat; a chat without an entry is read at its end. */
  readonly places: ByChat<ReadingPlace>;
}

export interface DraftSlice extends Drafts {
  readonly setDraft: (draft: string) => void;
  /** Null closes the editor. */
  readonly setEdit: (turnId: string, text: string | null) => void;
  /** Null: at the end. */
  readonly keepPlace: (chatId: string, place: ReadingPlace | null) => void;
}

export function createDraftSlice({ get, set }: SliceContext): DraftSlice {
  return {
    draft: "",
    drafts: {},
    edits: {},
    places: {},
    setDraft: (draft) => set({ draft }),
    setEdit: (turnId, text) => set({ edits: withEntry(get().edits, turnId, text) }),
    keepPlace: (chatId, place) => {
      const { places } = get();
      const known = places[chatId];
      if (known?.turnId === place?.turnId && known?.offsetPx === place?.offsetPx) return;
      set({ places: withEntry(places, chatId, place) });
    },
  };
}

/** Puts the draft of one chat away and takes out that of another. */
export function swapDrafts(
  { draft, drafts }: Pick<Drafts, "draft" | "drafts">,
  fromId: string,
  toId: string,
): Pick<Drafts, "draft" | "drafts"> {
  if (fromId === toId) return { draft, drafts };
  const kept = withEntry(drafts, fromId, draft === "" ? null : draft);
  return { draft: kept[toId] ?? "", drafts: withEntry(kept, toId, null) };
}

function withEntry<T>(entries: ByChat<T>, key: string, value: T | null): ByChat<T> {
  const { [key]: _, ...others } = entries;
  return value === null ? others : { ...others, [key]: value };
}

/** Drafts out of data that may be anything; what makes no sense is left out. */
export function readDrafts(fields: Readonly<Record<string, unknown>>): Omit<Drafts, "draft"> {
  return {
    drafts: entriesOf(fields.drafts, isText),
    edits: entriesOf(fields.edits, isText),
    places: entriesOf(fields.places, isPlace),
  };
}

function entriesOf<T>(value: unknown, is: (entry: unknown) => entry is T): ByChat<T> {
  if (!isFields(value)) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, T] => is(entry[1])));
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isPlace(value: unknown): value is ReadingPlace {
  return isFields(value) && isText(value.turnId) && Number.isFinite(value.offsetPx);
}
