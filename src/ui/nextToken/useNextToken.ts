import { useEffect } from "react";
import { useShallow } from "zustand/react/shallow";
import { answerIdsOf, lookedAtToken } from "../../store/nextTokenSlice";
import type { TokenPlace } from "../../store/selectionSlice";
import { useApp } from "../appContext";
import { useShell } from "../shell";

/** Watches while the panel is on the page, and asks again when place, settings or text change. */
export function useNextToken(): TokenPlace | null {
  const { isInspectorOpen } = useShell();
  const watch = useApp((state) => state.watchNextToken);
  const refresh = useApp((state) => state.refreshNextToken);
  const place = useApp(useShallow(lookedAtToken));
  const settings = useApp((state) => state.settings);
  const session = useApp((state) => state.session);
  const systemPrompt = useApp((state) => state.chat.systemPrompt);
  const count = useApp((state) => (place === null ? 0 : answerIdsOf(state, place.turnId).length));
  const isStreaming = useApp((state) => state.streaming !== null);

  useEffect(() => {
    if (!isInspectorOpen) return;
    watch(true);
    return () => watch(false);
  }, [isInspectorOpen, watch]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what changes the answer is when, not an input
  useEffect(refresh, [refresh, place?.turnId, place?.index, settings, session, systemPrompt, count, isStreaming]);
  return place;
}
