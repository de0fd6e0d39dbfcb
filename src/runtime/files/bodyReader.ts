/** Reads a response's body into one piece of memory again and again, where the browser can. */

/** Of one read. */
const CHUNK_BYTES = 512 * 1024;

export class BodyReader {
  private readonly byob: ReadableStreamBYOBReader | null;
  private readonly plain: ReadableStreamDefaultReader<Uint8Array> | null;
  private memory = new ArrayBuffer(0);

  constructor(body: ReadableStream<Uint8Array>) {
    this.byob = byobReader(body);
    this.plain = this.byob === null ? body.getReader() : null;
    if (this.byob !== null) this.memory = new ArrayBuffer(CHUNK_BYTES);
  }

  /** Null at the end. Bytes are there until the next read. Rejects as the body does, and is of no more use then. */
  async read(): Promise<Uint8Array | null> {
    if (this.byob === null) return (await this.plain?.read())?.value ?? null;
    const { done, value } = await this.byob.read(new Uint8Array(this.memory));
    if (done || value === undefined) return null;
    this.memory = value.buffer;
    return value;
  }

  async cancel(): Promise<void> {
    await (this.byob ?? this.plain)?.cancel().catch(() => {});
  }
}

/** Null: this browser's bodies are streams of chunks of their own. */
function byobReader(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | null {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return null;
  }
}
