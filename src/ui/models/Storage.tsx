import { useState } from "react";
import { formatBytes } from "../../shared/units";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";

export function Storage() {
  const { library: words } = useStrings();
  const storage = useApp((state) => state.storage);
  const keepStorage = useApp((state) => state.keepStorage);
  const [wasAsked, setAsked] = useState(false);
  // Not known yet, or not to be had: its place is kept, so that what is below does not move.
  const { usedBytes, quotaBytes, isPersisted } = storage ?? { usedBytes: null, quotaBytes: null, isPersisted: false };
  return (
    <div className="storage" data-unknown={storage === null}>
      <p className="hint">
        {words.storage}: {words.storageOf(formatBytes(usedBytes), formatBytes(quotaBytes))}.{" "}
        {isPersisted ? words.persisted : words.notPersisted}
      </p>
      <button
        type="button"
        className="button"
        disabled={isPersisted}
        onClick={() => void keepStorage().then(() => setAsked(true))}
      >
        {words.keep}
      </button>
      {wasAsked && !isPersisted && (
        <p className="hint" role="status">
          {words.keepRefused}
        </p>
      )}
    </div>
  );
}
