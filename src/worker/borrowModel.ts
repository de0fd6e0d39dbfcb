/** An open model at another level, or another file beside it, for as long as they are compared. */
import type { BorrowedModel } from "../runtime/comparison/comparisonSetting";
import type { OpenedModel } from "../runtime/openModel";
import type { ComparisonRequest } from "../shared/comparison";
import { VitrineError } from "../shared/errors";
import type { LoadRequest } from "../shared/protocol";
import { type ComparedChoice, splitCompared, splitWeights } from "../shared/recipes";
import { keyOfFiles, type LibraryHost } from "./libraryHost";

export interface LentModel {
  readonly opened: OpenedModel;
  /** How it was asked for: its files are read again. */
  readonly request: LoadRequest;
}

/** The open model where it is of that level, else its files once more. @throws InvalidStateError, InvalidSettingError */
export async function borrowModel(
  library: LibraryHost,
  { opened: open, request }: LentModel,
  choice: ComparedChoice,
  { file, lora: given }: Pick<ComparisonRequest, "file" | "lora">,
  onBytes: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<BorrowedModel> {
  const { weights } = splitCompared(choice);
  if (weights === "file") return borrowFile(library, open, { ...request, file }, onBytes, signal);
  const { choice: level, hasLora } = splitWeights(weights);
  const lora = hasLora ? (given ?? request.lora) : undefined;
  if (hasLora && lora === undefined) throw new VitrineError("InvalidSettingError", "Choose the adapter first.");
  if (open.choice === level && keyOfFiles(lora) === keyOfFiles(request.lora)) {
    return { opened: open, release: () => {}, ownBytes: 0 };
  }
  const opened = await library.openBeside(open.model.gpu, { ...request, level, lora }, onBytes, signal);
  if (opened.choice !== level) {
    opened.model.destroy();
    throw new VitrineError(
      "InvalidStateError",
      `The weights of ${opened.name} are quantized here already and stay as they are (${opened.choice}), so they cannot be computed at ${level}. Open the full-precision files to compare levels.`,
    );
  }
  return { opened, release: () => opened.model.destroy(), ownBytes: opened.model.gpuBytes };
}

/** Another file beside the open model. @throws InvalidSettingError where their tokens are not the same */
async function borrowFile(
  library: LibraryHost,
  open: OpenedModel,
  { file, ...request }: LoadRequest & { readonly file: readonly File[] | null },
  onBytes: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<BorrowedModel> {
  if (file === null) throw new VitrineError("InvalidSettingError", "Choose the file that is to be compared.");
  const source = { kind: "files", files: file } as const;
  const opened = await library.openBeside(
    open.model.gpu,
    { ...request, source, level: "stored", lora: undefined },
    onBytes,
    signal,
  );
  const release = (): void => {
    void opened.images?.destroy();
    opened.model.destroy();
  };
  try {
    const { checkSameTokens } = await import("../runtime/comparison/sameTokens");
    checkSameTokens(open, opened);
    return { opened, release, ownBytes: opened.model.gpuBytes };
  } catch (error) {
    release();
    throw error;
  }
}
