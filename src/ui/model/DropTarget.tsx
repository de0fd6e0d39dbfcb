import { useEffect, useState } from "react";
import { useApp } from "../appContext";
import { useTakeFiles } from "../image/useTakeFiles";
import { useStrings } from "../strings/useStrings";
import { collectDroppedFiles } from "./collectDroppedFiles";

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

/** What kinds the files are is told while they hover; their names and contents are not. */
function carriesPictures(event: DragEvent): boolean {
  const items = [...(event.dataTransfer?.items ?? [])];
  return items.length > 0 && items.every(({ type }) => type.startsWith("image/"));
}

/** The whole page takes files; while they hover, it says so. */
export function DropTarget() {
  const { model, image } = useStrings();
  const { takeFiles } = useTakeFiles();
  const report = useApp((state) => state.report);
  const [isOver, setOver] = useState<"model" | "picture" | null>(null);

  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(carriesPictures(event) ? "picture" : "model");
    };
    const leave = (event: DragEvent): void => {
      // Leaving the window has no element that is entered instead.
      if (event.relatedTarget === null) setOver(null);
    };
    const drop = (event: DragEvent): void => {
      setOver(null);
      // A field that takes files of its own has them.
      if (event.defaultPrevented || !carriesFiles(event) || event.dataTransfer === null) return;
      event.preventDefault();
      collectDroppedFiles(event.dataTransfer)
        .then(takeFiles)
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
  }, [takeFiles, report]);

  if (isOver === null) return null;
  return (
    <div className="drop" aria-hidden="true">
      <p>{isOver === "picture" ? image.drop : model.drop}</p>
    </div>
  );
}
