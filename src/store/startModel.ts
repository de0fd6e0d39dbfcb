/**
 * Which model opens by itself when the page starts: the one the address bar names, else the one that was open last; for
 * who never opened one, the one that comes with the page.
 */
import type { KeptModel } from "../shared/library";
import type { LevelChoice } from "../shared/recipes";
import type { RememberedModel } from "./preferencesSlice";

/** `?model=none` in the address bar: nothing opens by itself. */
export const NO_MODEL = "none";

/** Starts in a row that may end before the model is open: one that takes the page down must not do so for ever. */
export const START_ATTEMPTS = 2;

/** The folder of the model that comes with the page, beside index.html. */
const BUNDLED_FOLDER = "models/pane/";

/** @param address of the page, whatever its folder, file and query */
export function bundledLink(address: string): string {
  return new URL(BUNDLED_FOLDER, address).href;
}

export type StartChoice =
  | { readonly kind: "link"; readonly link: string; readonly level: string | null }
  | { readonly kind: "kept"; readonly kept: KeptModel }
  /** Nobody opened a model here before: the one that comes with the page. */
  | { readonly kind: "bundled"; readonly link: string }
  /** Nothing by itself; what was open last is offered. */
  | { readonly kind: "none" };

/** A model that was just opened, as the next visit needs it. */
export function rememberModel(name: string, level: LevelChoice, link: string | null): RememberedModel {
  return { name, level, link, startsLeft: START_ATTEMPTS };
}

/**
 * @param address of the page
 * @param kept what lies in this browser, newest use first
 */
export function chooseStart(
  address: string,
  remembered: RememberedModel | null,
  kept: readonly KeptModel[],
): StartChoice {
  const { searchParams, origin } = new URL(address);
  const link = searchParams.get("model");
  if (link === NO_MODEL) return { kind: "none" };
  if (link !== null && link !== "") return { kind: "link", link, level: searchParams.get("level") };
  if (remembered === null) return { kind: "bundled", link: bundledLink(address) };
  const { level, startsLeft } = remembered;
  // Comes from the page's own site, kept or not.
  if (remembered.link === bundledLink(address) && startsLeft > 0) return { kind: "link", link: remembered.link, level };
  const found = kept.find(
    (model) => model.link === remembered.link && model.level === level && model.keptBytes >= model.totalBytes,
  );
  if (found === undefined || startsLeft <= 0) return { kind: "none" };
  // The page's own site is asked whether the model changed; no other site hears of a visit.
  const isOwn = URL.canParse(found.link) && new URL(found.link).origin === origin;
  return isOwn ? { kind: "link", link: found.link, level } : { kind: "kept", kept: found };
}
