import { formatBytes } from "../../shared/units";
import type { Keeping } from "../../store/librarySlice";
import { unkeptModel } from "../../store/librarySlice";
import { useApp } from "../appContext";
import { ShareBar } from "../panels/ShareBar";
import { useRuntimeWords } from "../strings/useRuntimeWords";
import { useStrings } from "../strings/useStrings";

/** Files of the person's own are not kept by themselves: the offer, and how far it is. */
export function KeepOpenModel() {
  const { library: words, loading } = useStrings();
  const say = useRuntimeWords();
  const model = useApp((state) => state.model);
  const kept = useApp((state) => state.kept);
  const storage = useApp((state) => state.storage);
  const keeping = useApp((state) => state.keeping);
  const isWriting = useApp((state) => state.isWriting);
  const keepOpenModel = useApp((state) => state.keepOpenModel);
  if (keeping !== null) return <KeepingBar keeping={keeping} name={model?.report.name ?? ""} />;
  const reason = model?.report.notKept ?? null;
  if (reason !== null) return <p className="hint">{loading.notKept(say(reason))}</p>;
  if (isWriting && model !== null) return <p className="hint">{words.writing(model.report.name)}</p>;
  const unkept = unkeptModel({ model, kept, storage });
  if (unkept === null) return null;
  const size = formatBytes(unkept.sizeBytes);
  return (
    <div className="storage keep-offer">
      <p className="hint">
        {words.unkept(unkept.name)} {!unkept.hasRoom && words.noRoom(size)}
      </p>
      <button type="button" className="button" disabled={!unkept.hasRoom} onClick={() => void keepOpenModel()}>
        {words.keepModel(size)}
      </button>
    </div>
  );
}

function KeepingBar({ keeping, name }: { keeping: Keeping; name: string }) {
  const { library: words } = useStrings();
  const cancelKeeping = useApp((state) => state.cancelKeeping);
  const { doneBytes, totalBytes } = keeping;
  const share = totalBytes === 0 ? 0 : doneBytes / totalBytes;
  const text = words.keepingOf(name, formatBytes(doneBytes), formatBytes(totalBytes));
  return (
    <div className="storage keep-offer">
      <div className="keeping">
        <ShareBar share={share} label={words.keeping} text={text} />
        <p className="hint">{text}</p>
      </div>
      <button type="button" className="button" onClick={() => void cancelKeeping()}>
        {words.cancelKeeping}
      </button>
    </div>
  );
}
