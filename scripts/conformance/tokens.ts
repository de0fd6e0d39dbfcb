/** Tokenizers: llama-vocab-v1 (.inp and .out) and tokenizer-cases-v1. */
import { readFileSync } from "node:fs";
import { readGguf } from "../../src/runtime/files/gguf";
import { openModelFiles } from "../../src/runtime/files/modelFiles";
import { cleanUpSpaces } from "../../src/runtime/text/cleanUpSpaces";
import { fromGgufVocabulary } from "../../src/runtime/text/ggufTokenizer";
import type { Tokenizer } from "../../src/runtime/text/tokenizer";
import { fromTokenizerJson } from "../../src/runtime/text/tokenizerJson";
import { fileSource, folderSources } from "./models";
import { type CaseResult, type Context, failed, readJson } from "./result";

interface TokenCase {
  readonly text: string;
  readonly ids: readonly number[];
  readonly ids_special?: readonly number[];
  readonly detok?: string;
}

/** Vocabularies whose `detok` went through llama.cpp's clean-up of spaces; the chat itself never applies it. */
const CLEANED = /gpt-2|mpt|llama-bpe|falcon|refact|bert-bge/;

async function ggufTokenizer(path: string): Promise<Tokenizer> {
  const tokenizer = fromGgufVocabulary(await readGguf(fileSource(path)));
  if (tokenizer === null) throw new Error(`${path} has no vocabulary`);
  return tokenizer;
}

/** One case a line of the .out file, and the ids of the .extra.json beside it are cases of their own entry. */
export async function runVocabulary(context: Context): Promise<CaseResult[]> {
  const { entry } = context;
  const tokenizer = await ggufTokenizer(context.modelPath(entry.vocab ?? ""));
  const texts = readFileSync(context.modelPath(entry.inp ?? ""), "utf8").split("\n__ggml_vocab_test__\n");
  const lines = readFileSync(context.path, "utf8").split("\n");
  return texts.map((text, index) => {
    const wanted = (lines[index] ?? "").trim().split(/\s+/).filter(Boolean).map(Number);
    return sameIds(String(index), tokenizer.encode(text, { addSpecial: false, parseSpecial: false }), wanted);
  });
}

export async function runTokenCases(context: Context): Promise<CaseResult[]> {
  const { entry } = context;
  const { cases } = readJson<{ cases: readonly TokenCase[] }>(context.path);
  if (entry.vocab !== undefined) {
    const tokenizer = await ggufTokenizer(context.modelPath(entry.vocab));
    return cases.map((wanted, index) => extraCase(tokenizer, wanted, String(index), CLEANED.test(entry.vocab ?? "")));
  }
  // The stories vocabulary comes in both layouts; both must agree with the golden.
  const gguf = await ggufTokenizer(context.modelPath("stories260k/gguf/stories260K-F32.gguf"));
  const folder = await openModelFiles(folderSources(context.modelPath("stories260k/hf")));
  if (folder.kind !== "huggingface" || folder.tokenizerJson === undefined) throw new Error("no tokenizer.json");
  const json = fromTokenizerJson(folder.tokenizerJson, folder.tokenizerConfig, folder.generationConfig);
  return cases.flatMap(({ text, ids }, index) =>
    [gguf, json].map((tokenizer, which) =>
      sameIds(
        `${index}${which === 0 ? "" : " tokenizer.json"}`,
        tokenizer.encode(text, { addSpecial: true, parseSpecial: false }),
        ids,
      ),
    ),
  );
}

function extraCase(tokenizer: Tokenizer, wanted: TokenCase, name: string, cleaned: boolean): CaseResult {
  const plain = sameIds(name, tokenizer.encode(wanted.text, { addSpecial: false, parseSpecial: false }), wanted.ids);
  if (!plain.passed) return plain;
  if (wanted.ids_special !== undefined) {
    const special = tokenizer.encode(wanted.text, { addSpecial: true, parseSpecial: true });
    const result = sameIds(name, special, wanted.ids_special);
    if (!result.passed) return { ...result, reason: `with special tokens: ${result.reason}` };
  }
  if (wanted.detok !== undefined) {
    const decoded = tokenizer.decode(wanted.ids, { showSpecial: true });
    const text = cleaned ? cleanUpSpaces(decoded) : decoded;
    if (text !== wanted.detok) return failed(name, `text ${JSON.stringify(text)}, not ${JSON.stringify(wanted.detok)}`);
  }
  return plain;
}

function sameIds(name: string, got: readonly number[], wanted: readonly number[]): CaseResult {
  const at = wanted.findIndex((id, i) => got[i] !== id);
  const same = at < 0 && got.length === wanted.length;
  const reason = same
    ? ""
    : `id ${at < 0 ? wanted.length : at} is ${got[at]}, not ${wanted[at]} (${got.length} ids, not ${wanted.length})`;
  return { case: name, passed: same, error: same ? 0 : 1, bound: 0, reason };
}
