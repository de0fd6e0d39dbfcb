import type { AppStore } from "../../store/appStore";
import type { Language } from "../../store/preferencesSlice";
import { useApp } from "../appContext";
import { de } from "./de";
import { en, type Strings } from "./en";

const TABLES: { readonly [L in Language]: Strings } = { en, de };

/** The language chosen, or the first of the browser's that there is a table for. */
export function languageOf(chosen: Language | null): Language {
  if (chosen !== null) return chosen;
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return wanted.find((tag): tag is Language => tag in TABLES) ?? "en";
}

/** Tells the page which language it is in, now and whenever another is chosen; before anything of it is rendered. */
export function followLanguage(store: AppStore): void {
  const tell = (): void => {
    document.documentElement.lang = languageOf(store.getState().language);
  };
  tell();
  store.subscribe((state, before) => {
    if (state.language !== before.language) tell();
  });
}

/** Every word of the interface. */
export function useStrings(): Strings {
  return TABLES[useApp((state) => languageOf(state.language))];
}
