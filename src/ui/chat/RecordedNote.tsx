import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";

/** In place of the composer: what is seen was recorded, and cannot be asked anything. */
export function RecordedNote() {
  const { noWebGpu } = useStrings();
  const name = useApp((state) => state.model?.report.name ?? "");
  return (
    <p className="note recorded-note">
      <span className="tag">{noWebGpu.recordedTag}</span> {noWebGpu.recordedNote(name)}
    </p>
  );
}
