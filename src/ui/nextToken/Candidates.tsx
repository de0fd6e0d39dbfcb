import type { Candidate, NextTokenReport, StageReport } from "../../shared/nextToken";
import { formatCount, formatProbability } from "../../shared/units";
import type { TokenPlace } from "../../store/selectionSlice";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { TokenLabel } from "./TokenLabel";

interface CandidatesProps {
  readonly report: NextTokenReport;
  readonly place: TokenPlace;
}

const COLUMNS = 5;

/** The likeliest tokens, the model's own probability beside that of being drawn, and where the settings cut. */
export function Candidates({ report, place }: CandidatesProps) {
  const { nextToken: words } = useStrings();
  const { candidates, actual, tail, vocabSize } = report;
  // Penalties can put survivors behind tokens that were cut: then there is no single line.
  const kept = candidates.filter((candidate) => candidate.sampledProbability > 0).length;
  const isOneLine = candidates.slice(0, kept).every((candidate) => candidate.sampledProbability > 0);
  const lineAfter = isOneLine && kept < candidates.length ? kept : null;
  const isListed = actual === null || candidates.some(({ token }) => token.id === actual.token.id);
  const row = (candidate: Candidate) => (
    <Row
      key={candidate.token.id}
      candidate={candidate}
      isActual={candidate.token.id === actual?.token.id}
      place={place}
    />
  );
  return (
    <table className="candidates" aria-label={words.table}>
      <thead>
        <tr>
          <th scope="col">{words.token}</th>
          <th scope="col">{words.id}</th>
          <th scope="col" title={words.rawHint}>
            {words.raw}
          </th>
          <th scope="col" title={words.sampledHint}>
            {words.sampled}
          </th>
          <th scope="col">
            <span className="visually-hidden">{words.branchShort}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {candidates.slice(0, lineAfter ?? candidates.length).map(row)}
        {lineAfter !== null && <CutOff report={report} />}
        {lineAfter !== null && candidates.slice(lineAfter).map(row)}
        {tail.count > 0 && (
          <tr className="candidate-tail" data-tail={tail.count}>
            <th scope="row">{words.others(formatCount(tail.count))}</th>
            <td className="candidate-id" />
            <Share kind="raw" probability={tail.probability} />
            <Share kind="sampled" probability={tail.sampledProbability} />
            <td />
          </tr>
        )}
        {!isListed && actual !== null && row(actual)}
      </tbody>
      {lineAfter === null && cutBy(report.stages) !== null && tail.count > 0 && (
        <caption className="cut-off">{cutWords(words, report.stages, vocabSize)}</caption>
      )}
    </table>
  );
}

/** The stage that left the fewest, the first of several. */
function cutBy(stages: readonly StageReport[]): StageReport | null {
  const last = stages.at(-1);
  const by = stages.find(({ survivors }) => survivors === last?.survivors);
  return by === undefined || by.stage === "penalties" ? null : by;
}

function cutWords(
  words: ReturnType<typeof useStrings>["nextToken"],
  stages: readonly StageReport[],
  vocabSize: number,
): string {
  const by = cutBy(stages);
  if (by === null) return "";
  // Only greedy leaves it to the last stage to cut.
  const name = by.stage === "temperature" ? words.greedy : words.stageNames[by.stage];
  return words.cutOff(name, formatCount(by.survivors), formatCount(vocabSize));
}

function CutOff({ report }: { report: NextTokenReport }) {
  const { nextToken: words } = useStrings();
  return (
    <tr className="cut-off">
      <td colSpan={COLUMNS}>
        <span>{cutWords(words, report.stages, report.vocabSize)}</span>
      </td>
    </tr>
  );
}

function Row({ candidate, isActual, place }: { candidate: Candidate; isActual: boolean; place: TokenPlace }) {
  const { nextToken: words } = useStrings();
  const canBranch = useApp((state) => state.model !== null);
  const branch = useApp((state) => state.branchAnswer);
  const { token, probability, sampledProbability, rank } = candidate;
  const choose = (): void => void branch(place.turnId, place.index, [{ id: token.id, probability }]);
  return (
    <tr className="candidate" data-id={token.id} data-actual={isActual} data-cut={sampledProbability === 0}>
      <th scope="row">
        <code className="token">
          <TokenLabel token={token} />
        </code>
        {isActual && <span className="candidate-drawn">{words.drawn}</span>}
        {rank >= 10 && <span className="muted"> {words.rank(formatCount(rank + 1))}</span>}
      </th>
      <td className="candidate-id">{token.id}</td>
      <Share kind="raw" probability={probability} />
      <Share kind="sampled" probability={sampledProbability} />
      <td>
        <button
          type="button"
          className="button button-quiet candidate-branch"
          disabled={!canBranch || place.index < 0}
          aria-label={words.branch}
          title={words.branch}
          onClick={choose}
        >
          {words.branchShort}
        </button>
      </td>
    </tr>
  );
}

function Share({ kind, probability }: { kind: "raw" | "sampled"; probability: number }) {
  const { nextToken: words } = useStrings();
  const isCut = kind === "sampled" && probability === 0;
  return (
    <td className="share" data-kind={kind} data-probability={probability}>
      <span className="share-bar" aria-hidden="true">
        <span style={{ inlineSize: `${probability * 100}%` }} />
      </span>
      <span className="share-number">{isCut ? words.isCut : formatProbability(probability)}</span>
    </td>
  );
}
