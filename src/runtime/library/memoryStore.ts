/** A store that lasts as long as the tab. Values lie in Blobs, which browsers hold outside the script's heap. */
import { isErrorNamed } from "../../shared/errors";
import type { ByteStore } from "../files/byteSource";

export class MemoryStore implements ByteStore {
  private readonly values = new Map<string, Blob>();

  async get(key: string): Promise<Uint8Array | null> {
    const blob = this.values.get(key);
    return blob === undefined ? null : new Uint8Array(await blob.arrayBuffer());
  }

  async put(entries: Parameters<ByteStore["put"]>[0]): Promise<void> {
    for (const [key, bytes] of entries) {
      if (bytes === null) this.values.delete(key);
      else this.values.set(key, new Blob([bytes as Uint8Array<ArrayBuffer>]));
    }
  }

  async keys(prefix: string): Promise<string[]> {
    return [...this.values.keys()].filter((key) => key.startsWith(prefix));
  }
}

/**
 * Writes to `first` until it fails (full, blocked, gone); from then on to memory, so that a load goes on. What was
 * written before stays where it is.
 */
export class SpillingStore implements ByteStore {
  private readonly memory = new MemoryStore();
  private spilled: Error | null = null;

  constructor(
    private readonly first: ByteStore,
    private readonly onSpill: (reason: Error) => void,
  ) {}

  get isSpilled(): boolean {
    return this.spilled !== null;
  }

  async get(key: string): Promise<Uint8Array | null> {
    return (await this.memory.get(key)) ?? (await this.first.get(key).catch(() => null));
  }

  async put(entries: Parameters<ByteStore["put"]>[0]): Promise<void> {
    if (this.spilled === null) {
      try {
        await this.first.put(entries);
        return;
      } catch (error) {
        if (!isErrorNamed(error, "StorageError")) throw error;
        this.spilled = error as Error;
        this.onSpill(this.spilled);
      }
    }
    await this.memory.put(entries);
    // What is to go, goes from where it is: that needs no room.
    const deletions = entries.filter(([, bytes]) => bytes === null);
    if (deletions.length > 0) await this.first.put(deletions).catch(() => {});
  }

  async keys(prefix: string): Promise<string[]> {
    const kept = await this.first.keys(prefix).catch(() => []);
    return [...new Set([...kept, ...(await this.memory.keys(prefix))])];
  }
}
