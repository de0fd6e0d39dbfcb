/** The decoder part of a tokenizer.json, reduced to what one token's text is in bytes. */
import { byteLevelBytes, fallbackByte } from "./byteLevel";
import { tokenizerError } from "./tokenizer";

export interface PieceDecoder {
  bytes(token: string): Uint8Array;
  /** The first space of a text is taken away. */
  readonly dropsLeadingSpace: boolean;
}

interface Step {
  readonly type?: unknown;
  readonly decoders?: unknown;
  readonly pattern?: { readonly String?: unknown };
  readonly content?: unknown;
  readonly replacement?: unknown;
  readonly prefix?: unknown;
  readonly suffix?: unknown;
  readonly start?: unknown;
  readonly prepend_scheme?: unknown;
}

type Rewrite = (text: string) => string;

/** @throws TokenizerError naming a decoder that cannot be applied token by token */
export function pieceDecoder(decoder: unknown, preTokenizer: unknown): PieceDecoder {
  const steps = stepsOf(decoder);
  const names = steps.map((step) => step.type);
  // Some files leave the decoder out and only split by bytes.
  const isByteLevel = names.includes("ByteLevel") || (steps.length === 0 && mentionsByteLevel(preTokenizer));
  if (isByteLevel) return { bytes: byteLevelBytes, dropsLeadingSpace: false };
  const rewrites = steps.flatMap((step) => rewriteOf(step));
  const hasFallback = names.includes("ByteFallback");
  return {
    bytes(token) {
      const byte = hasFallback ? fallbackByte(token) : null;
      if (byte !== null) return Uint8Array.of(byte);
      return new TextEncoder().encode(rewrites.reduce((text, rewrite) => rewrite(text), token));
    },
    dropsLeadingSpace: steps.some(dropsSpace),
  };
}

function stepsOf(decoder: unknown): readonly Step[] {
  if (typeof decoder !== "object" || decoder === null) return [];
  const step = decoder as Step;
  if (step.type !== "Sequence") return [step];
  return Array.isArray(step.decoders) ? step.decoders.flatMap(stepsOf) : [];
}

function rewriteOf(step: Step): Rewrite[] {
  const text = (value: unknown, standard: string) => (typeof value === "string" ? value : standard);
  switch (step.type) {
    case "Replace": {
      const pattern = step.pattern?.String;
      if (typeof pattern !== "string") throw unsupported("Replace by regular expression");
      return [(token) => token.replaceAll(pattern, text(step.content, ""))];
    }
    case "Metaspace":
      return [(token) => token.replaceAll(text(step.replacement, "\u2581"), " ")];
    case "WordPiece": {
      const prefix = text(step.prefix, "##");
      return [(token) => (token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`)];
    }
    case "BPEDecoder":
      return [(token) => token.replaceAll(text(step.suffix, "</w>"), " ")];
    case "Strip":
      if (step.content !== " " || Number(step.start ?? 0) > 1) throw unsupported("Strip of other than one space");
      return [];
    case "ByteFallback":
    case "Fuse":
      return [];
    default:
      throw unsupported(String(step.type));
  }
}

function dropsSpace(step: Step): boolean {
  if (step.type === "Strip") return step.start === 1;
  if (step.type === "Metaspace") return step.prepend_scheme !== "never";
  return step.type === "WordPiece";
}

function mentionsByteLevel(preTokenizer: unknown): boolean {
  if (typeof preTokenizer !== "object" || preTokenizer === null) return false;
  const { type, pretokenizers } = preTokenizer as { type?: unknown; pretokenizers?: unknown };
  return type === "ByteLevel" || (Array.isArray(pretokenizers) && pretokenizers.some(mentionsByteLevel));
}

function unsupported(name: string): Error {
  return tokenizerError(`The decoder "${name}" of tokenizer.json is not supported.`);
}
