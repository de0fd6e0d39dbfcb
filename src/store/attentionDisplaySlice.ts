/** How attention is shown: the order of heads, and what a colour means. */
import type { Figure, WeightScale } from "../shared/attentionMap";
import type { SliceContext } from "./appState";

export interface AttentionDisplay {
  /** Null: by layer, heads that share a kv head beside each other. */
  readonly sortBy: Figure | null;
  readonly filter: { readonly figure: Figure; readonly atLeast: number } | null;
  readonly scale: WeightScale;
  /** The first token's weight is shown faint; numbers stay as they are. */
  readonly dimsFirst: boolean;
}

export const FIRST_DISPLAY: AttentionDisplay = { sortBy: null, filter: null, scale: "sqrt", dimsFirst: false };

export interface AttentionDisplaySlice {
  readonly attentionDisplay: AttentionDisplay;
  readonly showAttention: (change: Partial<AttentionDisplay>) => void;
}

export function createAttentionDisplaySlice({ get, set }: SliceContext): AttentionDisplaySlice {
  return {
    attentionDisplay: FIRST_DISPLAY,
    showAttention: (change) => set({ attentionDisplay: { ...get().attentionDisplay, ...change } }),
  };
}
