/** Files of a person's own put into the store, so that they need not be found again. */
import { joinChoice, splitChoice } from "../shared/recipes";
import type { ModelFiles } from "./files/modelFiles";
import { type FillOptions, fillModel } from "./library/fillModel";
import type { KeptChoice, ModelLibrary } from "./library/modelLibrary";
import { withTower } from "./library/sideFiles";
import { choiceFor, describeModel } from "./openModel";

/** @throws StorageError, ConversionError, CancelledError; nothing of it stays kept then */
export async function keepFiles(
  library: ModelLibrary,
  given: ModelFiles,
  choice: KeptChoice & { readonly link: string },
  options: FillOptions,
): Promise<void> {
  const files = withTower(given);
  const described = describeModel(files);
  const remote = { name: files.name, revision: null, licence: null, hashes: new Map() };
  const { level, recipe } = splitChoice(choiceFor(described, joinChoice(choice.level, choice.recipe)));
  const about = await library.begin(
    { ...choice, level, recipe, ...remote, files, tensors: described.tensors },
    options.signal,
  );
  try {
    const kept = await library.open(about, async (file) => files.sources[file] ?? null, options.signal);
    await (await fillModel(kept, files.sources, options)).kept;
    await kept.touch(Date.now());
  } catch (error) {
    await library.delete(about.id).catch(() => {});
    throw error;
  }
}
