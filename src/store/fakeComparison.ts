/** Made-up scores for the fake runtime: fewer bits, more divergence. */
import {
  COMPARED_TOP,
  type ComparedModel,
  type ComparisonApi,
  type Contender,
  type HeadDifference,
  type TensorPart,
  type TokenScores,
} from "../shared/comparison";
import type { Statistic } from "../shared/comparisonStatistics";
import type { RuntimeApi } from "../shared/protocol";
import { bitsPerWeight, type FormatId, QUANT_FORMATS } from "../shared/quant";
import { type ComparedChoice, splitChoice, splitCompared, splitWeights } from "../shared/recipes";
import { FAKE_SPEC } from "./fakeModel";
import { fakeTokenText } from "./fakeNextToken";

const WINDOWS = 4;
const PER_WINDOW = 60;
const VOCABULARY = 512;
const WEIGHTS = 260_032;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The same for the same place and size; most tokens hardly differ, some do. */
function fakeKld(place: number, size: number): number {
  const spread = Math.sin(place * 12.9898) * 43758.5453;
  return size * (-Math.log(1 - (spread - Math.floor(spread)))) ** 3;
}

export function fakeFormatOf(choice: ComparedChoice): FormatId {
  const { weights } = splitCompared(choice);
  const { level } = splitChoice(splitWeights(weights).choice);
  return level === "stored" ? "f32" : level;
}

function sizeOf(contender: Contender): number {
  return contender === "floor"
    ? 1e-9
    : 0.3 * 2 ** -(1.7 * (bitsPerWeight(QUANT_FORMATS[fakeFormatOf(contender)]) - 2.6));
}

function fakeScores(contender: Contender, window: number): TokenScores {
  const places = Uint32Array.from({ length: PER_WINDOW }, (_, i) => window * 2 * PER_WINDOW + PER_WINDOW + i);
  const kld = Float32Array.from(places, (place) => fakeKld(place, sizeOf(contender)));
  const nllReference = Float32Array.from(places, (place) => 0.4 + ((place * 7) % 23) / 8);
  const topReference = places.map((place) => place % VOCABULARY);
  const lnP = (rank: number): number => -0.4 - 0.9 * rank;
  const bits = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0] as number;
  return {
    places,
    nllReference,
    nllLevel: nllReference.map((nll, i) => Math.max(0.01, nll + (kld[i] as number) * (i % 3 === 0 ? 1.5 : -0.3))),
    kld,
    topProbability: Float32Array.from(places, (place) => 0.2 + ((place * 31) % 79) / 100),
    topReference,
    topLevel: topReference.map((id, i) => ((kld[i] as number) > 0.25 ? (id + 1) % VOCABULARY : id)),
    tops: Uint32Array.from({ length: PER_WINDOW * 2 * COMPARED_TOP * 3 }, (_, i) => {
      const row = Math.floor(i / (2 * COMPARED_TOP * 3));
      const rank = Math.floor(i / 3) % COMPARED_TOP;
      const field = i % 3;
      if (field === 0) return ((topReference[row] as number) + rank) % VOCABULARY;
      return bits(lnP(rank) + (field === 2 ? (kld[row] as number) * (rank === 0 ? -0.5 : 0.2) : 0));
    }),
  };
}

const LAYERS = 5;
const FAKE_PARTS: readonly TensorPart[] = [
  { layer: null, name: "tied" },
  ...Array.from({ length: LAYERS }, (_, layer) =>
    (["qkv", "o", "up", "down"] as const).map((name) => ({ layer, name })),
  ).flat(),
];

function fakeLayers(size: number): Statistic[] {
  return Array.from({ length: LAYERS + 1 }, (_, layer) => {
    const value = Math.min(0.9, Math.sqrt(size) * (0.2 + 0.12 * layer));
    return { value, error: value / 12, n: 60 };
  });
}

function fakeHeads(size: number): HeadDifference[][] {
  return FAKE_SPEC.blocks.map(({ attention }, layer) =>
    Array.from({ length: attention.numHeads }, (_, head) => {
      const change = Math.min(0.3, size * (1 + head)) * (layer % 2 === 0 ? 1 : -1);
      const first = 0.4;
      const figures = { previous: 0.2, self: 0.1, induction: null, entropy: 2.1, distance: 7.5 };
      return {
        reference: { ...figures, first },
        level: { ...figures, first: first + change, entropy: 2.1 - change },
        variation: { value: Math.abs(change), error: Math.abs(change) / 15, n: 119 },
      };
    }),
  );
}

export function fakeModel(level: ComparedChoice): ComparedModel {
  const format = QUANT_FORMATS[fakeFormatOf(level)];
  return {
    level,
    weightBytes: { [format.id]: (WEIGHTS * bitsPerWeight(format)) / 8 },
    scoringMs: 812,
    tokensPerSecond: 900 / bitsPerWeight(format),
  };
}

export function fakeComparison(
  tokenMs: number,
  log: (name: keyof RuntimeApi, argument?: unknown) => void,
): ComparisonApi {
  let isStopped = false;
  let isPaused = false;
  return {
    compare: async (request, onEvent) => {
      log("compare", request);
      isStopped = false;
      isPaused = false;
      const tokens = Array.from({ length: WINDOWS * 2 * PER_WINDOW }, (_, i) => fakeTokenText(i));
      onEvent({ kind: "text", tokens, window: 2 * PER_WINDOW, firstScored: PER_WINDOW, bos: true });
      const contenders: readonly Contender[] = [...(request.measureFloor ? ["floor" as const] : []), ...request.levels];
      const levels: ComparedModel[] = [];
      for (const contender of contenders) {
        for (let window = 0; window < WINDOWS && !isStopped; window++) {
          await wait(tokenMs * 10);
          while (isPaused && !isStopped) await wait(1);
          const scored = (window + 1) * PER_WINDOW;
          onEvent({
            kind: "scores",
            contender,
            scores: fakeScores(contender, window),
            scored,
            ofTokens: WINDOWS * PER_WINDOW,
          });
        }
        if (contender === "floor" || isStopped) continue;
        onEvent({ kind: "layers", contender, errors: fakeLayers(sizeOf(contender)) });
        onEvent({ kind: "heads", contender, tokens: 2 * PER_WINDOW, heads: fakeHeads(sizeOf(contender)) });
        for (const [index, part] of request.findTensors ? FAKE_PARTS.entries() : []) {
          const kld = {
            value: (sizeOf(contender) * (1 + ((index * 5) % 7))) / 20,
            error: sizeOf(contender) / 40,
            n: 60,
          };
          onEvent({ kind: "tensor", contender, part, kld, done: index + 1, ofParts: FAKE_PARTS.length });
        }
        levels.push(fakeModel(contender));
      }
      return {
        end: isStopped ? "stopped" : "done",
        reference: fakeModel(request.reference),
        levels,
        scratchBytes: 4_194_304,
      };
    },
    readComparedHead: async ({ contender, head, rows, keys }) => {
      log("readComparedHead", { contender, head, rows, keys });
      const cells = (shift: number): Float32Array<ArrayBuffer> =>
        Float32Array.from({ length: rows.count * keys.count }, (_, i) => {
          const row = rows.start + Math.floor(i / keys.count) * rows.step;
          const key = keys.start + (i % keys.count) * keys.step;
          if (key > row) return Number.NaN;
          return key === 0 ? 0.4 + shift : (0.6 - shift) / Math.max(1, row);
        });
      return { reference: cells(0), level: cells(Math.min(0.3, sizeOf(contender) * (1 + head.head))) };
    },
    pauseComparison: async () => {
      log("pauseComparison");
      isPaused = true;
    },
    resumeComparison: async () => {
      log("resumeComparison");
      isPaused = false;
    },
    stopComparison: async () => {
      log("stopComparison");
      isStopped = true;
    },
  };
}
