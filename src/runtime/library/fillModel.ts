/** Brings a model's records into the store: streams its files in order, converts, hashes, goes on where it ended. */
import { VitrineError } from "../../shared/errors";
import { type ByteSource, streamOf, throwIfCancelled } from "../files/byteSource";
import type { ConvertRows } from "../model/convertRows";
import { convertUnit } from "./convertUnit";
import { isAsItComes, isConverted, type RecordPlan } from "./keptLayout";
import type { Filled, KeptModel } from "./keptModel";
import { OrderedReader } from "./orderedReader";
import { createStreamingHash, type StreamingHash } from "./streamingHash";

export interface FillOptions {
  readonly signal?: AbortSignal;
  /** Source bytes that need not come any more, of all. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  /** Absent: on this thread. */
  readonly convert?: ConvertRows;
}

/**
 * Records of 16 MiB that may wait to be written: a model is on the GPU before the store has all of it. More would fill
 * the memory where the store is slower than the network; fewer make every first load wait for the store, and save less
 than what is under way from the network takes anyway.
 */
const UNWRITTEN = 6;

/**
 * @param sources by file
 * @throws DownloadError (also when a file is not what was published), CancelledError, ConversionError
 */
export async function fillModel(
  model: KeptModel,
  sources: readonly ByteSource[],
  options: FillOptions = {},
): Promise<Filled> {
  const totalBytes = sources.reduce((sum, source) => sum + source.sizeBytes, 0);
  const kept: Promise<void>[] = [];
  let before = 0;
  for (const [file, source] of sources.entries()) {
    const onProgress = (done: number) => options.onProgress?.(before + done, totalBytes);
    const filler = new FileFiller(model, file, source, onProgress, options);
    kept.push((await filler.run()).kept);
    before += source.sizeBytes;
    onProgress(0);
  }
  return { kept: Promise.all(kept).then(() => {}) };
}

class FileFiller {
  private readonly records: readonly RecordPlan[];
  private readonly published: string | null;
  /** Of records that are kept as they come, so that the network's memory is theirs; null where some are not. */
  private readonly ends: readonly number[] | null;
  private position = 0;
  /** Writes under way, oldest first: the next records are made meanwhile. */
  private readonly writes: Promise<void>[] = [];

  constructor(
    private readonly model: KeptModel,
    private readonly file: number,
    private readonly source: ByteSource,
    private readonly onProgress: (doneBytes: number) => void,
    private readonly options: FillOptions,
  ) {
    this.records = model.plan.filter((record) => record.file === file);
    this.ends = this.records.every(isAsItComes) ? this.records.map(({ sourceEnd }) => sourceEnd) : null;
    this.published = model.about.files[file]?.sha256 ?? null;
  }

  /** When it fails, nothing is being written any more. */
  async run(): Promise<Filled> {
    try {
      await this.receive();
    } catch (error) {
      await Promise.allSettled(this.writes);
      throw error;
    }
    const kept = Promise.all(this.writes).then(() => this.model.markChecked(this.file));
    // Awaited later; it must not count as unhandled before.
    kept.catch(() => {});
    return { kept };
  }

  private async receive(): Promise<void> {
    const isFilled = this.records.every(({ index }) => this.model.has(index));
    if (isFilled && this.model.state.checked[this.file] === true) return;
    const hash = this.published === null ? null : await this.takeUpHash();
    const last = this.records.at(-1)?.sourceEnd ?? 0;
    const end = hash === null ? last : this.source.sizeBytes;
    if (hash === null) this.position = this.records.find(({ index }) => !this.model.has(index))?.sourceStart ?? last;
    let received = this.position;
    const onReceived = (bytes: number): void => {
      received += bytes;
      this.onProgress(received);
    };
    const ends = this.ends ?? undefined;
    const stream = streamOf(this.source, this.position, end, this.options.signal, onReceived, ends);
    const reader = new OrderedReader(stream, (bytes) => {
      this.position += bytes.length;
      hash?.update(bytes);
      this.onProgress(Math.max(this.position, received));
    });
    try {
      for (const record of this.records) {
        if (record.sourceEnd > this.position) await this.fillRecord(record, reader, hash);
      }
      await reader.skip(end - this.position);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new VitrineError("DownloadError", `${this.source.name} ended after ${this.position} of ${end} bytes.`);
    } finally {
      await reader.close();
    }
    if (hash !== null) this.compare(hash.digest());
  }

  /** From the saved state where that is of the last record that is there; else from the first byte. */
  private async takeUpHash(): Promise<StreamingHash> {
    const saved = this.model.state.hashes[this.file] ?? null;
    const isWhole = this.records.every(
      ({ index, sourceEnd }) => sourceEnd > (saved?.end ?? 0) || this.model.has(index),
    );
    if (saved !== null && isWhole) {
      try {
        const hash = await createStreamingHash(saved.state);
        this.position = saved.end;
        return hash;
      } catch {
        // A state of another version of the library: from the beginning.
      }
    }
    return createStreamingHash(null);
  }

  private async fillRecord(record: RecordPlan, reader: OrderedReader, hash: StreamingHash | null): Promise<void> {
    if (this.model.has(record.index)) return reader.skip(record.sourceEnd - this.position);
    await reader.skip(record.sourceStart - this.position);
    const bytes =
      this.ends === null
        ? await this.makeRecord(record, reader)
        : await reader.take(record.sourceEnd - record.sourceStart);
    const state = hash === null ? null : { end: this.position, state: hash.save() };
    while (this.writes.length >= UNWRITTEN) await this.writes.shift();
    const write = this.model.write(record.index, bytes, state);
    write.catch(() => {});
    this.writes.push(write);
  }

  private async makeRecord(record: RecordPlan, reader: OrderedReader): Promise<Uint8Array> {
    const bytes = new Uint8Array(record.end - record.start);
    let at = 0;
    for (const unit of record.units) {
      throwIfCancelled(this.options.signal, this.source.name);
      await reader.skip(unit.sourceStart - this.position);
      const place = bytes.subarray(at, at + unit.keptBytes);
      if (isConverted(unit.tensor)) {
        const source = await reader.take(unit.sourceEnd - unit.sourceStart);
        place.set(await convertUnit(unit, source, this.options.convert));
      } else {
        await reader.takeInto(place);
      }
      at += place.length;
    }
    return bytes;
  }

  private compare(found: string): void {
    if (found === this.published) return;
    throw new VitrineError(
      "DownloadError",
      `${this.source.name} arrived damaged: its SHA-256 is ${found}, published is ${this.published}. What came was discarded; load it again.`,
    );
  }
}

/** True for the error of a file whose bytes are not those that were published. */
export function isDamagedDownload(error: unknown): boolean {
  return error instanceof Error && error.name === "DownloadError" && /arrived damaged/.test(error.message);
}
