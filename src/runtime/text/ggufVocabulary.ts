/**
 * What a GGUF file says about its vocabulary (keys tokenizer.ggml.*), checked and completed with the defaults of
 * llama.cpp, which files are written against.
 */
import type { GgufFile, GgufValue } from "../files/ggufFile";
import { PRE_TOKENIZERS, type PreTokenizer } from "./preTokenizers";
import { END_TEXTS, isEndBeside, tokenizerError } from "./tokenizer";

/** Numbers of tokenizer.ggml.token_type. */
export const TOKEN_TYPE = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** How text becomes tokens: `score` SentencePiece BPE, `merges` byte-level BPE, `rawMerges` BPE on UTF-8 itself. */
export type VocabularyModel = "score" | "merges" | "rawMerges" | "wordPiece";

export interface GgufVocabulary {
  readonly model: VocabularyModel;
  readonly texts: readonly string[];
  readonly types: readonly number[];
  readonly scores: readonly number[];
  readonly merges: readonly (readonly [string, string])[];
  readonly preTokenizer: PreTokenizer;
  /** Bytes of the tokens that are not valid UTF-8. */
  readonly rawTokens: ReadonlyMap<number, Uint8Array>;
  readonly bosId: number | null;
  readonly eosId: number | null;
  readonly unknownId: number | null;
  readonly addsBos: boolean;
  /** Put last by `addSpecial`: EOS, or [SEP] for WordPiece. */
  readonly lastId: number | null;
  readonly addsSpacePrefix: boolean;
  readonly endIds: readonly number[];
  /** Tokens that only parsing special tokens finds: CONTROL, UNKNOWN, and texts that llama.cpp treats so. */
  readonly isControl: (id: number) => boolean;
  /** What BERT's normalizer does to letters. */
  readonly lowercase: boolean;
  readonly stripAccents: boolean;
  /** Phi-3's special tokens swallow the white space after them; GGUF has no field for it. */
  readonly stripsRight: (id: number) => boolean;
}

const MODELS: ReadonlyMap<string, VocabularyModel> = new Map([
  ["llama", "score"],
  ["gpt2", "merges"],
  ["gemma4", "rawMerges"],
  ["bert", "wordPiece"],
]);

/** Fill-in-the-middle tokens: llama.cpp makes them control tokens whatever type the file gives them. */
const FILL_TEXTS: ReadonlySet<string> = new Set([
  ..."<|fim_prefix|> <fim-prefix> <fim_prefix> <PRE> \u2581<PRE> <|code_prefix|> <|prefix|>".split(" "),
  ..."<|fim_suffix|> <fim-suffix> <fim_suffix> <SUF> \u2581<SUF> <|code_suffix|> <|suffix|>".split(" "),
  ..."<|fim_middle|> <fim-middle> <fim_middle> <MID> \u2581<MID> <|code_middle|> <|middle|>".split(" "),
  ..."<\uFF5Cfim\u2581begin\uFF5C> <\uFF5Cfim\u2581hole\uFF5C> <\uFF5Cfim\u2581end\uFF5C>".split(" "),
]);
/** The same, and a chat model that says one of them has left its turn. */
const FILL_END_TEXTS: ReadonlySet<string> = new Set(
  "<|fim_pad|> <fim-pad> <fim_pad> <PAD> [PAD] <|fim_repo|> <|repo_name|> <fim-repo> <REPO> <reponame> <|file_sep|>".split(
    " ",
  ),
);
/** gpt-oss writes its channels with these; as control tokens its reasoning could not be told from its answer. */
const SHOWN_TEXTS: ReadonlySet<string> = new Set(["<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"]);

/** Null: the file has no vocabulary. @throws TokenizerError for one that we do not know or that contradicts itself */
export function readGgufVocabulary(file: GgufFile): GgufVocabulary | null {
  const fields = new Fields(file.metadata);
  const name = fields.text("model");
  if (name === null || name === "no_vocab" || name === "none") return null;
  const model = MODELS.get(name);
  if (!model) {
    throw tokenizerError(
      `The tokenizer model "${name}" is not supported; ${[...MODELS.keys()].join(", ")} are. Choose another model.`,
    );
  }
  const texts = fields.texts("tokens").map((text, id) => (text === "" ? `[EMPTY_${id}]` : text));
  const has = (text: string) => known.has(text);
  const known = new Set(texts);
  const types = fields.numbers("token_type", texts.length) ?? texts.map(() => TOKEN_TYPE.normal);
  const preTokenizer = preTokenizerOf(model, fields.text("pre"));
  const id = (key: string, standard: number | null) => fields.id(key, texts.length) ?? standard;
  const isScore = model === "score";
  const isWordPiece = model === "wordPiece";
  const bosId = id("bos_token_id", isScore ? 1 : isWordPiece ? (id("cls_token_id", 101) as number) : null);
  const eosId = id("eos_token_id", isScore ? 2 : null);
  const unknownId = id("unknown_token_id", isScore ? 0 : isWordPiece ? 100 : null);
  const addsBosByDefault = isScore || model === "rawMerges" || preTokenizer.addsBos === true;
  const addsBos = isWordPiece || (fields.flag("add_bos_token") ?? addsBosByDefault);
  const addsEos = fields.flag("add_eos_token") ?? false;
  const shown = types.map((type, index) => typeBeside(texts[index] ?? "", type, has));
  const lowercase = fields.flag("normalizer.lowercase") ?? true;
  // An ordinary token with such a text, "</s>" in Qwen's vocabulary, is something a model may well want to write.
  const ends = texts.flatMap((text, index) => (isControlType(shown[index]) && isEndText(text, has) ? [index] : []));
  const named = [eosId, id("eot_token_id", null), id("eom_token_id", null)].filter((end) => end !== null);
  return {
    model,
    texts,
    types: shown,
    isControl: (index) => isControlType(shown[index]) || isControlText(texts[index] ?? "", has),
    scores: fields.numbers("scores", texts.length) ?? [],
    merges: model === "merges" || model === "rawMerges" ? fields.texts("merges").map(splitMerge) : [],
    preTokenizer,
    rawTokens: file.rawTokens,
    bosId,
    eosId,
    unknownId,
    addsBos: addsBos && bosId !== null,
    lastId: isWordPiece ? id("seperator_token_id", id("separator_token_id", 102)) : addsEos ? eosId : null,
    addsSpacePrefix: fields.flag("add_space_prefix") ?? isScore,
    endIds: [...new Set([...named, ...ends])],
    lowercase,
    stripAccents: fields.flag("normalizer.strip_accents") ?? lowercase,
    stripsRight: stripsRightOf(texts, types, file.metadata["general.name"]),
  };
}

function preTokenizerOf(model: VocabularyModel, name: string | null): PreTokenizer {
  if (model !== "merges") return { patterns: [] };
  const rule = PRE_TOKENIZERS.get(name ?? "default");
  if (rule) return rule;
  throw tokenizerError(
    `The pre-tokenizer "${name}" of this GGUF file is not supported, and guessing would split words wrongly. ` +
      "Choose another model, or its Hugging Face folder with tokenizer.json.",
  );
}

export function isControlType(type: number | undefined): boolean {
  return type === TOKEN_TYPE.control || type === TOKEN_TYPE.unknown;
}

function isEndText(text: string, has: (text: string) => boolean): boolean {
  return FILL_END_TEXTS.has(text) || (END_TEXTS.has(text) && isEndBeside(text, has));
}

function isControlText(text: string, has: (text: string) => boolean): boolean {
  return FILL_TEXTS.has(text) || isEndText(text, has);
}

/** The file's type, corrected for tokens whose text says better what they are. */
function typeBeside(text: string, type: number, has: (text: string) => boolean): number {
  if (type === TOKEN_TYPE.normal) return type;
  if (SHOWN_TEXTS.has(text)) return TOKEN_TYPE.userDefined;
  if (END_TEXTS.has(text) && !isEndBeside(text, has)) {
    return text === "</s>" ? TOKEN_TYPE.normal : TOKEN_TYPE.userDefined;
  }
  return isControlText(text, has) ? TOKEN_TYPE.control : type;
}

function stripsRightOf(
  texts: readonly string[],
  types: readonly number[],
  modelName: GgufValue | undefined,
): (id: number) => boolean {
  if (typeof modelName !== "string" || !/phi-?3/i.test(modelName)) return () => false;
  const keeps = new Set(["<unk>", "<s>", "<|endoftext|>"]);
  return (id) => types[id] !== TOKEN_TYPE.normal && !keeps.has(texts[id] ?? "");
}

/** "a b" is the pair (a, b); the first part may begin with a space itself. */
function splitMerge(merge: string): readonly [string, string] {
  const space = merge.indexOf(" ", 1);
  return space < 0 ? [merge, ""] : [merge.slice(0, space), merge.slice(space + 1)];
}

/** Typed access to tokenizer.ggml.*. */
class Fields {
  constructor(private readonly metadata: Readonly<Record<string, GgufValue>>) {}

  private get(key: string): GgufValue | undefined {
    return this.metadata[`tokenizer.ggml.${key}`];
  }

  text(key: string): string | null {
    const value = this.get(key);
    return typeof value === "string" && value !== "" ? value : null;
  }

  flag(key: string): boolean | null {
    const value = this.get(key);
    return typeof value === "boolean" ? value : null;
  }

  /** Ids outside the vocabulary are as good as absent: llama.cpp ignores them too. */
  id(key: string, vocabSize: number): number | null {
    const value = this.get(key);
    return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < vocabSize ? value : null;
  }

  texts(key: string): readonly string[] {
    const value = this.get(key);
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    throw tokenizerError(`tokenizer.ggml.${key} is missing or is not a list of strings; get the file again.`);
  }

  /** Null when absent. @throws TokenizerError when shorter than the vocabulary */
  numbers(key: string, length: number): readonly number[] | null {
    const value = this.get(key);
    if (value === undefined) return null;
    if (Array.isArray(value) && value.length >= length && value.every((item) => typeof item === "number")) return value;
    throw tokenizerError(
      `tokenizer.ggml.${key} does not have a number for each of ${length} tokens; get the file again.`,
    );
  }
}
