/** What a download holds while it goes on: downloaded records are their taker's alone. */
import { expect, it } from "vitest";
import { collect } from "../../shared/testing/heap";
import { aWhile } from "../../shared/testing/waits";
import type { Fetch } from "./httpRequest";
import { RangeDownload } from "./rangeDownload";

const RECORDS = 24;
const RECORD_BYTES = 65_536;
const SIZE = RECORDS * RECORD_BYTES;
const PARALLEL = 3;

/** Every byte says in which record it lies. */
const ranges: Fetch = async (_url, init) => {
  const range = new Headers(init?.headers).get("range") ?? "";
  const [start = 0, end = 0] = range.replace("bytes=", "").split("-").map(Number);
  const bytes = Uint8Array.from({ length: end - start + 1 }, (_, at) => Math.floor((start + at) / RECORD_BYTES));
  return new Response(bytes, { status: 206, headers: { "content-range": `bytes ${start}-${end}/${SIZE}` } });
};

/** Those that something still holds. A reference that was looked at lives until its job ends. */
async function alive(references: readonly WeakRef<ArrayBufferLike>[]): Promise<number> {
  await aWhile();
  collect();
  return references.filter((reference) => reference.deref() !== undefined).length;
}

it.each([RECORD_BYTES, RECORD_BYTES / 2])(
  "holds none of its records, fetched by %i bytes, once they were taken",
  async (segmentBytes) => {
    const download = new RangeDownload("https://models.example/model", SIZE, null, {
      ...{ fetch: ranges, segmentBytes, parallel: PARALLEL },
    });
    const ends = Array.from({ length: RECORDS }, (_, index) => (index + 1) * RECORD_BYTES);
    const taken: WeakRef<ArrayBufferLike>[] = [];
    const most: number[] = [];
    for await (const record of download.stream(0, SIZE, undefined, undefined, ends)) {
      expect([record.length, record[0], record.at(-1)]).toEqual([RECORD_BYTES, taken.length, taken.length]);
      taken.push(new WeakRef(record.buffer));
      most.push(await alive(taken));
    }
    expect(taken).toHaveLength(RECORDS);
    // The one at hand, and no more than may be under way.
    expect(Math.max(...most)).toBeLessThanOrEqual(1 + PARALLEL);
  },
);
