import { lazy, type ReactNode, Suspense } from "react";
import { canSee } from "../../store/imageSlice";
import { canReopen } from "../../store/modelSlice";
import { linkOf } from "../../store/modelSource";
import { bundledLink } from "../../store/startModel";
import { useApp } from "../appContext";
import { OpenAgain } from "../model/OpenAgain";
import { showOpenDialog } from "../model/openModelInput";
import { useShell } from "../shell";
import { useStrings } from "../strings/useStrings";

const StartWithPicture = lazy(() => import("../image/StartWithPicture"));

/** Nothing said yet: one sentence, one action, one example. */
export function EmptyState() {
  const { empty } = useStrings();
  const report = useApp((state) => state.model?.report ?? null);
  const isBundled = useApp(
    ({ model }) => model !== null && linkOf(model.request.source) === bundledLink(document.baseURI),
  );
  const isLoading = useApp((state) => state.loading !== null);
  const isStarting = useApp((state) => state.isStarting);
  const listing = useApp((state) => state.listing);
  const hasChoice = useApp((state) => state.hubFiles !== null);
  if (report !== null) {
    if (!report.hasTokenizer) return <NoTokenizer name={report.name} />;
    if (isBundled) return <Bundled />;
    return report.hasChatTemplate ? (
      <Start title={empty.ask} examples={[empty.askExample]} />
    ) : (
      <Start title={empty.begin} examples={[empty.beginExample]} />
    );
  }
  if (isLoading) return <Coming />;
  if (listing !== null) return <Listing id={listing.id} />;
  if (isStarting) return null;
  if (hasChoice) return <ChooseFile />;
  return (
    <div className="empty">
      <h2 className="empty-title">{empty.title}</h2>
      <p className="empty-text">{empty.text}</p>
      <OpenSomething />
      <p className="hint">{empty.hint}</p>
    </div>
  );
}

/** A hub takes its time to say what it has, or never does. */
function Listing({ id }: { id: string }) {
  const { empty, cancel } = useStrings();
  const cancelListing = useApp((state) => state.cancelListing);
  return (
    <div className="empty">
      <p className="empty-text">{empty.listing(id)}</p>
      <div className="empty-actions">
        <button type="button" className="button" onClick={cancelListing}>
          {cancel}
        </button>
      </div>
    </div>
  );
}

/** A model on its way, or one that waits for somebody. */
function Coming() {
  const { empty } = useStrings();
  const isAsking = useApp(({ looked }) => looked?.isAsking === true);
  const isHeld = useApp(({ loading }) => loading?.progress?.stage === "waiting");
  const isPaused = useApp(({ loading }) => loading?.isPaused === true);
  const text = isAsking ? empty.asking : isHeld ? empty.heldElsewhere : isPaused ? empty.paused : empty.onItsWay;
  return <p className="empty-text">{text}</p>;
}

/** The list is on the Models tab, and another may be shown, or none. */
function ChooseFile() {
  const { empty } = useStrings();
  const showModels = useShowModels();
  const id = useApp(({ hubFiles }) => hubFiles?.source.id ?? "");
  const count = useApp(({ hubFiles }) => hubFiles?.files.length ?? 0);
  return (
    <div className="empty">
      <p className="empty-text">{empty.severalFiles(id, count)}</p>
      <div className="empty-actions">
        <button type="button" className="button button-primary" onClick={showModels}>
          {empty.showFiles}
        </button>
      </div>
    </div>
  );
}

function useShowModels(): () => void {
  const changeLayout = useApp((state) => state.changeLayout);
  const { setInspector } = useShell();
  return () => {
    changeLayout({ tab: "models" });
    setInspector(true);
  };
}

/** What the model that comes with the page is, and is not; what it can do, to try; and where others are. */
function Bundled() {
  const { empty } = useStrings();
  const showModels = useShowModels();
  return (
    <Start title={empty.bundled} about={empty.bundledAbout} examples={empty.bundledExamples}>
      <button type="button" className="button button-quiet" onClick={showModels}>
        {empty.otherModels}
      </button>
    </Start>
  );
}

interface StartProps {
  readonly title: string;
  readonly about?: string;
  readonly examples: readonly string[];
  readonly children?: ReactNode;
}

function Start({ title, about, examples, children }: StartProps) {
  const { image } = useStrings();
  const sees = useApp((state) => canSee(state.model?.report));
  const setDraft = useApp((state) => state.setDraft);
  const tryExample = (example: string): void => {
    setDraft(example);
    document.getElementById("message")?.focus();
  };
  return (
    <div className="empty">
      <h2 className="empty-title">{title}</h2>
      {about !== undefined && <p className="empty-text">{about}</p>}
      <div className="examples">
        {examples.map((example) => (
          <button key={example} type="button" className="example" onClick={() => tryExample(example)}>
            {example}
          </button>
        ))}
      </div>
      {sees && (
        <>
          <p className="empty-text">{image.ask}</p>
          <Suspense fallback={<div className="start-pictures" />}>
            <StartWithPicture />
          </Suspense>
        </>
      )}
      {children}
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
  const canReload = useApp(canReopen);
  const isByFiles = last !== null && last.link === null && !canReload;
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
