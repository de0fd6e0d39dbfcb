/**
 * A model in the store: fills its records from the source, reads them back, makes a damaged one again. Reading may
 * begin while filling goes on; it waits for what is still to come.
 */
import { VitrineError } from "../../shared/errors";
import type { VerifyReport } from "../../shared/library";
import { type ByteSource, type ByteStore, checkRange, throwIfCancelled } from "../files/byteSource";
import { PassingError } from "../files/httpRequest";
import type { SourcedTensor } from "../files/safetensors";
import { convertUnit } from "./convertUnit";
import { planRecords, type RecordPlan } from "./keptLayout";
import { encodeJson, type Journal, journalKey, type ModelAbout, readJournal, recordKey } from "./manifest";
import { createRecordDigest, type RecordDigest } from "./recordDigest";

/** Records that are fetched ahead: one is on its way from the disk while another's digest is computed. */
const AHEAD = 2;
/** Records held in memory: the one that is read, those ahead, and one behind. */
const HELD = 2 + AHEAD;

/** A record that is waited for. */
interface Arrival {
  readonly promise: Promise<Uint8Array | null>;
  readonly resolve: (bytes: Uint8Array | null) => void;
}

/** Everything has come, and is what was published; the last of it may still be written. */
export interface Filled {
  /** The store has it all. @throws what writing throws */
  readonly kept: Promise<void>;
}

/** The source of a file; null for one that cannot be asked for again. @throws DownloadError without a network */
export type SourceOf = (file: number) => Promise<ByteSource | null>;

export class KeptModel {
  readonly plan: readonly RecordPlan[];
  private readonly held = new Map<number, Promise<Uint8Array>>();
  /** Records that came and are not written yet: a reader that is behind finds them here. */
  private readonly unwritten = new Map<number, Uint8Array>();
  /** Null: nothing more will arrive. */
  private readonly arrivals = new Map<number, Arrival>();
  private writing: Promise<void> = Promise.resolve();
  /** Fetched when it is first needed: a new model is there before. */
  private digest: Promise<RecordDigest> | null = null;
  private failure: unknown = null;
  private isFilling = false;

  private constructor(
    readonly about: ModelAbout,
    private readonly store: ByteStore,
    private journal: Journal,
    private readonly sourceOf: SourceOf,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.plan = planRecords(about.tensors, about.recordBytes);
  }

  static async open(about: ModelAbout, store: ByteStore, sourceOf: SourceOf, signal?: AbortSignal): Promise<KeptModel> {
    const journal = await readJournal(store, about, planRecords(about.tensors, about.recordBytes).length);
    return new KeptModel(about, store, journal, sourceOf, signal);
  }

  get isComplete(): boolean {
    return this.journal.checked.every((isChecked) => isChecked) && this.plan.every(({ index }) => this.has(index));
  }

  get state(): Journal {
    return this.journal;
  }

  has(index: number): boolean {
    return this.journal.digests[index] != null;
  }

  /** The tensors as they are kept, by name; their source reads the records. */
  tensors(): ReadonlyMap<string, SourcedTensor> {
    const source = this.source();
    return new Map(this.about.tensors.map((tensor) => [tensor.name, { ...tensor, source }]));
  }

  /**
   * Hands a record to who waits for it at once, and writes it with what the journal says of it, both or neither, after
   * those before it.
   */
  write(index: number, bytes: Uint8Array, hash: Journal["hashes"][number]): Promise<void> {
    this.unwritten.set(index, bytes);
    this.deliver(index, bytes);
    return this.inTurn(() => this.put(index, bytes, hash)).finally(() => this.unwritten.delete(index));
  }

  /** Each write of the journal knows what those before it wrote. */
  private inTurn(write: () => Promise<void>): Promise<void> {
    const written = this.writing.then(write);
    this.writing = written.catch(() => {});
    return written;
  }

  private async put(index: number, bytes: Uint8Array, hash: Journal["hashes"][number]): Promise<void> {
    const { file } = this.plan[index] as RecordPlan;
    const digest = await this.digestOf(bytes);
    const added = this.has(index) ? 0 : bytes.length;
    const journal: Journal = {
      ...this.journal,
      digests: this.journal.digests.with(index, digest),
      hashes: hash === null ? this.journal.hashes : this.journal.hashes.with(file, hash),
      keptBytes: this.journal.keptBytes + added,
      lastUsed: Date.now(),
    };
    await this.store.put([
      [recordKey(this.about.id, index), bytes],
      [journalKey(this.about.id), encodeJson(journal)],
    ]);
    this.journal = journal;
  }

  private deliver(index: number, bytes: Uint8Array): void {
    this.hold(index, Promise.resolve(bytes));
    this.arrivals.get(index)?.resolve(bytes);
    this.arrivals.delete(index);
  }

  /** A file is whole, and what was published. */
  markChecked(file: number): Promise<void> {
    return this.inTurn(() => this.note({ checked: this.journal.checked.with(file, true) }));
  }

  /** Notes the use; a store that refuses does not matter. */
  touch(now: number): Promise<void> {
    return this.inTurn(() => this.note({ lastUsed: now })).catch(() => {});
  }

  private async note(change: Partial<Journal>): Promise<void> {
    this.journal = { ...this.journal, ...change };
    await this.store.put([[journalKey(this.about.id), encodeJson(this.journal)]]);
  }

  /** Reads wait for records while this runs, until the last is kept, and fail with it. */
  async whileFilling(fill: () => Promise<Filled>): Promise<Filled> {
    this.isFilling = true;
    try {
      const filled = await fill();
      filled.kept.then(
        () => this.endFilling(null),
        (error: unknown) => this.endFilling(error),
      );
      return filled;
    } catch (error) {
      this.endFilling(error);
      throw error;
    }
  }

  private endFilling(failure: unknown): void {
    this.failure = failure;
    this.isFilling = false;
    for (const { resolve } of this.arrivals.values()) resolve(null);
    this.arrivals.clear();
  }

  /** Reads every record and compares digests; nothing is mended. */
  async verify(onProgress: (done: number, total: number) => void, signal?: AbortSignal): Promise<VerifyReport> {
    const damaged: number[] = [];
    for (const { index } of this.plan) {
      throwIfCancelled(signal, this.about.name);
      const bytes = this.has(index) ? await this.stored(index) : null;
      if (bytes === null) damaged.push(index);
      onProgress(index + 1, this.plan.length);
    }
    return { records: this.plan.length, damaged };
  }

  /** A record's bytes from its own part of the source alone. @throws StorageError without a source, DownloadError */
  async remake(index: number): Promise<Uint8Array> {
    const record = this.plan[index] as RecordPlan;
    try {
      const source = await this.sourceOf(record.file);
      if (source !== null) return await this.remakeFrom(source, record);
    } catch (error) {
      // That it was kept and is damaged comes first; of a first load the person knows that it needs the network.
      if (!(error instanceof PassingError) || this.isFilling) throw error;
    }
    // Files of a person's own have no address.
    const isOwn = this.about.files[record.file]?.url == null;
    const what = isOwn ? "Open its files again, and keep them once more" : "Go online and load it again, or delete it";
    throw new VitrineError(
      "StorageError",
      `A part of the kept copy of ${this.about.name} is missing or damaged (record ${index + 1} of ${this.plan.length}), and its source cannot be reached. ${what}.`,
    );
  }

  private async remakeFrom(source: ByteSource, record: RecordPlan): Promise<Uint8Array> {
    const bytes = new Uint8Array(record.end - record.start);
    let at = 0;
    for (const unit of record.units) {
      const { sourceStart, sourceEnd } = unit;
      const kept = await convertUnit(unit, await source.read(sourceStart, sourceEnd - sourceStart, this.signal));
      bytes.set(kept, at);
      at += kept.length;
    }
    const before = this.journal.digests[record.index] ?? null;
    if (before !== null && before !== (await this.digestOf(bytes))) {
      throw new VitrineError(
        "DownloadError",
        `${source.name} is no longer what was kept of it. Delete ${this.about.name} and load it again.`,
      );
    }
    return bytes;
  }

  private source(): ByteSource {
    const { name } = this.about;
    const sizeBytes = this.plan.at(-1)?.end ?? 0;
    return {
      name,
      sizeBytes,
      read: async (start, length, signal = this.signal) => {
        throwIfCancelled(signal, name);
        checkRange(name, sizeBytes, start, length);
        const end = start + length;
        const records = this.overlapping(start, end);
        const [only] = records;
        if (only !== undefined && records.length === 1) {
          return (await this.record(only.index)).subarray(start - only.start, end - only.start);
        }
        const bytes = new Uint8Array(length);
        for (const record of records) {
          const from = Math.max(start, record.start);
          const part = (await this.record(record.index)).subarray(from - record.start, end - record.start);
          bytes.set(part, from - start);
        }
        throwIfCancelled(signal, name);
        return bytes;
      },
    };
  }

  /** Records by binary search: thousands of them, and a read for every few rows. */
  private overlapping(start: number, end: number): readonly RecordPlan[] {
    let low = 0;
    let high = this.plan.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.plan[middle] as RecordPlan).end <= start) low = middle + 1;
      else high = middle;
    }
    let last = low;
    while (last < this.plan.length && (this.plan[last] as RecordPlan).start < end) last++;
    return this.plan.slice(low, last);
  }

  private record(index: number): Promise<Uint8Array> {
    const found = this.held.get(index) ?? this.fetchRecord(index);
    this.hold(index, found);
    // The next ones are on their way while this one goes to the GPU.
    for (let next = index + 1; next <= index + AHEAD && next < this.plan.length; next++) {
      if (this.has(next) && !this.held.has(next)) this.hold(next, this.fetchRecord(next));
    }
    return found;
  }

  /** Puts a record last in the line of those to be let go. */
  private hold(index: number, bytes: Promise<Uint8Array>): void {
    bytes.catch(() => this.held.delete(index));
    this.held.delete(index);
    this.held.set(index, bytes);
    for (const oldest of this.held.keys()) {
      if (this.held.size <= HELD) break;
      this.held.delete(oldest);
    }
  }

  private async fetchRecord(index: number): Promise<Uint8Array> {
    const here = this.unwritten.get(index);
    if (here !== undefined) return here;
    if (!this.has(index) && this.isFilling) {
      const arrived = await this.arrival(index);
      if (arrived !== null) return arrived;
    }
    if (this.failure !== null) throw this.failure;
    throwIfCancelled(this.signal, this.about.name);
    const bytes = this.has(index) ? await this.stored(index) : null;
    if (bytes !== null) return bytes;
    const again = await this.remake(index);
    await this.write(index, again, null);
    return again;
  }

  private arrival(index: number): Promise<Uint8Array | null> {
    const waiting = this.arrivals.get(index);
    if (waiting !== undefined) return waiting.promise;
    let resolve: Arrival["resolve"] = () => {};
    const promise = new Promise<Uint8Array | null>((done) => {
      resolve = done;
    });
    this.arrivals.set(index, { promise, resolve });
    return promise;
  }

  /** Null: missing, or not what was written. */
  private async stored(index: number): Promise<Uint8Array | null> {
    const bytes = await this.store.get(recordKey(this.about.id, index)).catch(() => null);
    const { start, end } = this.plan[index] as RecordPlan;
    if (bytes === null || bytes.length !== end - start) return null;
    return (await this.digestOf(bytes)) === this.journal.digests[index] ? bytes : null;
  }

  private async digestOf(bytes: Uint8Array): Promise<string> {
    this.digest ??= createRecordDigest();
    return (await this.digest)(bytes);
  }
}
