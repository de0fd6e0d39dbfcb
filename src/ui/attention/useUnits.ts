import { useMemo } from "react";
import { type RolledUp, rollUp, type TextUnit, unitsOf } from "../../store/rollUp";
import { useApp } from "../appContext";

/** The text in the units that were chosen (tokens, words, sentences), and the view's weights by them. */
export function useUnits(): { readonly units: readonly TextUnit[]; readonly rolled: RolledUp | null } {
  const view = useApp((state) => state.attention.view);
  const texts = useApp((state) => state.attention.texts);
  const kind = useApp((state) => state.unitKind);
  const units = useMemo(() => unitsOf(texts, kind), [texts, kind]);
  const rolled = useMemo(() => (view === null ? null : rollUp(view, units)), [view, units]);
  return { units, rolled };
}
