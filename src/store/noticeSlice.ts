import type { SliceContext } from "./appState";
import { type ErrorInfo, toErrorInfo } from "./errorInfo";

export interface Notice {
  /** What did not work, as a sentence: "Could not open story.gguf". */
  readonly title: string;
  readonly error: ErrorInfo;
}

export interface NoticeSlice {
  /** The one thing that went wrong last, outside a turn. */
  readonly notice: Notice | null;
  readonly dismissNotice: () => void;
  /** Shows an error; a lost device takes the open model with it. Returns the error as data. */
  readonly report: (title: string, error: unknown) => ErrorInfo;
  /** For errors that are shown where they happened. */
  readonly noteError: (error: unknown) => ErrorInfo;
}

export function createNoticeSlice({ get, set }: SliceContext): NoticeSlice {
  const noteError = (error: unknown): ErrorInfo => {
    const info = toErrorInfo(error);
    if (info.name === "DeviceLostError") get().forgetModel();
    return info;
  };
  return {
    notice: null,
    dismissNotice: () => set({ notice: null }),
    report: (title, error) => {
      const info = noteError(error);
      set({ notice: { title, error: info }, alertTurn: null });
      return info;
    },
    noteError,
  };
}
