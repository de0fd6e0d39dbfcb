/** Scores of consecutive windows as one, without copying what is there for every window. */
import { COMPARED_TOP, type TokenScores } from "./comparison";

const KEYS = [
  "places",
  "nllReference",
  "nllLevel",
  "kld",
  "topProbability",
  "topReference",
  "topLevel",
  "tops",
] as const satisfies readonly (keyof TokenScores)[];

/** Numbers of a token under each key. */
const WIDTHS: Readonly<Partial<Record<(typeof KEYS)[number], number>>> = { tops: 2 * COMPARED_TOP * 3 };

/** Arrays with room at their end; they double when it is used up. */
export class GrowingScores {
  private count = 0;
  private room: TokenScores = withRoom(0);

  add(part: TokenScores): void {
    const needed = this.count + part.kld.length;
    if (needed > this.room.kld.length) {
      const grown = withRoom(Math.max(needed, 2 * this.room.kld.length));
      copyInto(grown, this.scores, 0);
      this.room = grown;
    }
    copyInto(this.room, part, this.count);
    this.count = needed;
  }

  /** Of all windows so far. Stays as it is when more arrive: those are written behind it. */
  get scores(): TokenScores {
    const { room, count } = this;
    return {
      places: room.places.subarray(0, count),
      nllReference: room.nllReference.subarray(0, count),
      nllLevel: room.nllLevel.subarray(0, count),
      kld: room.kld.subarray(0, count),
      topProbability: room.topProbability.subarray(0, count),
      topReference: room.topReference.subarray(0, count),
      topLevel: room.topLevel.subarray(0, count),
      tops: room.tops.subarray(0, count * (WIDTHS.tops ?? 1)),
    };
  }
}

/** Scores of consecutive windows as one. */
export function joinScores(parts: readonly TokenScores[]): TokenScores {
  const joined = new GrowingScores();
  for (const part of parts) joined.add(part);
  return joined.scores;
}

function copyInto(into: TokenScores, part: TokenScores, at: number): void {
  for (const key of KEYS) into[key].set(part[key], at * (WIDTHS[key] ?? 1));
}

/** For so many tokens; vocabularies of fewer tokens than a list leave its rest at the id that no token has. */
export function withRoom(count: number): TokenScores {
  return {
    places: new Uint32Array(count),
    nllReference: new Float32Array(count),
    nllLevel: new Float32Array(count),
    kld: new Float32Array(count),
    topProbability: new Float32Array(count),
    topReference: new Uint32Array(count),
    topLevel: new Uint32Array(count),
    tops: new Uint32Array(count * 2 * COMPARED_TOP * 3).fill(0xffffffff),
  };
}
