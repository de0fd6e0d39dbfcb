import type { LoadProgress } from "../../shared/protocol";
import type { AppState } from "../../store/appStore";
import { LEVEL_LABELS } from "../../store/modelSource";
import { useApp } from "../appContext";

const STAGES: { readonly [S in LoadProgress["stage"]]: string } = {
  reading: "reading",
  weights: "loading weights",
  tokenizer: "preparing the tokenizer",
  kernels: "choosing kernels",
};

/** Ends in "ready" exactly when a model is open and nothing is loading. */
function statusText({ device, loading, model }: AppState): string {
  if (device.status === "unavailable") return "WebGPU is not available";
  if (loading !== null) {
    if (loading.isCancelling) return `${loading.name} · cancelling`;
    return `${loading.name} · ${loading.progress === null ? "opening" : STAGES[loading.progress.stage]}`;
  }
  if (model === null) return "No model open";
  return `${model.report.name} · ${LEVEL_LABELS[model.request.level]} · ready`;
}

export function ModelStatus() {
  const text = useApp(statusText);
  const isReady = useApp((state) => state.model !== null && state.loading === null);
  return (
    <div role="status" aria-label="Model" className="header-model" data-ready={isReady} title={text}>
      {text}
    </div>
  );
}
