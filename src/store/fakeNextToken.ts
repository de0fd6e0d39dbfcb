/** Made-up distributions for the fake runtime: every probability follows from the ids before. */
import type { Candidate, NextTokenReport, NextTokenRequest, TokenText } from "../shared/nextToken";
import { SAMPLER_STAGES } from "../shared/nextToken";

const FAKE_WORDS = [" glass", " case", " light", " row", " layer", " token", " model", "\n", " 🐱", "</s>"] as const;

export function fakeTokenText(id: number): TokenText {
  const text = FAKE_WORDS[id % FAKE_WORDS.length] ?? "";
  return { id, text, part: 0, bytes: null, isSpecial: text === "</s>" };
}

/** Halves from rank to rank; top-k and temperature act, the other settings do not. */
export function fakeNextToken(request: NextTokenRequest, vocabSize: number): NextTokenReport {
  const { answerIds, index, sampling, top } = request;
  const first = answerIds[index] ?? index;
  const idAt = (rank: number): number => (first + rank) % vocabSize;
  const survivors = sampling.greedy ? 1 : sampling.topK === 0 ? vocabSize : Math.min(sampling.topK, vocabSize);
  const share = (rank: number, temperature: number): number => 2 ** (-(rank + 1) / temperature);
  let total = 0;
  for (let rank = 0; rank < survivors; rank++) total += share(rank, sampling.temperature || 1);
  const describe = (rank: number): Candidate => {
    const sampled = rank < survivors ? share(rank, sampling.temperature || 1) / total : 0;
    return {
      token: fakeTokenText(idAt(rank)),
      rank,
      logit: 12 - rank * Math.LN2,
      probability: share(rank, 1),
      sampledProbability: sampled,
      byStage: SAMPLER_STAGES.map((stage) =>
        stage === "penalties" ? share(rank, 1) : rank < survivors ? sampled : null,
      ),
    };
  };
  const candidates = Array.from({ length: Math.min(top, vocabSize) }, (_, rank) => describe(rank));
  const rest = (pick: (candidate: Candidate) => number): number =>
    Math.max(0, 1 - candidates.reduce((sum, candidate) => sum + pick(candidate), 0));
  return {
    index,
    position: 20 + index,
    vocabSize,
    entropyBits: 2,
    sampledEntropyBits: 1.5,
    candidates,
    actual: index < answerIds.length ? describe(0) : null,
    tail: {
      count: vocabSize - candidates.length,
      probability: rest((candidate) => candidate.probability),
      sampledProbability: rest((candidate) => candidate.sampledProbability),
    },
    stages: SAMPLER_STAGES.map((stage) => ({
      stage,
      survivors: stage === "penalties" ? vocabSize : survivors,
      probability: stage === "penalties" ? 1 : 1 - share(survivors - 1, 1),
    })),
  };
}
