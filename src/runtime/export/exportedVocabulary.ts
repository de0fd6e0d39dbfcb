/** tokenizer.json and tokenizer_config.json in the words of GGUF (tokenizer.ggml.*): byte-level BPE. */
import type { JsonObject } from "../files/json";
import type { HuggingFaceModelFiles } from "../files/modelFiles";
import { TOKEN_TYPE } from "../text/ggufVocabulary";
import { PRE_TOKENIZERS } from "../text/preTokenizers";
import { fromTokenizerJson } from "../text/tokenizerJson";
import { cannotExport } from "./cannotExport";
import type { MetadataValue } from "./ggufEncoding";

interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
}

/** @param vocabSize rows of the embedding: ids without a token are filled up to it */
export function exportedVocabulary(
  { tokenizerJson = {}, tokenizerConfig, generationConfig }: HuggingFaceModelFiles,
  vocabSize: number,
): Readonly<Record<string, MetadataValue>> {
  const model = tokenizerJson.model as JsonObject;
  if (model.type !== "BPE" || model.byte_fallback === true) {
    throw cannotExport("this kind of tokenizer: only byte-level BPE can be written.");
  }
  const added = (tokenizerJson.added_tokens ?? []) as readonly AddedToken[];
  const texts = Array.from({ length: vocabSize }, (_, id) => `[PAD${id}]`);
  const types = new Array<number>(vocabSize).fill(TOKEN_TYPE.unused);
  for (const [text, id] of Object.entries(model.vocab as Readonly<Record<string, number>>)) {
    texts[id] = text;
    types[id] = TOKEN_TYPE.normal;
  }
  for (const { id, content, special } of added) {
    texts[id] = content;
    types[id] = special ? TOKEN_TYPE.control : TOKEN_TYPE.userDefined;
  }
  const merges = (model.merges as readonly (string | readonly string[])[]).map((merge) =>
    typeof merge === "string" ? merge : merge.join(" "),
  );
  const tokenizer = fromTokenizerJson(tokenizerJson, tokenizerConfig, generationConfig);
  const id = (key: string, value: number | null): Record<string, MetadataValue> =>
    value === null ? {} : { [`tokenizer.ggml.${key}`]: { kind: "uint32", value } };
  return {
    "tokenizer.ggml.model": { kind: "string", value: "gpt2" },
    "tokenizer.ggml.pre": { kind: "string", value: preTokenizerName(tokenizerJson, model.ignore_merges === true) },
    "tokenizer.ggml.tokens": { kind: "strings", value: texts },
    "tokenizer.ggml.token_type": { kind: "int32s", value: types },
    "tokenizer.ggml.merges": { kind: "strings", value: merges },
    ...id("bos_token_id", tokenizer.bosId),
    ...id("eos_token_id", tokenizer.eosId),
    "tokenizer.ggml.add_bos_token": { kind: "bool", value: tokenizer.addsBos },
  };
}

/** The rule of these names cuts words as the file does. */
function preTokenizerName(json: JsonObject, ignoresMerges: boolean): string {
  const normalizer = json.normalizer as JsonObject | null | undefined;
  if (normalizer != null && normalizer.type !== "NFC") throw cannotExport(`a "${String(normalizer.type)}" normalizer.`);
  const wanted = patternsOf(json.pre_tokenizer as JsonObject | null | undefined);
  for (const [name, { patterns, ignoreMerges }] of PRE_TOKENIZERS) {
    const isSame = patterns.length === wanted.length && patterns.every((pattern, i) => pattern === wanted[i]);
    if (isSame && (ignoreMerges === true) === ignoresMerges) return name;
  }
  throw cannotExport("a tokenizer that cuts words by a rule without a name in GGUF.");
}

const INSENSITIVE = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const SPELLED_OUT = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";

function patternsOf(step: JsonObject | null | undefined): string[] {
  switch (step?.type) {
    case "Sequence":
      return (step.pretokenizers as readonly JsonObject[]).flatMap(patternsOf);
    case "Split":
      return [String((step.pattern as JsonObject).Regex).replace(INSENSITIVE, SPELLED_OUT)];
    case "Digits":
      return [step.individual_digits === true ? "\\p{N}" : "\\p{N}+"];
    case "ByteLevel":
      return step.use_regex === false ? [] : (PRE_TOKENIZERS.get("gpt-2")?.patterns ?? []).slice();
    default:
      throw cannotExport(`a "${String(step?.type)}" pre-tokenizer.`);
  }
}
