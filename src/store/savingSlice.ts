/** The open model as a GGUF file of the person's own, under way. */
import type { OnGgufPart } from "../shared/library";
import type { LevelChoice } from "../shared/recipes";
import type { SliceContext } from "./appState";
import { type ErrorInfo, toErrorInfo } from "./errorInfo";

/** Where the parts of a file go; kept by `close` only. */
export interface FileSink {
  readonly write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
  readonly close: () => Promise<void>;
  readonly abort: () => Promise<void>;
}

export interface GgufSaving {
  readonly choice: LevelChoice;
  readonly doneBytes: number;
  /** 0 until it is known. */
  readonly totalBytes: number;
  readonly end: "running" | "done" | "cancelled" | "failed";
  readonly error: ErrorInfo | null;
}

export interface SavingSlice {
  readonly saving: GgufSaving | null;
  readonly saveGguf: (choice: LevelChoice, sink: FileSink) => Promise<void>;
  readonly cancelSaving: () => Promise<void>;
}

export function createSavingSlice({ runtime, get, set }: SliceContext): SavingSlice {
  const change = (part: Partial<GgufSaving>): void => {
    const { saving } = get();
    if (saving !== null) set({ saving: { ...saving, ...part } });
  };
  return {
    saving: null,
    saveGguf: async (choice, sink) => {
      const { model, saving } = get();
      if (model === null || saving?.end === "running") return;
      set({ saving: { choice, doneBytes: 0, totalBytes: 0, end: "running", error: null } });
      let doneBytes = 0;
      const onPart: OnGgufPart = async (bytes, totalBytes) => {
        await sink.write(bytes);
        doneBytes += bytes.length;
        change({ doneBytes, totalBytes });
      };
      try {
        await runtime.exportGguf(model.report.handle, choice, onPart);
        await sink.close();
        change({ end: "done" });
      } catch (error) {
        // A file that is not whole is of no use.
        await sink.abort().catch(() => {});
        const wasCancelled = toErrorInfo(error).name === "CancelledError";
        change({
          end: wasCancelled ? "cancelled" : "failed",
          error: wasCancelled ? null : get().noteError(error),
        });
      }
    },
    cancelSaving: () => runtime.cancelExport().catch((error: unknown) => void get().noteError(error)),
  };
}
