/**
 * A Hugging Face tokenizer (tokenizer.json, tokenizer_config.json, generation_config.json) as a `Tokenizer`, on
 * @huggingface/tokenizers. Decoding is our own, by bytes: the library throws on an empty list, cleans up spaces,
 * and decodes whole texts only, where streaming needs the bytes of single tokens.
 */
import { Tokenizer as Library } from "@huggingface/tokenizers";
import type { JsonObject } from "../files/json";
import { type PieceDecoder, pieceDecoder } from "./pieceDecoder";
import {
  type DecodeOptions,
  decodeTokens,
  END_TEXTS,
  type EncodeOptions,
  isEndBeside,
  type Tokenizer,
  tokenizerError,
  wellFormed,
} from "./tokenizer";

interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
}

const NOTHING = new Uint8Array(0);

/** @throws TokenizerError naming what the library or we do not know */
export function fromTokenizerJson(
  tokenizerJson: JsonObject,
  tokenizerConfig: JsonObject = {},
  generationConfig: JsonObject = {},
): Tokenizer {
  return new JsonTokenizer(tokenizerJson, tokenizerConfig, generationConfig);
}

class JsonTokenizer implements Tokenizer {
  readonly vocabSize: number;
  readonly bosId: number | null;
  readonly eosId: number | null;
  readonly endIds: readonly number[];
  readonly addsBos: boolean;
  readonly dropsLeadingSpace: boolean;
  private readonly library: Library;
  private readonly added: ReadonlyMap<number, AddedToken>;
  private readonly specials: readonly AddedToken[];
  private readonly pieces: PieceDecoder;
  /** Put around a text by `addSpecial`. */
  private readonly around: { readonly before: readonly number[]; readonly after: readonly number[] };
  private withoutSpecials: Library | null = null;

  constructor(
    private readonly json: JsonObject,
    config: JsonObject,
    generationConfig: JsonObject,
  ) {
    const added = addedTokens(json);
    this.added = new Map(added.map((token) => [token.id, token]));
    this.specials = added.filter((token) => token.special);
    this.library = openLibrary(json);
    this.pieces = pieceDecoder(json.decoder, json.pre_tokenizer);
    this.vocabSize = vocabSizeOf(json, added);
    this.dropsLeadingSpace = this.pieces.dropsLeadingSpace;
    this.bosId = this.idOfToken(config.bos_token) ?? firstId(generationConfig.bos_token_id);
    this.eosId = this.idOfToken(config.eos_token) ?? firstId(generationConfig.eos_token_id);
    this.around = this.specialsAround(config);
    this.addsBos = this.bosId !== null && this.around.before.includes(this.bosId);
    this.endIds = this.findEndIds(generationConfig);
  }

  encode(text: string, options: EncodeOptions): number[] {
    const library = options.parseSpecial ? this.library : this.libraryFor(text);
    const { ids } = library.encode(wellFormed(text), { add_special_tokens: false });
    if (ids.some((id) => id === undefined)) {
      throw tokenizerError("tokenizer.json has no token for a part of the text and names no unknown token.");
    }
    return options.addSpecial ? [...this.around.before, ...ids, ...this.around.after] : ids;
  }

  tokenBytes(id: number, options?: DecodeOptions): Uint8Array {
    const added = this.added.get(id);
    if (added) return added.special && !options?.showSpecial ? NOTHING : new TextEncoder().encode(added.content);
    const text: string | undefined = this.library.id_to_token(id);
    return text === undefined ? NOTHING : this.pieces.bytes(text);
  }

  isSpecial(id: number): boolean {
    return this.added.get(id)?.special === true;
  }

  decode(ids: readonly number[], options?: DecodeOptions): string {
    return decodeTokens((id) => this.tokenBytes(id, options), this.dropsLeadingSpace, ids);
  }

  /**
   * The library always parses special tokens. Only a text that contains one, and must not have it parsed, needs a
   * second tokenizer that does not know them; it is made then and kept, because a large one costs half a second.
   */
  private libraryFor(text: string): Library {
    if (!this.specials.some((token) => text.includes(token.content))) return this.library;
    const ordinary = listOf(this.json.added_tokens).filter((token) => !isSpecialEntry(token));
    this.withoutSpecials ??= openLibrary({ ...this.json, added_tokens: ordinary });
    return this.withoutSpecials;
  }

  /** "<s>" or { content: "<s>" }. */
  private idOfToken(value: unknown): number | null {
    const text = typeof value === "object" && value !== null ? (value as { content?: unknown }).content : value;
    if (typeof text !== "string") return null;
    return this.library.token_to_id(text) ?? null;
  }

  /** What the post-processor puts around a text; add_bos_token and add_eos_token overrule it where they are set. */
  private specialsAround(config: JsonObject): { before: readonly number[]; after: readonly number[] } {
    const probe = "a";
    const body = this.library.encode(probe, { add_special_tokens: false }).ids;
    const whole = this.library.encode(probe, { add_special_tokens: true }).ids;
    const start = whole.findIndex((_, index) => body.every((id, offset) => whole[index + offset] === id));
    let before = whole.slice(0, start);
    let after = whole.slice(start + body.length);
    const { bosId, eosId } = this;
    if (bosId !== null && typeof config.add_bos_token === "boolean") {
      before = before.filter((id) => id !== bosId);
      if (config.add_bos_token) before = [bosId, ...before];
    }
    if (eosId !== null && typeof config.add_eos_token === "boolean") {
      after = after.filter((id) => id !== eosId);
      if (config.add_eos_token) after = [...after, eosId];
    }
    return { before, after };
  }

  private findEndIds(generationConfig: JsonObject): readonly number[] {
    const has = (text: string) => this.library.token_to_id(text) !== undefined;
    const configured = [generationConfig.eos_token_id].flat().filter((id) => typeof id === "number");
    const byText = this.specials.filter((token) => END_TEXTS.has(token.content) && isEndBeside(token.content, has));
    return [...new Set([...(this.eosId === null ? [] : [this.eosId]), ...configured, ...byText.map(({ id }) => id)])];
  }
}

function openLibrary(json: JsonObject): Library {
  try {
    return new Library({ normalizer: null, pre_tokenizer: null, post_processor: null, ...json, decoder: null }, {});
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw tokenizerError(`tokenizer.json cannot be used: ${reason}.`, cause);
  }
}

function addedTokens(json: JsonObject): readonly AddedToken[] {
  return listOf(json.added_tokens).map((entry) => {
    const { id, content } = entry as { id?: unknown; content?: unknown };
    if (typeof id !== "number" || typeof content !== "string") {
      throw tokenizerError("tokenizer.json has an added token without id or content.");
    }
    return { id, content, special: isSpecialEntry(entry) };
  });
}

function isSpecialEntry(entry: unknown): boolean {
  return (entry as { special?: unknown }).special === true;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "object" && item !== null) : [];
}

function firstId(value: unknown): number | null {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "number" ? first : null;
}

function vocabSizeOf(json: JsonObject, added: readonly AddedToken[]): number {
  const model = typeof json.model === "object" && json.model !== null ? (json.model as JsonObject) : {};
  let size = 0;
  // Unigram: a list of [text, score]; the others: text to id.
  if (Array.isArray(model.vocab)) size = model.vocab.length;
  else if (typeof model.vocab === "object" && model.vocab !== null) {
    for (const id of Object.values(model.vocab as JsonObject))
      if (typeof id === "number") size = Math.max(size, id + 1);
  }
  for (const { id } of added) size = Math.max(size, id + 1);
  return size;
}
