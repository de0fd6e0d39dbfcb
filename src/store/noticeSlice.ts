import type { SliceContext } from "./appState";
import { type ErrorInfo, toErrorInfo } from "./errorInfo";

/** What did not work; the interface has a sentence for each. */
export type Failure =
  | { readonly kind: "open" | "taken"; readonly name: string }
  | { readonly kind: "import" | "picture"; readonly name: string }
  | { readonly kind: "open-link" | "cancel" | "stop" | "send" | "cache" | "device" | "device-lost" | "drop" }
  /** Something with the kept models, or with looking at one before loading it. */
  | { readonly kind: "library" }
  /** Chats are not being saved, or some that were saved could not be read. */
  | { readonly kind: "save" | "restore" };

export interface Notice {
  readonly failure: Failure;
  readonly error: ErrorInfo;
}

export interface NoticeSlice {
  /** The one thing that went wrong last, outside a turn. */
  readonly notice: Notice | null;
  readonly dismissNotice: () => void;
  /** Shows an error; a lost device takes the open model with it. Returns the error as data. */
  readonly report: (failure: Failure, error: unknown) => ErrorInfo;
  /** For errors that are shown where they happened. */
  readonly noteError: (error: unknown) => ErrorInfo;
}

/** What stays when something new begins: that chats are not being saved, until it is dismissed. */
export function lastingNotice({ notice }: NoticeSlice): Notice | null {
  return notice?.failure.kind === "save" ? notice : null;
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
    report: (failure, error) => {
      const info = noteError(error);
      set({ notice: { failure, error: info }, alertTurn: null });
      return info;
    },
    noteError,
  };
}
