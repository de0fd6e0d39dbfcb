/** A row of logits as a person reads it: candidates under the settings asked for, what became of the rest, and why. */
import type { Candidate, NextTokenReport, NextTokenRequest, TokenText } from "../../shared/nextToken";
import type { LogitRow, SampledRow } from "../sampling/logitRow";

const MOST_CANDIDATES = 1000;

/** @param actual the token that stands at `position` */
export function reportNextToken(
  row: LogitRow,
  { index, top, sampling }: Pick<NextTokenRequest, "index" | "top" | "sampling">,
  position: number,
  actual: number | undefined,
  textOf: (id: number) => TokenText,
): NextTokenReport {
  const sampled = row.sample(sampling);
  const describe = (id: number): Candidate => describeCandidate(row, sampled, textOf(id), id);
  const candidates = row.top(Math.max(1, Math.min(MOST_CANDIDATES, top))).map(describe);
  const listed = candidates.reduce((sum, { probability }) => sum + probability, 0);
  return {
    index,
    position,
    vocabSize: row.vocabSize,
    entropyBits: row.entropyBits(),
    sampledEntropyBits: sampled.entropyBits(),
    candidates,
    actual: actual === undefined ? null : describe(actual),
    tail: {
      count: row.vocabSize - candidates.length,
      probability: candidates.length === row.vocabSize ? 0 : Math.max(0, 1 - listed),
      sampledProbability: restOfSampled(sampled, candidates, row.vocabSize),
    },
    stages: sampled.stages.map(({ stage, survivors }) => ({
      stage,
      survivors,
      probability: sampled.ownMass(survivors),
    })),
  };
}

function describeCandidate(row: LogitRow, sampled: SampledRow, token: TokenText, id: number): Candidate {
  return {
    token,
    rank: row.rankOf(id),
    logit: row.logits[id] as number,
    probability: row.probability(id),
    sampledProbability: sampled.probability(id),
    byStage: sampled.byStage(id),
  };
}

/** Exactly 0 where every survivor is listed: 1 minus a sum would leave a rounding error that looks like a chance. */
function restOfSampled(sampled: SampledRow, candidates: readonly Candidate[], vocabSize: number): number {
  const survivors = sampled.stages.at(-1)?.survivors ?? vocabSize;
  const listed = candidates.filter((candidate) => candidate.sampledProbability > 0);
  if (listed.length >= survivors) return 0;
  return Math.max(0, 1 - listed.reduce((sum, candidate) => sum + candidate.sampledProbability, 0));
}
