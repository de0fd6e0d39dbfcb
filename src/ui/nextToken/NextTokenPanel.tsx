import { formatBits, formatCount } from "../../shared/units";
import { isForeign } from "../../store/nextTokenSlice";
import { isSameToken, pinnedToken, type TokenPlace } from "../../store/selectionSlice";
import { useApp } from "../appContext";
import { ErrorWords } from "../ErrorWords";
import { IconButton } from "../IconButton";
import { useStrings } from "../strings/useStrings";
import { Candidates } from "./Candidates";
import { ForceToken } from "./ForceToken";
import { Stages } from "./Stages";
import { TokenLabel } from "./TokenLabel";
import { TokenStrip } from "./TokenStrip";
import { useNextToken } from "./useNextToken";

/** What the model chose between at one token, by its own probabilities and after the settings acted. */
export default function NextTokenPanel() {
  const { nextToken: words } = useStrings();
  const place = useNextToken();
  const model = useApp((state) => state.model);
  const hasTurns = useApp((state) => state.turns.length > 0);
  const foreign = useApp((state) => place !== null && isForeign(state, place));
  const writer = useApp((state) => state.turns.find((turn) => turn.id === place?.turnId)?.answer?.model ?? "");
  if (place === null || model === null || foreign) {
    return (
      <section className="next-token" aria-label={words.name}>
        <p className="next-token-empty">
          {foreign && model !== null ? words.foreign(writer, model.report.name) : words.empty}
        </p>
        {!foreign && (
          <p className="muted">{model === null ? words.noModel : hasTurns ? words.noIds : words.emptyAction}</p>
        )}
      </section>
    );
  }
  return (
    <section className="next-token" aria-label={words.name}>
      <TokenStrip turnId={place.turnId} />
      <LookedAt place={place} />
      <Report place={place} />
    </section>
  );
}

function LookedAt({ place }: { place: TokenPlace }) {
  const { nextToken: words } = useStrings();
  const pinned = useApp(pinnedToken);
  const unpin = useApp((state) => state.unpin);
  const report = useApp((state) => state.nextToken.report);
  const text = useApp((state) => state.tokenTexts.get(place.turnId)?.[place.index]);
  const pinnedText = useApp((state) => pinned && state.tokenTexts.get(pinned.turnId)?.[pinned.index]);
  const isPinned = isSameToken(pinned, place);
  return (
    <div className="looked-at">
      {pinned !== null && (
        <span className="chip" role="status" aria-live="off">
          <span className="chip-text">
            {words.pinned("")}
            {pinnedText ? <TokenLabel token={pinnedText} /> : pinned.index}
          </span>
          <IconButton icon="close" label={words.unpin} onClick={() => unpin("token")} />
        </span>
      )}
      {!isPinned && (
        <span className="looked-at-now">
          {pinned === null ? words.following : words.preview}
          {text !== undefined && (
            <code className="token">
              <TokenLabel token={text} />
            </code>
          )}
        </span>
      )}
      {report !== null && (
        <span className="looked-at-facts">
          {words.place(formatCount(report.position))} · {words.entropy}{" "}
          <strong data-entropy-bits={report.entropyBits} data-sampled-entropy-bits={report.sampledEntropyBits}>
            {words.entropies(formatBits(report.entropyBits), formatBits(report.sampledEntropyBits))}
          </strong>
        </span>
      )}
    </div>
  );
}

function Report({ place }: { place: TokenPlace }) {
  const { nextToken: words } = useStrings();
  const { report, isWaiting, error, place: reported } = useApp((state) => state.nextToken);
  if (error !== null) {
    return (
      <p className="turn-error" data-error={error.name}>
        <ErrorWords error={error} />
      </p>
    );
  }
  if (report === null || reported === null) return <p className="muted">{isWaiting ? words.waiting : words.loading}</p>;
  return (
    <div className="next-token-report" data-stale={isWaiting || !isSameToken(place, reported)}>
      {isWaiting && <p className="muted">{words.waiting}</p>}
      <Candidates report={report} place={reported} />
      <Stages report={report} />
      <ForceToken place={reported} />
    </div>
  );
}
