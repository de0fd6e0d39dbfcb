/** What of the page's frame stands open and how wide, kept for the next visit. */
import type { SliceContext } from "./appState";
import { isFields } from "./reading";

export interface Layout {
  /** Id of the inspector's open tab; null: none was ever chosen. An id that no longer exists counts as null. */
  readonly tab: string | null;
  /** The chat's share of chat and inspector side by side. */
  readonly chatShare: number;
  readonly hasSidebar: boolean;
  readonly hasInspector: boolean;
  /** The drawer with sampling and system prompt. */
  readonly hasSettings: boolean;
  /** Answers as plain text to read, without lines under their tokens. */
  readonly isReading: boolean;
}

export const CHAT_SHARE = { min: 0.25, max: 0.75, step: 0.02 } as const;

export const DEFAULT_LAYOUT: Layout = {
  tab: null,
  chatShare: 0.4,
  hasSidebar: true,
  hasInspector: true,
  hasSettings: true,
  isReading: false,
};

export interface LayoutSlice {
  readonly layout: Layout;
  readonly changeLayout: (change: Partial<Layout>) => void;
}

export function createLayoutSlice({ get, set }: SliceContext): LayoutSlice {
  return {
    layout: DEFAULT_LAYOUT,
    changeLayout: (change) => {
      const layout = { ...get().layout, ...change };
      set({ layout: { ...layout, chatShare: clampShare(layout.chatShare) } });
    },
  };
}

function clampShare(share: number): number {
  if (!Number.isFinite(share)) return DEFAULT_LAYOUT.chatShare;
  return Math.min(CHAT_SHARE.max, Math.max(CHAT_SHARE.min, share));
}

/** A layout out of data that may be anything; what makes no sense is left at its default. */
export function readLayout(value: unknown): Layout {
  if (!isFields(value)) return DEFAULT_LAYOUT;
  const flag = (field: unknown): boolean => field !== false;
  return {
    tab: typeof value.tab === "string" ? value.tab : null,
    chatShare: clampShare(typeof value.chatShare === "number" ? value.chatShare : Number.NaN),
    hasSidebar: flag(value.hasSidebar),
    hasInspector: flag(value.hasInspector),
    hasSettings: flag(value.hasSettings),
    isReading: value.isReading === true,
  };
}
