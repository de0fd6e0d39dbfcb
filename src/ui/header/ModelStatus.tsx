import type { AppState } from "../../store/appStore";
import { useApp } from "../appContext";
import { openLevelName } from "../model/levelName";
import type { Strings } from "../strings/en";
import { useStrings } from "../strings/useStrings";

/** Ends in "ready" exactly when a model is open and nothing is loading. */
function statusText({ device, loading, model, isRecorded, ownRecipes }: AppState, strings: Strings): string {
  const { header, noWebGpu } = strings;
  if (isRecorded && model !== null) return `${model.report.name} · ${noWebGpu.recordedTag}`;
  if (device.status === "unavailable") return header.noWebGpu;
  if (loading !== null) {
    if (loading.isCancelling) return `${loading.name} · ${header.cancelling}`;
    if (loading.isPaused) return `${loading.name} · ${header.paused}`;
    return `${loading.name} · ${loading.progress === null ? header.opening : header.stages[loading.progress.stage]}`;
  }
  if (model === null) return header.noModel;
  return `${model.report.name} · ${openLevelName(strings, model.report, ownRecipes)} · ${header.ready}`;
}

export function ModelStatus() {
  const strings = useStrings();
  const text = useApp((state) => statusText(state, strings));
  const isReady = useApp((state) => state.model !== null && state.loading === null);
  return (
    <div role="status" aria-label={strings.header.model} className="header-model" data-ready={isReady} title={text}>
      {text}
    </div>
  );
}
