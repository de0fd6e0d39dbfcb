/** Takes exact numbers of bytes from a stream of pieces of any size. */
export class OrderedReader {
  private readonly pieces: AsyncIterator<Uint8Array>;
  private rest: Uint8Array = new Uint8Array(0);

  /** @param onBytes sees every byte once, in order */
  constructor(
    stream: AsyncIterable<Uint8Array>,
    private readonly onBytes: (bytes: Uint8Array) => void,
  ) {
    this.pieces = stream[Symbol.asyncIterator]();
  }

  /**
   * The next `length` bytes: a view where they lie in one piece, good until more is read.
   * @throws RangeError when the stream ends before
   */
  async take(length: number): Promise<Uint8Array> {
    await this.fillRest(0);
    if (this.rest.length >= length) return this.cut(length);
    const all = new Uint8Array(length);
    await this.takeInto(all);
    return all;
  }

  /** As many bytes as `target` holds. @throws RangeError when the stream ends before */
  async takeInto(target: Uint8Array): Promise<void> {
    for (let done = 0; done < target.length; ) {
      await this.fillRest(target.length - done);
      const part = this.cut(Math.min(this.rest.length, target.length - done));
      target.set(part, done);
      done += part.length;
    }
  }

  async skip(length: number): Promise<void> {
    for (let left = length; left > 0; ) {
      await this.fillRest(left);
      left -= this.cut(Math.min(this.rest.length, left)).length;
    }
  }

  /** Ends the stream early: what it reads ahead stops. */
  async close(): Promise<void> {
    await this.pieces.return?.();
  }

  private cut(length: number): Uint8Array {
    const part = this.rest.subarray(0, length);
    this.rest = this.rest.subarray(length);
    if (length > 0) this.onBytes(part);
    return part;
  }

  private async fillRest(needed: number): Promise<void> {
    while (this.rest.length === 0) {
      const next = await this.pieces.next();
      if (next.done === true) {
        if (needed === 0) return;
        throw new RangeError("The stream ended too early.");
      }
      this.rest = next.value;
    }
  }
}
