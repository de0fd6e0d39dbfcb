/** Text of a generation as it grows: what is printable so far, never half a character. */
import { type DecodeOptions, type Tokenizer, withoutLeadingSpace } from "./tokenizer";

export interface StreamingOptions extends DecodeOptions {
  /** The tokens go on from a text before them, so that a leading space belongs to what is shown. */
  readonly continuesText?: boolean;
}

/** The pieces that `push` and `end` return, joined, equal `decode` of all ids. */
export class StreamingDecoder {
  private readonly decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  private dropsSpace: boolean;

  constructor(
    private readonly tokenizer: Tokenizer,
    private readonly options: StreamingOptions = {},
  ) {
    this.dropsSpace = tokenizer.dropsLeadingSpace && !options.continuesText;
  }

  /** What became printable with this token; "" while a character is incomplete. */
  push(id: number): string {
    let bytes = this.tokenizer.tokenBytes(id, this.options);
    if (bytes.length === 0) return "";
    if (this.dropsSpace) bytes = withoutLeadingSpace(bytes);
    this.dropsSpace = false;
    return this.decoder.decode(bytes, { stream: true });
  }

  /** The end of the stream: a character that stayed incomplete appears as U+FFFD. */
  end(): string {
    return this.decoder.decode();
  }
}
