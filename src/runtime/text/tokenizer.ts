/**
 * Text to token ids and back, whatever the model's vocabulary is. `tokenizerJson.ts` makes one from a Hugging Face
 * tokenizer, `ggufVocabulary.ts` from the vocabulary inside a GGUF file.
 */
import { VitrineError } from "../../shared/errors";

export interface EncodeOptions {
  /** Adds what the model expects around a text: BOS, for some also EOS or [CLS] and [SEP]. */
  readonly addSpecial: boolean;
  /** Reads "<|im_end|>" in the text as that control token instead of as characters. */
  readonly parseSpecial: boolean;
}

export interface DecodeOptions {
  /** Control tokens appear as their text instead of as nothing. */
  readonly showSpecial?: boolean;
}

export interface Tokenizer {
  /** Ids are 0 to vocabSize - 1; the model's own vocabulary may be larger (padding rows). */
  readonly vocabSize: number;
  readonly bosId: number | null;
  readonly eosId: number | null;
  /** Ids that end a generation: end of text, of turn, of message. */
  readonly endIds: readonly number[];
  /** `addSpecial` puts BOS first. */
  readonly addsBos: boolean;
  /** Texts get a space in front before they are split, and decoding takes it away again. */
  readonly dropsLeadingSpace: boolean;
  encode(text: string, options: EncodeOptions): number[];
  /** Bytes of one token, possibly part of a character. Empty for control tokens unless shown, and for unknown ids. */
  tokenBytes(id: number, options?: DecodeOptions): Uint8Array;
  /** Control and unknown tokens: they have a meaning for the model but are no text. */
  isSpecial(id: number): boolean;
  /** Spaces are left as the model wrote them: llama.cpp's clean-up before punctuation would change its words. */
  decode(ids: readonly number[], options?: DecodeOptions): string;
}

export type TokenBytes = (id: number, options?: DecodeOptions) => Uint8Array;

const SPACE = 0x20;

/** Concatenates the tokens' bytes and reads them as UTF-8; what is not UTF-8 becomes U+FFFD. */
export function decodeTokens(
  tokenBytes: TokenBytes,
  dropsLeadingSpace: boolean,
  ids: readonly number[],
  options?: DecodeOptions,
): string {
  const pieces = ids.map((id) => tokenBytes(id, options)).filter((piece) => piece.length > 0);
  const first = pieces[0];
  if (first && dropsLeadingSpace) pieces[0] = withoutLeadingSpace(first);
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

export function withoutLeadingSpace(bytes: Uint8Array): Uint8Array {
  return bytes[0] === SPACE ? bytes.subarray(1) : bytes;
}

/** Half a surrogate pair is no character; UTF-8 cannot hold it and libraries disagree about it. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}

/**
 * Texts of tokens that end a turn in models whose files name only one end token. Llama 3 says "<|end_of_text|>" is
 * the end and then ends every turn with "<|eot_id|>".
 */
export const END_TEXTS: ReadonlySet<string> = new Set([
  "<|eot_id|>",
  "<|im_end|>",
  "<|end|>",
  "<|return|>",
  "<|call|>",
  "<|flush|>",
  "<|calls|>",
  "<end_of_turn>",
  "<|endoftext|>",
  "</s>",
  "<|eom_id|>",
  "<EOT>",
  "_<EOT>",
  "[EOT]",
  "[EOS]",
  "<|end_of_text|>",
  "<end_of_utterance>",
  "<eos>",
  "<turn|>",
  "<|tool_response>",
  "<\uFF5Cend\u2581of\u2581sentence\uFF5C>",
  "[e~[",
]);

/**
 * Some of those texts mean something else beside certain others: gpt-oss closes an inner message with "<|end|>"
 * and goes on, Gemma 4 keeps "</s>" as ordinary text.
 */
export function isEndBeside(text: string, has: (text: string) => boolean): boolean {
  if (text === "<|end|>") {
    const isHarmony = (has("<|call|>") || has("<|calls|>")) && (has("<|return|>") || has("<|flush|>"));
    return !isHarmony;
  }
  return !(text === "</s>" && has("<|tool_response>"));
}

export function tokenizerError(message: string, cause?: unknown): VitrineError {
  return new VitrineError("TokenizerError", message, { cause });
}
