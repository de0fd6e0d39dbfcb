/**
 * The vocabulary inside a GGUF file as a `Tokenizer`. BPE with merges and WordPiece become a tokenizer.json for
 * @huggingface/tokenizers; merging by score is `scoreMerging.ts`. Special tokens are found by `specialTokens.ts`
 * before either sees the text.
 */
import { Tokenizer as Library } from "@huggingface/tokenizers";
import type { GgufFile } from "../files/ggufFile";
import { byteLevelBytes, fallbackByte } from "./byteLevel";
import { type GgufVocabulary, isControlType, readGgufVocabulary, TOKEN_TYPE } from "./ggufVocabulary";
import { encodeByScore } from "./scoreMerging";
import { SpecialTokenSplitter } from "./specialTokens";
import {
  type DecodeOptions,
  decodeTokens,
  type EncodeOptions,
  type Tokenizer,
  tokenizerError,
  wellFormed,
} from "./tokenizer";

const SPACE_MARK = "\u2581";
const NOTHING = new Uint8Array(0);

/** Null: the file has no vocabulary. @throws TokenizerError naming what is not supported */
export function fromGgufVocabulary(file: GgufFile): Tokenizer | null {
  const vocabulary = readGgufVocabulary(file);
  return vocabulary && new GgufTokenizer(vocabulary);
}

/** Ids of text without special tokens; `isFirst` when it begins the text or follows a special token. */
type TextEncoding = (text: string, isFirst: boolean) => number[];

class GgufTokenizer implements Tokenizer {
  readonly vocabSize: number;
  readonly bosId: number | null;
  readonly eosId: number | null;
  readonly endIds: readonly number[];
  readonly addsBos: boolean;
  readonly dropsLeadingSpace: boolean;
  private readonly splitter: SpecialTokenSplitter;
  private readonly encodeText: TextEncoding;

  constructor(private readonly vocabulary: GgufVocabulary) {
    this.vocabSize = vocabulary.texts.length;
    this.bosId = vocabulary.bosId;
    this.eosId = vocabulary.eosId;
    this.endIds = vocabulary.endIds;
    this.addsBos = vocabulary.addsBos;
    this.dropsLeadingSpace = vocabulary.addsSpacePrefix;
    this.splitter = splitterOf(vocabulary);
    this.encodeText = encodingOf(vocabulary);
  }

  encode(text: string, options: EncodeOptions): number[] {
    const { addsBos, bosId, lastId } = this.vocabulary;
    const ids: number[] = options.addSpecial && addsBos && bosId !== null ? [bosId] : [];
    let isFirst = true;
    for (const fragment of this.splitter.split(wellFormed(text), options.parseSpecial)) {
      // Not push(...ids): a long text would overflow the stack.
      if (typeof fragment === "number") ids.push(fragment);
      else for (const id of this.encodeText(fragment, isFirst)) ids.push(id);
      isFirst = typeof fragment === "number";
    }
    if (options.addSpecial && lastId !== null) ids.push(lastId);
    return ids;
  }

  tokenBytes(id: number, options?: DecodeOptions): Uint8Array {
    const { model, texts, types, rawTokens } = this.vocabulary;
    const text = texts[id];
    if (text === undefined || (this.isSpecial(id) && !options?.showSpecial)) return NOTHING;
    const raw = rawTokens.get(id);
    if (raw) return raw;
    switch (types[id]) {
      case TOKEN_TYPE.normal:
        if (model === "merges") return byteLevelBytes(text);
        return new TextEncoder().encode(text.replaceAll(SPACE_MARK, " "));
      case TOKEN_TYPE.byte: {
        const byte = fallbackByte(text);
        return byte === null ? NOTHING : Uint8Array.of(byte);
      }
      case TOKEN_TYPE.unknown:
      case TOKEN_TYPE.control:
      case TOKEN_TYPE.userDefined:
        return new TextEncoder().encode(text);
      default:
        return NOTHING;
    }
  }

  isSpecial(id: number): boolean {
    return isControlType(this.vocabulary.types[id]);
  }

  decode(ids: readonly number[], options?: DecodeOptions): string {
    return decodeTokens((id) => this.tokenBytes(id, options), this.dropsLeadingSpace, ids);
  }
}

function splitterOf(vocabulary: GgufVocabulary): SpecialTokenSplitter {
  const { texts, types, stripsRight } = vocabulary;
  const tokens = texts.flatMap((text, id) => {
    const isControl = vocabulary.isControl(id);
    if (!isControl && types[id] !== TOKEN_TYPE.userDefined) return [];
    return [{ id, text, isControl, stripsLeft: false, stripsRight: stripsRight(id) }];
  });
  return new SpecialTokenSplitter(tokens);
}

/** Tokens that are no valid UTF-8 can never be found in a text; the first of two equal tokens is. */
function idsByText(vocabulary: GgufVocabulary): Map<string, number> {
  const idOf = new Map<string, number>();
  vocabulary.texts.forEach((text, id) => {
    if (!idOf.has(text) && !vocabulary.rawTokens.has(id)) idOf.set(text, id);
  });
  return idOf;
}

function encodingOf(vocabulary: GgufVocabulary): TextEncoding {
  const idOf = idsByText(vocabulary);
  const { scores, unknownId, addsSpacePrefix } = vocabulary;
  switch (vocabulary.model) {
    case "score":
      return (text, isFirst) => {
        const prefixed = isFirst && addsSpacePrefix ? ` ${text}` : text;
        return encodeByScore({ idOf, scores, unknownId }, prefixed.replaceAll(" ", SPACE_MARK));
      };
    case "merges":
      return libraryEncoding(byteLevelJson(vocabulary, idOf));
    case "rawMerges":
      return rawMergesEncoding(vocabulary, idOf);
    case "wordPiece":
      return wordPieceEncoding(vocabulary, idOf);
  }
}

function libraryEncoding(json: object): TextEncoding {
  let library: Library;
  try {
    library = new Library(json, {});
  } catch (cause) {
    throw tokenizerError(`The vocabulary of this GGUF file cannot be used: ${String(cause)}.`, cause);
  }
  return (text) => library.encode(text, { add_special_tokens: false }).ids;
}

/** The empty frame of a tokenizer.json. */
const JSON_FRAME = { version: "1.0", added_tokens: [], normalizer: null, post_processor: null, decoder: null };

function byteLevelJson(vocabulary: GgufVocabulary, idOf: ReadonlyMap<string, number>): object {
  const { patterns, ignoreMerges } = vocabulary.preTokenizer;
  const splits = patterns.map((Regex) => ({ type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false }));
  const bytes = { type: "ByteLevel", add_prefix_space: false, use_regex: false };
  return {
    ...JSON_FRAME,
    pre_tokenizer: { type: "Sequence", pretokenizers: [...splits, bytes] },
    model: {
      type: "BPE",
      vocab: Object.fromEntries(idOf),
      merges: vocabulary.merges,
      ignore_merges: ignoreMerges === true,
    },
  };
}

/**
 * Gemma 4: merges on UTF-8 with spaces as U+2581, words end only at line breaks. A run of line breaks that is a
 * token is that token, which its merges would not always find.
 */
function rawMergesEncoding(vocabulary: GgufVocabulary, idOf: ReadonlyMap<string, number>): TextEncoding {
  const encode = libraryEncoding({
    ...JSON_FRAME,
    pre_tokenizer: null,
    model: { type: "BPE", vocab: Object.fromEntries(idOf), merges: vocabulary.merges, byte_fallback: true },
  });
  return (text) => {
    const words = text.replaceAll(" ", SPACE_MARK).match(/\n+|[^\n]+/g) ?? [];
    return words.flatMap((word) => {
      const id = word.startsWith("\n") ? idOf.get(word) : undefined;
      return id === undefined ? encode(word, false) : [id];
    });
  };
}

/**
 * BERT. llama.cpp lowers letters one by one (no final sigma), drops every combining mark and keeps of a decomposed
 * character only the first part (of a Hangul syllable: its first letter), where the library lowers words and drops
 * only nonspacing marks; ids are to be those of llama.cpp, so letters are prepared here.
 */
function wordPieceEncoding(vocabulary: GgufVocabulary, idOf: ReadonlyMap<string, number>): TextEncoding {
  const encode = libraryEncoding(wordPieceJson(vocabulary, idOf));
  return (text) => {
    let prepared = text.replace(/\p{White_Space}/gu, " ").replace(/[\0\uFFFD\p{Cc}\p{Cf}\p{Co}]/gu, "");
    if (vocabulary.stripAccents) prepared = prepared.replace(/./gsu, decomposedBase).replace(/\p{M}/gu, "");
    if (vocabulary.lowercase) prepared = prepared.replace(/\p{L}/gu, (letter) => letter.toLowerCase());
    return encode(prepared, false);
  };
}

function decomposedBase(char: string): string {
  const [base] = char.normalize("NFD");
  return base ?? char;
}

/** GGUF marks the pieces that begin a word with U+2581; WordPiece marks the others, with "##". */
function wordPieceJson(vocabulary: GgufVocabulary, idOf: ReadonlyMap<string, number>): object {
  const vocab: Record<string, number> = Object.create(null) as Record<string, number>;
  for (const [text, id] of idOf) {
    if (vocabulary.types[id] !== TOKEN_TYPE.normal) vocab[text] = id;
    else {
      // Also inside a word, for texts that contain U+2581 themselves.
      vocab[`##${text}`] = id;
      if (text.startsWith(SPACE_MARK)) vocab[text.slice(1)] = id;
    }
  }
  return {
    ...JSON_FRAME,
    normalizer: { type: "BertNormalizer", clean_text: false, handle_chinese_chars: true, strip_accents: false },
    pre_tokenizer: { type: "BertPreTokenizer" },
    model: {
      type: "WordPiece",
      vocab,
      unk_token: vocabulary.texts[vocabulary.unknownId ?? 0],
      continuing_subword_prefix: "##",
      max_input_chars_per_word: Number.MAX_SAFE_INTEGER,
    },
  };
}
