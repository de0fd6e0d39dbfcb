import type { TokenText } from "../../shared/nextToken";
import { splitCompared } from "../../shared/recipes";
import { formatBytes, formatCount, formatDuration, formatTokenRate } from "../../shared/units";
import { divergence, type LanesRun, type LaneView } from "../../store/lanesSlice";
import { useApp } from "../appContext";
import { ErrorWords } from "../ErrorWords";
import { useStrings } from "../strings/useStrings";
import { useContenderName } from "./contenderName";
import { namedToken } from "./shownToken";

/** Each level's own answer, beside the reference's. */
export function Lanes() {
  const { compare } = useStrings();
  const run = useApp((state) => state.lanes);
  if (run === null) return <p className="hint">{compare.lanesEmpty}</p>;
  const [reference] = run.lanes;
  return (
    <>
      {run.error !== null && (
        <p role="alert" className="compare-error">
          <ErrorWords error={run.error} />
        </p>
      )}
      <div className="lanes">
        {run.lanes.map((lane) => (
          <Lane key={lane.level} run={run} lane={lane} reference={reference === lane ? null : (reference ?? null)} />
        ))}
      </div>
      <p className="hint">{compare.lanesHint(formatCount(run.request.sampling.seed))}</p>
      {!run.isRunning && <FreeLanes run={run} />}
    </>
  );
}

/** @param reference null: this is the reference */
function Lane({ run, lane, reference }: { run: LanesRun; lane: LaneView; reference: LaneView | null }) {
  const { compare } = useStrings();
  const nameOf = useContenderName();
  const name = nameOf(lane.level);
  const place = reference === null ? null : divergence(reference, lane);
  return (
    <section className="lane" aria-label={name}>
      <h3 className="lane-name">
        {name}
        {reference === null && <span className="hint"> {compare.isReference}</span>}
      </h3>
      <LaneFacts lane={lane} />
      <LaneText lane={lane} place={place} />
      {reference !== null && <Divergence run={run} lane={lane} reference={reference} place={place} />}
    </section>
  );
}

function LaneFacts({ lane }: { lane: LaneView }) {
  const { compare } = useStrings();
  const { stats, weightBytes } = lane;
  const weights = weightBytes === null ? null : Object.values(weightBytes).reduce((sum, bytes) => sum + bytes, 0);
  const facts = [
    [compare.laneFacts.speed, formatTokenRate(stats?.tokensPerSecond)],
    [compare.laneFacts.firstToken, formatDuration(stats?.firstTokenMs)],
    [compare.laneFacts.weights, formatBytes(weights)],
    [compare.laneFacts.cache, formatBytes(stats?.cacheBytes)],
  ] as const;
  return (
    <dl className="lane-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="number">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

type Kind = "same" | "forced" | "first" | "after";

function LaneText({ lane, place }: { lane: LaneView; place: number | null }) {
  const { compare } = useStrings();
  if (lane.state === "loading") {
    return <p className="hint">{compare.laneLoading(String(Math.floor(lane.share * 100)))}</p>;
  }
  if (lane.tokens.length === 0) return <p className="hint">{lane.state === "ended" ? "–" : compare.laneWaiting}</p>;
  return (
    <p className="lane-text" dir="auto">
      {runsOf(lane, place).map(({ from, kind, text }) =>
        kind === "same" ? (
          text
        ) : (
          <span key={from} className={`lane-${kind}`} title={kind === "after" ? undefined : compare.laneMarks[kind]}>
            {text}
          </span>
        ),
      )}
    </p>
  );
}

/** Neighbours of one kind as one. */
function runsOf(lane: LaneView, place: number | null): { from: number; kind: Kind; text: string }[] {
  const runs: { from: number; kind: Kind; text: string }[] = [];
  for (const [index, token] of lane.tokens.entries()) {
    const kind = kindOf(lane, place, index);
    const last = runs.at(-1);
    if (last?.kind === kind && kind !== "forced") last.text += textOf(token);
    else runs.push({ from: index, kind, text: textOf(token) });
  }
  return runs;
}

function kindOf({ forced }: LaneView, place: number | null, index: number): Kind {
  if (place !== null && index >= place) return index === place ? "first" : "after";
  return forced.includes(index) ? "forced" : "same";
}

/** Prose keeps its line breaks; what has no text of its own is named. */
function textOf(token: TokenText): string {
  return token.part > 0 || (token.text !== "" && !token.text.includes("\uFFFD")) ? token.text : namedToken(token);
}

interface DivergenceProps {
  readonly run: LanesRun;
  readonly lane: LaneView;
  readonly reference: LaneView;
  readonly place: number | null;
}

function Divergence({ run, lane, reference, place }: DivergenceProps) {
  const { compare } = useStrings();
  const nameOf = useContenderName();
  const force = useApp((state) => state.forceReference);
  const isOpen = useApp((state) => state.model?.report.handle === run.request.model);
  const token = place === null ? undefined : reference.tokens[place];
  if (place === null) {
    const isOver = lane.state === "ended" && reference.state === "ended" && lane.endReason === reference.endReason;
    const count = formatCount(lane.tokens.length);
    return <p className="hint">{isOver ? compare.laneSame(count) : compare.laneSameSoFar(count)}</p>;
  }
  return (
    <>
      <p className="hint">{compare.laneLeaves(formatCount(place))}</p>
      {token !== undefined && isOpen && (
        <button
          type="button"
          className="button"
          disabled={run.isRunning}
          onClick={() => void force(lane.level)}
          aria-label={compare.forceFor(nameOf(lane.level), namedToken(token))}
        >
          {compare.force} <code>{namedToken(token)}</code>
        </button>
      )}
    </>
  );
}

/** What stays on the GPU so that a token can be forced at once. */
function FreeLanes({ run }: { run: LanesRun }) {
  const { compare } = useStrings();
  const areOpen = useApp((state) => state.areLanesOpen);
  const own = useApp((state) => state.model?.report.level);
  const close = useApp((state) => state.closeLanes);
  const byWeights = new Map(run.lanes.map((lane) => [splitCompared(lane.level).weights, lane.weightBytes] as const));
  const bytes = [...byWeights]
    .filter(([weights]) => weights !== own)
    .reduce((sum, [, formats]) => sum + Object.values(formats ?? {}).reduce((all, part) => all + part, 0), 0);
  if (!areOpen || bytes === 0) return null;
  return (
    <p className="hint lanes-open">
      {compare.lanesOpen(formatBytes(bytes))}{" "}
      <button type="button" className="button button-quiet" onClick={() => void close()}>
        {compare.freeLanes}
      </button>
    </p>
  );
}
