import { useState } from "react";
import type { LevelChoice } from "../../shared/recipes";
import { formatBytes } from "../../shared/units";
import type { GgufSaving } from "../../store/savingSlice";
import { useApp } from "../appContext";
import { ErrorWords } from "../ErrorWords";
import { LevelOptions } from "../model/LevelOptions";
import { ShareBar } from "../panels/ShareBar";
import { useStrings } from "../strings/useStrings";
import { useContenderName } from "./contenderName";
import { isQuantizedFile } from "./isQuantizedFile";
import { openFileSink } from "./openFileSink";

/** The open model at a level, as a file that other programs open. */
export function SaveGguf() {
  const { compare } = useStrings();
  const nameOf = useContenderName();
  const name = useApp((state) => state.model?.report.name ?? "model");
  const saving = useApp((state) => state.saving);
  const save = useApp((state) => state.saveGguf);
  const cancel = useApp((state) => state.cancelSaving);
  const isQuantized = useApp(isQuantizedFile);
  const [chosen, setChoice] = useState<LevelChoice>("q4_0");
  const choice = isQuantized ? "stored" : chosen;
  const isRunning = saving?.end === "running";
  const start = async (): Promise<void> => {
    const sink = await openFileSink(`${name}-${choice.replaceAll(/[*,=]+/g, "-")}.gguf`);
    if (sink !== null) await save(choice, sink);
  };
  return (
    <section className="compare-save" aria-label={compare.saveGguf}>
      <h3 className="subtitle">{compare.saveTitle}</h3>
      <p className="hint">{compare.saveHint}</p>
      <div className="compare-save-row">
        <select
          aria-label={compare.saveLevel}
          value={choice}
          disabled={isRunning}
          onChange={(event) => setChoice(event.target.value as LevelChoice)}
        >
          <LevelOptions chosen={choice} isOffered={(level) => !isQuantized || level === "stored"} nameOf={nameOf} />
        </select>
        {isRunning ? (
          <button type="button" className="button" onClick={() => void cancel()}>
            {compare.saveCancel}
          </button>
        ) : (
          <button type="button" className="button" onClick={() => void start()}>
            {compare.saveGguf}
          </button>
        )}
      </div>
      {saving !== null && <State saving={saving} />}
    </section>
  );
}

function State({ saving }: { saving: GgufSaving }) {
  const { compare } = useStrings();
  const nameOf = useContenderName();
  const { choice, doneBytes, totalBytes, end, error } = saving;
  if (error !== null) {
    return (
      <p role="alert" className="compare-error">
        <ErrorWords error={error} />
      </p>
    );
  }
  const level = nameOf(choice);
  if (end === "done") return <p role="status">{compare.saved(level, formatBytes(totalBytes))}</p>;
  if (end === "cancelled") return <p role="status">{compare.saveCancelled}</p>;
  const words = compare.saving(level, formatBytes(doneBytes), totalBytes > 0 ? formatBytes(totalBytes) : "…");
  return (
    <div className="compare-progress">
      <ShareBar share={totalBytes > 0 ? doneBytes / totalBytes : 0} label={compare.saveGguf} text={words} />
      <p className="hint">{words}</p>
    </div>
  );
}
