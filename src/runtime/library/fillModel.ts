/** Brings a model's records into the store: streams its files in order, converts, hashes, goes on where it ended. */
import { VitrineError } from "../../shared/errors";
import { type ByteSource, streamOf, throwIfCancelled } from "../files/byteSource";
import { convertUnit } from "./convertUnit";
import type { RecordPlan } from "./keptLayout";
import type { KeptModel } from "./keptModel";
import { OrderedReader } from "./orderedReader";
import { createStreamingHash, type StreamingHash } from "./streamingHash";

export interface FillOptions {
  readonly signal?: AbortSignal;
  /** Source bytes that need not come any more, of all. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/**
 * @param sources by file
 * @throws DownloadError (also when a file is not what was published), CancelledError, ConversionError
 */
export async function fillModel(
  model: KeptModel,
  sources: readonly ByteSource[],
  options: FillOptions = {},
): Promise<void> {
  const totalBytes = sources.reduce((sum, source) => sum + source.sizeBytes, 0);
  let before = 0;
  for (const [file, source] of sources.entries()) {
    const onProgress = (done: number) => options.onProgress?.(before + done, totalBytes);
    await new FileFiller(model, file, source, onProgress, options.signal).run();
    before += source.sizeBytes;
    onProgress(0);
  }
}

class FileFiller {
  private readonly records: readonly RecordPlan[];
  private readonly published: string | null;
  private position = 0;
  /** The write under way: the next record is made meanwhile. */
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly model: KeptModel,
    private readonly file: number,
    private readonly source: ByteSource,
    private readonly onProgress: (doneBytes: number) => void,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.records = model.plan.filter((record) => record.file === file);
    this.published = model.about.files[file]?.sha256 ?? null;
  }

  async run(): Promise<void> {
    const isFilled = this.records.every(({ index }) => this.model.has(index));
    if (isFilled && this.model.state.checked[this.file] === true) return;
    const hash = this.published === null ? null : await this.takeUpHash();
    const last = this.records.at(-1)?.sourceEnd ?? 0;
    const end = hash === null ? last : this.source.sizeBytes;
    if (hash === null) this.position = this.records.find(({ index }) => !this.model.has(index))?.sourceStart ?? last;
    const reader = new OrderedReader(streamOf(this.source, this.position, end, this.signal), (bytes) => {
      this.position += bytes.length;
      hash?.update(bytes);
      this.onProgress(this.position);
    });
    try {
      for (const record of this.records) {
        if (record.sourceEnd > this.position) await this.fillRecord(record, reader, hash);
      }
      await reader.skip(end - this.position);
      await this.writing;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new VitrineError("DownloadError", `${this.source.name} ended after ${this.position} of ${end} bytes.`);
    } finally {
      await reader.close();
      await this.writing.catch(() => {});
    }
    if (hash !== null) this.compare(hash.digest());
    await this.model.markChecked(this.file);
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
    const bytes = new Uint8Array(record.end - record.start);
    let at = 0;
    for (const unit of record.units) {
      throwIfCancelled(this.signal, this.source.name);
      await reader.skip(unit.sourceStart - this.position);
      const kept = convertUnit(unit, await reader.take(unit.sourceEnd - unit.sourceStart));
      bytes.set(kept, at);
      at += kept.length;
    }
    const state = hash === null ? null : { end: this.position, state: hash.save() };
    await this.writing;
    this.writing = this.model.write(record.index, bytes, state);
    // Awaited with the next record; it must not count as unhandled before.
    this.writing.catch(() => {});
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
