import { LANGUAGES, type Language } from "../../store/preferencesSlice";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { SelectField } from "./SelectField";

/** Each in its own words. */
const NAMES: { readonly [L in Language]: string } = { en: "English", de: "Deutsch" };

export function LanguagePanel() {
  const { language: words } = useStrings();
  const language = useApp((state) => state.language);
  const setLanguage = useApp((state) => state.setLanguage);
  const options = [["", words.auto] as const, ...LANGUAGES.map((known) => [known, NAMES[known]] as const)];
  return (
    <div className="panel">
      <SelectField<Language | "">
        label={words.label}
        hint={words.hint}
        value={language ?? ""}
        options={options}
        onChange={(chosen) => setLanguage(chosen === "" ? null : chosen)}
      />
    </div>
  );
}
