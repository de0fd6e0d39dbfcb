import { useState } from "react";
import { useAppStore } from "../../appContext";
import { useStrings } from "../../strings/useStrings";
import { EXPORT_KINDS, type ExportKind, exportFigure, type Figure } from "./figure";

interface ExportMenuProps {
  /** Of the file, in words. */
  readonly name: string;
  /** What the button says where a region has several. */
  readonly label?: string;
  readonly isOff?: boolean;
  /** Null: there is nothing to save any more. */
  readonly make: () => Promise<Figure | null>;
}

/** What is on show as files: two pictures, three kinds of data. */
export function ExportMenu({ name, label, isOff = false, make }: ExportMenuProps) {
  const { attention: words } = useStrings();
  const store = useAppStore();
  const [isOpen, setOpen] = useState(false);
  const labels: Record<ExportKind, string> = {
    png: words.exportPng,
    svg: words.exportSvg,
    json: words.exportJson,
    csv: words.exportCsv,
    npy: words.exportNpy,
  };
  const save = async (kind: ExportKind): Promise<void> => {
    try {
      const figure = await make();
      if (figure === null) return;
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await exportFigure(kind, figure));
      link.download = `${name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-")}.${kind}`;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (error) {
      store.getState().noteError(error);
    }
  };
  return (
    <div className="export-menu">
      <button
        type="button"
        className={label === undefined ? "button" : "button button-quiet"}
        aria-expanded={isOpen}
        disabled={isOff}
        onClick={() => setOpen(!isOpen)}
      >
        {label ?? words.export}
      </button>
      {isOpen &&
        EXPORT_KINDS.map((kind) => (
          <button key={kind} type="button" className="button button-quiet" onClick={() => void save(kind)}>
            {labels[kind]}
          </button>
        ))}
    </div>
  );
}
