import { lazy, Suspense } from "react";
import { canSee } from "../../store/imageSlice";
import { useApp } from "../appContext";
import { OpenAgain } from "../model/OpenAgain";
import { showOpenDialog } from "../model/openModelInput";
import { useStrings } from "../strings/useStrings";

const StartWithPicture = lazy(() => import("../image/StartWithPicture"));

/** Nothing said yet: one sentence, one action, one example. */
export function EmptyState() {
  const { empty } = useStrings();
  const report = useApp((state) => state.model?.report ?? null);
  const isLoading = useApp((state) => state.loading !== null);
  const isStarting = useApp((state) => state.isStarting);
  if (report !== null) {
    if (!report.hasTokenizer) return <NoTokenizer name={report.name} />;
    return report.hasChatTemplate ? (
      <Start title={empty.ask} example={empty.askExample} />
    ) : (
      <Start title={empty.begin} example={empty.beginExample} />
    );
  }
  if (isLoading) return <p className="empty-text">{empty.onItsWay}</p>;
  if (isStarting) return null;
  return (
    <div className="empty">
      <h2 className="empty-title">{empty.title}</h2>
      <p className="empty-text">{empty.text}</p>
      <OpenSomething />
      <p className="hint">{empty.hint}</p>
    </div>
  );
}

function Start({ title, example }: { title: string; example: string }) {
  const { image } = useStrings();
  const sees = useApp((state) => canSee(state.model?.report));
  const setDraft = useApp((state) => state.setDraft);
  const tryExample = (): void => {
    setDraft(example);
    document.getElementById("message")?.focus();
  };
  return (
    <div className="empty">
      <h2 className="empty-title">{title}</h2>
      <button type="button" className="example" onClick={tryExample}>
        {example}
      </button>
      {sees && (
        <>
          <p className="empty-text">{image.ask}</p>
          <Suspense>
            <StartWithPicture />
          </Suspense>
        </>
      )}
    </div>
  );
}

function NoTokenizer({ name }: { name: string }) {
  const { empty } = useStrings();
  return (
    <div className="empty">
      <h2 className="empty-title">{empty.cannotChat}</h2>
      <p className="empty-text">{empty.noTokenizer(name)}</p>
    </div>
  );
}

/** The model that was open last comes first. */
function OpenSomething() {
  const { empty } = useStrings();
  const last = useApp((state) => state.rememberedModel);
  const isByFiles = last !== null && last.link === null;
  return (
    <>
      {isByFiles && <p className="empty-text">{empty.lastFiles(last.name)}</p>}
      <div className="empty-actions">
        <OpenAgain />
        {!isByFiles && (
          <button type="button" className={last === null ? "button button-primary" : "button"} onClick={showOpenDialog}>
            {empty.choose}
          </button>
        )}
      </div>
    </>
  );
}
