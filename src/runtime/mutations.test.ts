/**
 * A thousand damaged copies of small good models, the same in every run: each ends in an error of ours or in a model
 * that computes finite numbers, or says that it does not.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ERROR_NAMES } from "../shared/errors";
import { DEFAULT_SAMPLING } from "../shared/sampling";
import { memorySource } from "./files/byteSource";
import { openModelFiles } from "./files/modelFiles";
import type { Gpu } from "./gpu/device";
import { openModel } from "./openModel";
import { generateText } from "./session/generation";
import { Session } from "./session/session";
import { openTestGpu } from "./testing/kernelHarness";
import { SeededRandom } from "./testing/random";
import { randomModel, tinyFolder, tinyGguf } from "./testing/tinyModel";

type Files = ReadonlyMap<string, Uint8Array>;

const MODEL = randomModel(3, { numLayers: 1, hiddenSize: 32, intermediateSize: 32, numHeads: 2, numKvHeads: 1 });
const GGUF: Files = new Map([["tiny.gguf", tinyGguf(MODEL)]]);
const FOLDER: Files = tinyFolder(MODEL);
/** What the issue of damaged lengths is about; the last two read as negative numbers. */
const LENGTHS = [0n, 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];
const MIB = 2 ** 20;
/** What a damaged file may cost. */
const MOST_MS = 2000;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
  // Kernels are compiled and timed once a device; that is no cost of damage.
  for (const good of [GGUF, FOLDER]) expect(await outcome(good)).toBe("finite");
});
afterAll(() => expect(gpu.allocatedBytes).toBe(0));

/** Where headers end: most of the damage is done before. */
function headerBytes(name: string, bytes: Uint8Array): number {
  if (name.endsWith(".json")) return bytes.length;
  if (name.endsWith(".safetensors")) return 8 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  return Math.min(bytes.length, 20_000);
}

function damage(name: string, good: Uint8Array, random: SeededRandom): Uint8Array {
  const bytes = good.slice();
  const area = random.uniform() < 0.85 ? headerBytes(name, bytes) : bytes.length;
  const kind = random.uniform();
  if (kind < 0.15) return bytes.slice(0, random.integer(bytes.length));
  if (kind < 0.5 && !name.endsWith(".json")) {
    const length = LENGTHS[random.integer(LENGTHS.length)] as bigint;
    const at = Math.max(
      0,
      Math.min(bytes.length - 8, random.uniform() < 0.3 ? random.integer(32) : random.integer(area)),
    );
    new DataView(bytes.buffer).setBigUint64(at, length, true);
    return bytes;
  }
  if (kind < 0.5) return damageNumber(bytes, random);
  for (let flips = 1 + random.integer(4); flips > 0; flips--) bytes[random.integer(area)] = random.integer(256);
  return bytes;
}

/** One number of a JSON file becomes an impossible one. */
function damageNumber(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const text = new TextDecoder().decode(bytes);
  const numbers = [...text.matchAll(/(?<=[:,[])-?\d+(\.\d+)?/g)];
  const found = numbers[random.integer(Math.max(1, numbers.length))];
  if (found === undefined) return bytes;
  const bad = ["-1", "0", "2147483648", "9007199254740993", "1e309", "null", '"x"', "[]", "0.5"][random.integer(9)];
  return new TextEncoder().encode(text.slice(0, found.index) + bad + text.slice(found.index + found[0].length));
}

/** The name of the error, or "finite". */
async function outcome(files: Files): Promise<string> {
  try {
    const sources = [...files].map(([name, bytes]) => memorySource(bytes, name));
    const opened = await openModel(gpu, await openModelFiles(sources), { level: "stored", variant: "auto" });
    try {
      const session = await Session.create(opened.model, { capacity: 8, precision: "f32" });
      try {
        const request = {
          prompt: { kind: "ids", ids: [1, 2, 3] } as const,
          sampling: { ...DEFAULT_SAMPLING, greedy: true },
          ...{ maxNewTokens: 2, stopStrings: [], tokensInFlight: 2, atCapacity: "stop" as const },
        };
        await generateText(opened, session, request, () => {});
        return "finite";
      } finally {
        await session.close();
      }
    } finally {
      opened.model.destroy();
    }
  } catch (error) {
    const name = error instanceof Error ? error.name : String(error);
    if ((ERROR_NAMES as readonly string[]).includes(name) && name !== "GpuProgramError") return name;
    return `not ours: ${error instanceof Error ? `${name}: ${error.message}\n${error.stack?.split("\n")[1]}` : name}`;
  }
}

/** With processor time, threads of the software GPU included: other programs of the machine do not count. */
async function timed(files: Files): Promise<[result: string, ms: number]> {
  const started = process.cpuUsage();
  const result = await outcome(files);
  const { user, system } = process.cpuUsage(started);
  return [result, (user + system) / 1000];
}

interface Tally {
  readonly counts: Map<string, number>;
  readonly bad: string[];
  /** Milliseconds. */
  mostMs: number;
  mostBytes: number;
}

async function run(good: Files, target: string, count: number, seed: number): Promise<Tally> {
  const tally: Tally = { counts: new Map(), bad: [], mostMs: 0, mostBytes: 0 };
  const held = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  for (let index = 0; index < count; index++) {
    const random = new SeededRandom(seed + index);
    const bytes = good.get(target) as Uint8Array;
    const before = held();
    const damaged = new Map(good).set(target, damage(target, bytes, random));
    const [result, ms] = await timed(damaged);
    // A number of heads that no model here had before compiles kernels, once a device: then the second time counts.
    tally.mostMs = Math.max(tally.mostMs, ms < MOST_MS ? ms : (await timed(damaged))[1]);
    tally.mostBytes = Math.max(tally.mostBytes, held() - before);
    if (result.startsWith("not ours")) tally.bad.push(`${target} seed ${seed + index}: ${result}`);
    tally.counts.set(result, (tally.counts.get(result) ?? 0) + 1);
  }
  return tally;
}

describe("damaged copies", () => {
  it.each([
    ["tiny.gguf", GGUF, 400, 10_000],
    ["model.safetensors", FOLDER, 250, 20_000],
    ["config.json", FOLDER, 200, 30_000],
    ["tokenizer.json", FOLDER, 150, 40_000],
  ] as const)(
    "of %s end in an error of ours or in finite numbers",
    { timeout: 900_000 },
    async (name, files, count, seed) => {
      const { counts, bad, mostMs, mostBytes } = await run(files, name, count, seed);
      const words = [...counts].filter(([key]) => !key.startsWith("not ours")).map(([key, times]) => `${times} ${key}`);
      console.log(
        `${name}: ${count} copies: ${words.join(", ")}; longest ${mostMs.toFixed(0)} ms, most ${(mostBytes / MIB).toFixed(0)} MiB`,
      );
      expect(bad).toEqual([]);
      expect(mostBytes).toBeLessThan(256 * MIB);
      expect(mostMs).toBeLessThan(MOST_MS);
    },
  );
});
