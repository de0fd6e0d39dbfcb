/** The store of kept models beside what it is made of: plain reads of the same database, memory copies. */
import type { KeptTensor } from "../src/runtime/library/keptLayout";
import { KeptModel } from "../src/runtime/library/keptModel";
import { LIBRARY_VERSION, type ModelAbout, recordKey } from "../src/runtime/library/manifest";
import { quantize } from "../src/runtime/model/quantize/quantize";
import type { KeptId } from "../src/shared/library";
import { createIdbStore } from "../src/worker/idbStore";

export interface LibraryResult {
  /** Reading every tensor, digests compared, over reading the same records plainly: at most 1.5. */
  readonly warmOverPlain: number;
  /** Bytes of f32 that become q4_0 in the time in which so many are copied, as a share. */
  readonly quantizeOverCopy: number;
}

const RECORD_BYTES = 16 * 2 ** 20;
const RECORDS = 4;
const PIECE_BYTES = 4 * 2 ** 20;

export async function measureLibrary(): Promise<LibraryResult> {
  const store = createIdbStore("vitrine-bench");
  const kept = await KeptModel.open(madeUpModel(), store, async () => null);
  for (const { index } of kept.plan) await kept.write(index, randomBytes(RECORD_BYTES), null);
  try {
    const plain = await best(async () => {
      for (const { index } of kept.plan) await store.get(recordKey(kept.about.id, index));
    });
    const warm = await best(async () => {
      // Opened anew: nothing of it is in memory.
      const again = await KeptModel.open(kept.about, store, async () => null);
      for (const { start, sizeBytes, source } of again.tensors().values()) {
        for (let at = 0; at < sizeBytes; at += PIECE_BYTES)
          await source.read(start + at, Math.min(PIECE_BYTES, sizeBytes - at));
      }
    });
    return {
      warmOverPlain: warm / plain,
      quantizeOverCopy: await quantizeOverCopy(),
    };
  } finally {
    await store.put((await store.keys("")).map((key) => [key, null] as const));
  }
}

function madeUpModel(): ModelAbout {
  const sizeBytes = RECORD_BYTES * RECORDS;
  const tensors = Array.from({ length: RECORDS }, (_, index): KeptTensor => {
    const place = { start: index * RECORD_BYTES, sizeBytes: RECORD_BYTES };
    return {
      ...{ name: `t${index}`, shape: [RECORD_BYTES], type: "F32" },
      ...place,
      source: { file: 0, type: "F32", ...place },
    };
  });
  return {
    ...{ libraryVersion: LIBRARY_VERSION, id: "bench" as KeptId, name: "bench", link: "", sourceKey: "bench" },
    ...{ kind: "gguf", level: "stored", recipe: "", quantizerVersion: 0, version: null, licence: null },
    ...{ recordBytes: RECORD_BYTES, tensors, side: [] },
    files: [{ name: "bench", url: null, sizeBytes, version: null, sha256: null }],
  };
}

async function quantizeOverCopy(): Promise<number> {
  const values = Float32Array.from({ length: 2 ** 20 }, (_, index) => Math.sin(index));
  const target = new Float32Array(values.length);
  const copied = await best(async () => {
    for (let round = 0; round < 16; round++) target.set(values);
  });
  const quantized = await best(async () => void quantize(values, "q4_0", "bench"));
  return copied / 16 / quantized;
}

/** Milliseconds of the fastest of three runs. */
async function best(run: () => Promise<void>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++) {
    const started = performance.now();
    await run();
    least = Math.min(least, performance.now() - started);
  }
  return least;
}

/** `getRandomValues` gives 64 KiB at a time. */
function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}
