import { useCallback } from "react";
import type { WeightScale } from "../../shared/attentionMap";
import { formatTokens } from "../../shared/units";
import { useAppStore } from "../appContext";
import { openLevelName } from "../model/levelName";
import { useStrings } from "../strings/useStrings";

/** `tokens`: of the text shown, where that is not the chat's. */
type FigureWords = (
  name: string,
  scale: WeightScale | null,
  more?: string,
  tokens?: number,
) => { title: string; settings: string };

/** Title and settings that a saved picture carries: what it shows, of which model and text, and how it was drawn. */
export function useFigureWords(): FigureWords {
  const strings = useStrings();
  const store = useAppStore();
  return useCallback(
    (name, scale, more = "", tokens) => {
      const { attention: words } = strings;
      const { model, attention, ownRecipes } = store.getState();
      const opened =
        model === null ? [] : [`${model.report.name} · ${openLevelName(strings, model.report, ownRecipes)}`];
      const drawn = scale === null ? "" : `${words.scale}: ${words.scales[scale]}.`;
      return {
        title: [name, ...opened, formatTokens(tokens ?? attention.maps?.length ?? 0)].join(", "),
        settings: [drawn, more].filter((part) => part !== "").join(" "),
      };
    },
    [store, strings],
  );
}
