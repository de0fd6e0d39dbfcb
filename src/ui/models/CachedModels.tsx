import { useEffect, useState } from "react";
import type { KeptModel } from "../../shared/library";
import { formatBytes, formatPercent } from "../../shared/units";
import { useApp } from "../appContext";
import { useLevelName } from "../model/levelName";
import { Panel } from "../panels/Panel";
import { useStrings } from "../strings/useStrings";
import { focusSoon } from "../turn/focusSoon";
import { unlessSecondClick } from "../unlessSecondClick";
import { KeepOpenModel } from "./KeepOpenModel";
import { KeptDetails } from "./KeptDetails";
import { Storage } from "./Storage";

/** What is kept in this browser, and the room it takes. */
export function CachedModels() {
  const { library: words } = useStrings();
  const kept = useApp((state) => state.kept);
  const refreshLibrary = useApp((state) => state.refreshLibrary);
  useEffect(() => void refreshLibrary(), [refreshLibrary]);
  const isEmpty = kept === null || kept.length === 0;
  return (
    <Panel title={words.cached} aside={!isEmpty && <DeleteAll />}>
      <KeepOpenModel />
      {isEmpty && <p className="hint">{kept === null ? "\u00a0" : words.none}</p>}
      <table className="table cached" aria-label={words.cached} hidden={isEmpty}>
        <thead>
          <tr>
            <th scope="col">{words.columns.name}</th>
            <th scope="col">{words.columns.level}</th>
            <th scope="col">{words.columns.size}</th>
            <th scope="col">{words.columns.used}</th>
            <th scope="col">
              <span className="visually-hidden">{words.columns.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {(kept ?? []).map((model) => (
            <Row key={model.id} model={model} />
          ))}
        </tbody>
      </table>
      <Storage />
    </Panel>
  );
}

function Row({ model }: { model: KeptModel }) {
  const { library: words } = useStrings();
  const levelName = useLevelName();
  const [isOpen, setOpen] = useState(false);
  const { keptBytes, totalBytes } = model;
  const isWhole = keptBytes >= totalBytes;
  return (
    <>
      <tr data-kept={isWhole ? "whole" : "partly"}>
        <th scope="row">
          <button
            type="button"
            className="kept-name"
            aria-expanded={isOpen}
            title={words.details}
            onClick={() => setOpen(!isOpen)}
          >
            {model.name}
          </button>
        </th>
        <td className="kept-level">{levelName(model.level)}</td>
        <td className="number">
          {formatBytes(keptBytes)}
          {!isWhole && <span className="muted"> {words.partly(formatPercent(keptBytes / totalBytes))}</span>}
        </td>
        <td>
          {model.lastUsed === 0
            ? words.never
            : new Date(model.lastUsed).toLocaleDateString(document.documentElement.lang)}
        </td>
        <td>
          <Actions model={model} />
        </td>
      </tr>
      <Verification id={model.id} />
      {isOpen && (
        <tr>
          <td colSpan={5}>
            <KeptDetails model={model} />
          </td>
        </tr>
      )}
    </>
  );
}

/** The button that had the focus is gone with its row. */
function focusPanel(): void {
  focusSoon(() => (document.activeElement === document.body ? document.querySelector(".tab-panel") : null));
}

function Actions({ model }: { model: KeptModel }) {
  const { library: words } = useStrings();
  const openKept = useApp((state) => state.openKept);
  const verifyKept = useApp((state) => state.verifyKept);
  const deleteKept = useApp((state) => state.deleteKept);
  const isVerifying = useApp((state) => state.verification?.damaged === null);
  const isOpenable = model.keptBytes >= model.totalBytes;
  return (
    <div className="kept-actions">
      <button
        type="button"
        className="button button-quiet"
        aria-label={words.openName(model.name)}
        disabled={!isOpenable}
        onClick={() => void openKept(model)}
      >
        {words.open}
      </button>
      <button
        type="button"
        className="button button-quiet"
        disabled={isVerifying}
        onClick={() => void verifyKept(model.id)}
      >
        {words.verify}
      </button>
      <button
        type="button"
        className="button button-quiet"
        // The row below takes this one's place.
        onClick={unlessSecondClick(() => void deleteKept(model.id).then(focusPanel))}
      >
        {words.delete}
      </button>
    </div>
  );
}

function Verification({ id }: { id: string }) {
  const { library: words } = useStrings();
  const verification = useApp((state) => state.verification);
  if (verification === null || verification.id !== id) return null;
  const { damaged, doneRecords, records } = verification;
  const text =
    damaged === null
      ? words.verifying(doneRecords, records)
      : damaged.length === 0
        ? words.sound(records)
        : words.damaged(damaged.length);
  return (
    <tr>
      <td colSpan={5} className="muted">
        <span role="status">{text}</span>
      </td>
    </tr>
  );
}

function DeleteAll() {
  const { library: words, cancel } = useStrings();
  const deleteKept = useApp((state) => state.deleteKept);
  const [isAsking, setAsking] = useState(false);
  if (!isAsking) {
    return (
      <button type="button" className="button button-quiet" onClick={() => setAsking(true)}>
        {words.deleteAll}
      </button>
    );
  }
  return (
    <div className="kept-actions">
      <span>{words.deleteAllSure}</span>
      <button
        type="button"
        className="button"
        onClick={() => {
          setAsking(false);
          void deleteKept(null).then(focusPanel);
        }}
      >
        {words.deleteAll}
      </button>
      <button type="button" className="button button-quiet" onClick={() => setAsking(false)}>
        {cancel}
      </button>
    </div>
  );
}
