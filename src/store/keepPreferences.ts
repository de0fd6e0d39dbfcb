/**
 * Preferences in storage: one record that all tabs write. Each writes what it changed into what it last heard of the
 * others, so that none takes back what another did.
 */
import type { ChatStorage } from "../shared/chatStorage";
import type { AppState, AppStore } from "./appStore";
import type { Conversation } from "./conversation";
import { type Drafts, readDrafts } from "./draftSlice";
import { readLayout } from "./layoutSlice";
import { readPreferences } from "./preferencesSlice";
import { type Fields, isFields } from "./reading";
import { readSettings } from "./readSettings";
import { DEFAULT_SETTINGS, isSameSampler } from "./samplingSlice";

export const PREFERENCES = "preferences";

/** Of these each entry is changed by itself: by chat or turn, and in lists by the entry's own id. */
const BY_ENTRY = new Set(["drafts", "edits", "places", "attached", "promptPresets", "ownRecipes"]);

/** The draft of a chat that was not kept, because it is empty, is that of the empty chat on the page. */
export function restoreDrafts(store: AppStore, fields: Fields, chats: readonly Conversation[]): void {
  const { drafts, edits, places } = readDrafts(fields);
  const known = new Set(chats.map((chat) => chat.id));
  const [orphan] = Object.entries(drafts).filter(([id]) => !known.has(id));
  const own = Object.fromEntries(Object.entries(drafts).filter(([id]) => known.has(id)));
  store.setState({ draft: orphan?.[1] ?? "", drafts: own, edits, places });
}

/** Those of chats and turns that are still there. */
function draftsOf({ draft, drafts, edits, places, chat, chats }: AppState): Omit<Drafts, "draft"> {
  const all = draft === "" ? drafts : { ...drafts, [chat.id]: draft };
  const ofChats = <T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
    Object.fromEntries(Object.entries(entries).filter(([id]) => chats.has(id)));
  const hasTurn = (id: string): boolean => [...chats.values()].some((known) => known.turns.some((t) => t.id === id));
  return {
    drafts: ofChats(all),
    edits: Object.fromEntries(Object.entries(edits).filter(([id]) => hasTurn(id))),
    places: ofChats(places),
  };
}

export function restorePreferences(fields: Fields): Partial<AppState> {
  const kept: { -readonly [K in keyof AppState]?: AppState[K] } = {
    ...readPreferences(fields),
    layout: readLayout(fields.layout),
  };
  if (isFields(fields.settings)) {
    const { hasOwnSampler } = fields;
    const settings = readSettings(fields.settings, "settings");
    kept.settings = settings;
    kept.hasOwnSampler =
      typeof hasOwnSampler === "boolean" ? hasOwnSampler : !isSameSampler(settings, DEFAULT_SETTINGS);
  }
  return kept;
}

/** As plain data, which is what is stored. */
export function preferencesOf(state: AppState): Fields {
  const { language, promptPresets, ownRecipes, settings, hasOwnSampler, layout, chat } = state;
  const { hubAddress, accessToken, rememberedModel } = state;
  const attached = Object.fromEntries(Object.entries(state.attached).filter(([, ids]) => ids.length > 0));
  const preferences = {
    language,
    hubAddress,
    accessToken,
    promptPresets,
    ownRecipes,
    settings,
    hasOwnSampler,
    layout,
    ...draftsOf(state),
    attached,
    chatId: chat.id,
    rememberedModel,
  };
  return JSON.parse(JSON.stringify(preferences));
}

function mergePreferences(stored: Fields, before: Fields, now: Fields): Fields {
  const merged: Record<string, unknown> = mergeEntries(stored, before, now);
  for (const key of BY_ENTRY) {
    const [theirs, old, mine] = [stored[key], before[key], now[key]];
    const entries = mergeEntries(entriesOf(theirs), entriesOf(old), entriesOf(mine));
    merged[key] = Array.isArray(mine) ? Object.values(entries) : entries;
  }
  return merged;
}

function mergeEntries(stored: Fields, before: Fields, now: Fields): Record<string, unknown> {
  const merged = { ...stored };
  for (const key of new Set([...Object.keys(before), ...Object.keys(now)])) {
    if (JSON.stringify(before[key]) === JSON.stringify(now[key])) continue;
    if (key in now) merged[key] = now[key];
    else delete merged[key];
  }
  return merged;
}

function entriesOf(value: unknown): Fields {
  if (!Array.isArray(value)) return isFields(value) ? value : {};
  return Object.fromEntries(value.filter(isFields).map((entry) => [`id ${entry.id}`, entry]));
}

/** What is stored, as far as this tab has heard of it. */
export class PreferenceRecord {
  /** What this tab knew when it last wrote. */
  private before: Fields;
  /** The first write says which chat is on the page, in any case. */
  private written = "";

  /** @param stored when the page began */
  constructor(private stored: Fields) {
    this.before = stored;
  }

  isDue(now: Fields): boolean {
    return JSON.stringify(now) !== this.written;
  }

  /** The record with what this tab changed: nothing is read first, because a page that ends has no time to. */
  with(now: Fields): Fields {
    return mergePreferences(this.stored, this.before, now);
  }

  wrote(now: Fields): void {
    this.stored = this.with(now);
    this.before = now;
    this.written = JSON.stringify(now);
  }

  /** Another tab wrote. */
  async follow(storage: ChatStorage): Promise<void> {
    const [entry] = await storage.read([PREFERENCES]);
    if (isFields(entry?.[1])) this.stored = entry[1];
  }
}
