import { formatBytes } from "../../shared/units";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";

export function Storage() {
  const { library: words } = useStrings();
  const storage = useApp((state) => state.storage);
  const keepStorage = useApp((state) => state.keepStorage);
  if (storage === null) return null;
  const { usedBytes, quotaBytes, isPersisted } = storage;
  return (
    <div className="storage">
      <p className="hint">
        {words.storage}: {words.storageOf(formatBytes(usedBytes), formatBytes(quotaBytes))}.{" "}
        {isPersisted ? words.persisted : words.notPersisted}
      </p>
      <button type="button" className="button" disabled={isPersisted} onClick={() => void keepStorage()}>
        {words.keep}
      </button>
    </div>
  );
}
