/** Decode with nobody looking and with the attention panel open, in turns, so that both meet the same machine. */
import type { Gpu } from "../src/runtime/gpu/device";
import { floatToHalf } from "../src/runtime/model/half";
import type { KvCache } from "../src/runtime/model/kvCache";
import type { Model } from "../src/runtime/model/model";
import { Session } from "../src/runtime/session/session";
import { SeededRandom } from "../src/runtime/testing/random";
import { DEFAULT_SAMPLING } from "../src/shared/sampling";
import { median } from "./median";

export interface DecodeOptions {
  /** Tokens that are cached before. */
  readonly contexts: readonly number[];
  /** Tokens of one run; many more than are in flight. */
  readonly decodeTokens: number;
  /** The median of so many counts. */
  readonly runs: number;
}

/** By context. */
export interface DecodeSpeeds {
  /** Tokens per second. */
  readonly plain: Readonly<Record<string, number>>;
  readonly watched: Readonly<Record<string, number>>;
  /** Share of the speed that is lost while somebody watches, of runs one after the other: the least, the middle, the most. */
  readonly losses: Readonly<Record<string, readonly [number, number, number]>>;
}

const IN_FLIGHT = 8;
/** The panel asks for what is new this often. */
const FOLLOW_MS = 120;

export async function decodeSpeeds(model: Model, capacity: number, options: DecodeOptions): Promise<DecodeSpeeds> {
  const plain = await Session.create(model, { capacity, precision: "f16" });
  const watched = await Session.create(model, { capacity, precision: "f16" });
  try {
    fillCache(model.gpu, plain.cache);
    fillCache(model.gpu, watched.cache);
    await watched.inspect(true);
    const speeds = { plain: {} as Record<string, number>, watched: {} as Record<string, number> };
    const losses: Record<string, [number, number, number]> = {};
    for (const context of options.contexts) {
      // What drivers compile late is not counted.
      for (const session of [plain, watched]) await decode(session, context, 1);
      const runs = { plain: [] as number[], watched: [] as number[] };
      for (let run = 0; run < options.runs; run++) {
        runs.plain.push(await decode(plain, context, options.decodeTokens));
        runs.watched.push(await decode(watched, context, options.decodeTokens, await follower(watched, context)));
      }
      speeds.plain[context] = median(runs.plain);
      speeds.watched[context] = median(runs.watched);
      const lost = runs.plain.map((speed, run) => 1 - (runs.watched[run] ?? Number.NaN) / speed);
      losses[context] = [Math.min(...lost), median(lost), Math.max(...lost)];
    }
    return { ...speeds, losses };
  } finally {
    await plain.close();
    await watched.close();
  }
}

/** Tokens per second from the first submit to the last token: as many steps as tokens, nothing to prefill. */
async function decode(
  session: Session,
  context: number,
  tokens: number,
  follow: () => Promise<void> = async () => {},
): Promise<number> {
  const ids = Array.from({ length: context }, () => 1);
  session.pretendCached(ids.slice(0, -1));
  const started = performance.now();
  let askedAt = started;
  let reading = Promise.resolve();
  await session.generate({
    ids,
    sampling: { ...DEFAULT_SAMPLING, seed: 1 },
    maxNewTokens: tokens,
    tokensInFlight: IN_FLIGHT,
    onToken: () => {
      if (performance.now() - askedAt >= FOLLOW_MS) {
        askedAt = performance.now();
        reading = reading.then(follow);
      }
      return false;
    },
  });
  const elapsedMs = performance.now() - started;
  await reading;
  return (tokens / elapsedMs) * 1000;
}

/** Asks what the panel asks: the heads in brief, and one of them at the newest token. What is cached it has seen. */
async function follower(session: Session, context: number): Promise<() => Promise<void>> {
  session.pretendCached(Array.from({ length: context - 1 }, () => 1));
  let known = (await session.attention?.overview(session.cachedItems, null)) ?? null;
  return async () => {
    known = (await session.attention?.overview(session.cachedItems, known)) ?? known;
    const position = (known?.length ?? 1) - 1;
    const one = { start: position, step: 1, count: 1 };
    const request = { heads: [{ layer: 0, head: 0 }], values: "pattern" } as const;
    const all = { start: 0, step: 1, count: position + 1 };
    await session.attention?.tile(session.cachedItems, { ...request, rows: one, keys: all });
    await session.attention?.tile(session.cachedItems, { ...request, rows: one, keys: one });
  };
}

/** Halves of about -1 to 1: what a long context would hold, without computing it. */
function fillCache(gpu: Gpu, cache: KvCache): void {
  const random = new SeededRandom(5);
  const piece = new Uint32Array(64 * 1024).map(() => {
    const half = (): number => floatToHalf(random.normal() / 2);
    return half() | (half() << 16);
  });
  for (const { buffer } of cache.layers) {
    for (let at = 0; at < buffer.size; at += piece.byteLength) {
      gpu.device.queue.writeBuffer(buffer, at, piece, 0, Math.min(piece.byteLength, buffer.size - at) / 4);
    }
  }
}
