import { useEffect, useState } from "react";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { collectDroppedFiles } from "./collectDroppedFiles";

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

/** The whole page takes files; while they hover, it says so. */
export function DropTarget() {
  const { model } = useStrings();
  const openFiles = useApp((state) => state.openFiles);
  const report = useApp((state) => state.report);
  const [isOver, setOver] = useState(false);

  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      // Leaving the window has no element that is entered instead.
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      setOver(false);
      if (!carriesFiles(event) || event.dataTransfer === null) return;
      event.preventDefault();
      collectDroppedFiles(event.dataTransfer)
        .then(openFiles)
        .catch((error: unknown) => report({ kind: "drop" }, error));
    };
    addEventListener("dragover", over);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, [openFiles, report]);

  if (!isOver) return null;
  return (
    <div className="drop" aria-hidden="true">
      <p>{model.drop}</p>
    </div>
  );
}
