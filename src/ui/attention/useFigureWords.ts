import { useCallback } from "react";
import type { WeightScale } from "../../shared/attentionMap";
import { formatTokens } from "../../shared/units";
import { useAppStore } from "../appContext";
import { useStrings } from "../strings/useStrings";

type FigureWords = (name: string, scale: WeightScale | null, more?: string) => { title: string; settings: string };

/** Title and settings that a saved picture carries: what it shows, of which model and text, and how it was drawn. */
export function useFigureWords(): FigureWords {
  const { attention: words } = useStrings();
  const store = useAppStore();
  return useCallback(
    (name, scale, more = "") => {
      const { model, attention } = store.getState();
      const drawn = scale === null ? "" : `${words.scale}: ${words.scales[scale]}.`;
      return {
        title: [name, model?.report.name, formatTokens(attention.maps?.length ?? 0)].join(", "),
        settings: [drawn, more].filter((part) => part !== "").join(" "),
      };
    },
    [store, words],
  );
}
