import { setUnitLanguage } from "../../shared/units";
import type { AppStore } from "../../store/appStore";
import { LANGUAGES, type Language } from "../../store/preferencesSlice";
import { useApp } from "../appContext";
import { en, type Strings } from "./en";

/** The tables that have been fetched. English is always there, and stands in for one that cannot be had. */
const tables = new Map<Language, Strings>([["en", en]]);

const FETCH: { readonly [L in Exclude<Language, "en">]: () => Promise<Strings> } = {
  de: async () => (await import("./de")).de,
};

async function fetchTable(language: Language): Promise<void> {
  if (language !== "en" && !tables.has(language)) tables.set(language, await FETCH[language]());
}

/** The language chosen, or the first of the browser's that there is a table for. */
function languageOf(chosen: Language | null): Language {
  if (chosen !== null) return chosen;
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return wanted.find((tag): tag is Language => LANGUAGES.some((known) => known === tag)) ?? "en";
}

/** Fetches the words of the language, tells the page which it is in, and does so again whenever another is chosen. */
export async function followLanguage(store: AppStore): Promise<void> {
  const show = async (): Promise<void> => {
    const language = languageOf(store.getState().language);
    // Where the page is offline and the table was never fetched, English stays.
    await fetchTable(language).catch(() => {});
    // Another was chosen meanwhile.
    if (languageOf(store.getState().language) !== language || !tables.has(language)) return;
    document.documentElement.lang = language;
    // Before anything is rendered.
    setUnitLanguage(language);
    store.setState({ shownLanguage: language });
  };
  store.subscribe((state, before) => {
    if (state.language !== before.language) void show();
  });
  await show();
}

/** Every word of the interface. */
export function useStrings(): Strings {
  return tables.get(useApp((state) => state.shownLanguage)) ?? en;
}
