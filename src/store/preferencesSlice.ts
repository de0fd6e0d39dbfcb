import { PUBLIC_HUB } from "../shared/library";
import { type LevelChoice, readChoiceText } from "../shared/recipes";
import type { SliceContext } from "./appState";
import { isFields } from "./reading";

export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

/** A system prompt that the person saved under a name. */
export interface PromptPreset {
  readonly id: string;
  readonly name: string;
  readonly text: string;
}

/** A recipe of the person's own. */
export interface KeptRecipe {
  readonly id: string;
  readonly name: string;
  /** The level of everything else, with the rules. */
  readonly choice: LevelChoice;
}

/** The model that was opened last: enough to open it again, or to offer it. */
export interface RememberedModel {
  readonly name: string;
  readonly level: LevelChoice;
  /** Null: it came from files, which the page cannot open by itself. */
  readonly link: string | null;
  /** How many starts of the page may still open it by themselves; 0 after it was closed. */
  readonly startsLeft: number;
}

export interface Preferences {
  /** Null: as the browser says. */
  readonly language: Language | null;
  readonly promptPresets: readonly PromptPreset[];
  readonly ownRecipes: readonly KeptRecipe[];
  readonly rememberedModel: RememberedModel | null;
  /** Where hub ids are looked up. */
  readonly hubAddress: string;
  /** For gated models: stays in this browser, and goes to the hub's origin only. */
  readonly accessToken: string;
}

export interface PreferencesSlice extends Preferences {
  /** What the page is in: follows the choice once its words are there. */
  readonly shownLanguage: Language;
  readonly setHub: (hub: Partial<Pick<Preferences, "hubAddress" | "accessToken">>) => void;
  readonly setLanguage: (language: Language | null) => void;
  /** A name that is taken gets the new text. */
  readonly savePromptPreset: (name: string, text: string) => void;
  readonly deletePromptPreset: (id: string) => void;
  /** A name that is taken gets the new rules. */
  readonly keepRecipe: (name: string, choice: LevelChoice) => void;
  readonly deleteRecipe: (id: string) => void;
}

export function createPreferencesSlice({ get, set, newId }: SliceContext): PreferencesSlice {
  return {
    language: null,
    shownLanguage: "en",
    promptPresets: [],
    ownRecipes: [],
    rememberedModel: null,
    hubAddress: PUBLIC_HUB,
    accessToken: "",
    setHub: (hub) => set(hub),
    setLanguage: (language) => set({ language }),
    savePromptPreset: (name, text) => {
      const others = get().promptPresets.filter((preset) => preset.name !== name);
      set({ promptPresets: [...others, { id: newId(), name, text }] });
    },
    keepRecipe: (name, choice) => {
      const others = get().ownRecipes.filter((recipe) => recipe.name !== name && recipe.choice !== choice);
      set({ ownRecipes: [...others, { id: newId(), name, choice }] });
    },
    deleteRecipe: (id) => set({ ownRecipes: get().ownRecipes.filter((recipe) => recipe.id !== id) }),
    deletePromptPreset: (id) => {
      set({ promptPresets: get().promptPresets.filter((preset) => preset.id !== id) });
    },
  };
}

/** Preferences out of data that may be anything; what makes no sense is left at its default. */
export function readPreferences(fields: Readonly<Record<string, unknown>>): Preferences {
  const presets = Array.isArray(fields.promptPresets) ? fields.promptPresets : [];
  return {
    language: LANGUAGES.find((language) => language === fields.language) ?? null,
    promptPresets: presets.filter(isPromptPreset),
    ownRecipes: (Array.isArray(fields.ownRecipes) ? fields.ownRecipes : []).flatMap(readRecipe),
    rememberedModel: readRememberedModel(fields.rememberedModel),
    hubAddress: typeof fields.hubAddress === "string" ? fields.hubAddress : PUBLIC_HUB,
    accessToken: typeof fields.accessToken === "string" ? fields.accessToken : "",
  };
}

function isPromptPreset(value: unknown): value is PromptPreset {
  return isFields(value) && [value.id, value.name, value.text].every((field) => typeof field === "string");
}

/** What is no recipe is left out. */
function readRecipe(value: unknown): KeptRecipe[] {
  if (!isFields(value) || typeof value.id !== "string" || typeof value.name !== "string") return [];
  const choice = readChoiceText(String(value.choice));
  return choice === null ? [] : [{ id: value.id, name: value.name, choice }];
}

function readRememberedModel(value: unknown): RememberedModel | null {
  if (!isFields(value) || typeof value.name !== "string") return null;
  const level = readChoiceText(String(value.level)) ?? "stored";
  const link = typeof value.link === "string" ? value.link : null;
  return {
    name: value.name,
    level,
    link,
    startsLeft: Number.isInteger(value.startsLeft) ? Number(value.startsLeft) : 0,
  };
}
