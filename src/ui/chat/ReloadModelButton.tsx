import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";

/** After a lost device: the same model once more, or the whole page when none was open. */
export function ReloadModelButton() {
  const strings = useStrings();
  const canReload = useApp((state) => state.lastRequest !== null && state.model === null && state.loading === null);
  const reloadModel = useApp((state) => state.reloadModel);
  if (!canReload) return null;
  return (
    <button type="button" className="button" onClick={() => void reloadModel()}>
      {strings.reloadModel}
    </button>
  );
}
