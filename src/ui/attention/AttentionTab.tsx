import { lazy, Suspense, useEffect } from "react";
import type { AppState } from "../../store/appState";
import { useApp, useAppStore } from "../appContext";
import { useShell } from "../shell";
import { useStrings } from "../strings/useStrings";

const AttentionPanel = lazy(() => import("./AttentionPanel"));

/**
 * Watches heads from before the first message on, so that its answer can be followed, and therefore comes with the page;
 * what shows them is fetched with that message.
 */
export function AttentionTab() {
  const { attention: words } = useStrings();
  const hasText = useApp((state) => state.turns.length > 0);
  const watch = useApp((state) => state.watchAttention);
  const { isInspectorOpen } = useShell();
  useEffect(() => {
    if (!isInspectorOpen) return;
    watch(true);
    return () => watch(false);
  }, [watch, isInspectorOpen]);
  useRefresh();
  if (!hasText) return <p className="tab-empty">{words.empty}</p>;
  return (
    <Suspense>
      <AttentionPanel />
    </Suspense>
  );
}

/** Asks again whenever something it depends on has changed. */
function useRefresh(): void {
  const store = useAppStore();
  useEffect(() => {
    const reasons = ({ streaming, turns, session, pinned, model, hovered }: AppState): readonly unknown[] => [
      streaming,
      turns,
      session,
      pinned,
      model,
      hovered,
    ];
    return store.subscribe((state, before) => {
      const old = reasons(before);
      if (reasons(state).some((reason, i) => reason !== old[i])) state.refreshAttention();
    });
  }, [store]);
}
