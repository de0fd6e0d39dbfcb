/**
 * How byte-level BPE vocabularies cut a text into words before merging, by the name in `tokenizer.ggml.pre`.
 * A rule's patterns are applied one after the other, each to the pieces that the one before left, and both matches
 * and gaps become pieces. The patterns are those of each model's own tokenizer.json, as far as llama.cpp agrees.
 */
export interface PreTokenizer {
  readonly patterns: readonly string[];
  /** A word that is a token as a whole is that token, whatever the merges say. */
  readonly ignoreMerges?: boolean;
  /** BOS is expected unless the file says otherwise. */
  readonly addsBos?: boolean;
}

const CONTRACTION = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
const SPACES = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
/** GPT-4's pattern with numbers in groups of at most `digits`. */
const gpt4 = (digits: string) =>
  `${CONTRACTION}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${SPACES}`;
const UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
const LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
/** GPT-4o's pattern: a word ends where capitals begin again. */
const gpt4o = (suffix: string, digits: string) =>
  `[^\\r\\n\\p{L}\\p{N}]?${UPPER}*${LOWER}+${suffix}|[^\\r\\n\\p{L}\\p{N}]?${UPPER}+${LOWER}*${suffix}` +
  `|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${SPACES}`;
const ASCII_MARKS = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~]";
const BLOOM = " ?[^(\\s|.,!?\u2026\u3002\uFF0C\u3001\u0964\u06D4\u060C)]+";
const DEEPSEEK_CJK = "[\\u4E00-\\u9FA5\\u0800-\\u4E00\\uAC00-\\uD7FF]+";
/** DeepSeek LLM lists the letters with case that it knew; it leaves out scripts that Unicode added later. */
const DEEPSEEK_LETTERS =
  "A-Za-z\\xB5\\xC0-\\xD6\\xD8-\\xF6\\xF8-\\u01BA\\u01BC-\\u01BF\\u01C4-\\u0293\\u0295-\\u02AF\\u0370-\\u0373" +
  "\\u0376\\u0377\\u037B-\\u037D\\u037F\\u0386\\u0388-\\u038A\\u038C\\u038E-\\u03A1\\u03A3-\\u03F5\\u03F7-\\u0481" +
  "\\u048A-\\u052F\\u0531-\\u0556\\u10A0-\\u10C5\\u13A0-\\u13F5\\u13F8-\\u13FD\\u1C90-\\u1CBA\\u1CBD-\\u1CBF" +
  "\\u1D00-\\u1D2B\\u1D6B-\\u1D77\\u1D79-\\u1D9A\\u1E00-\\u1F15\\u1F18-\\u1F1D\\u1F20-\\u1F45\\u1F48-\\u1F4D" +
  "\\u1F50-\\u1F57\\u1F59\\u1F5B\\u1F5D\\u1F5F-\\u1F7D\\u1F80-\\u1FB4\\u1FB6-\\u1FBC\\u1FBE\\u1FC2-\\u1FC4" +
  "\\u1FC6-\\u1FCC\\u1FD0-\\u1FD3\\u1FD6-\\u1FDB\\u1FE0-\\u1FEC\\u1FF2-\\u1FF4\\u1FF6-\\u1FFC\\u2102\\u2107" +
  "\\u210A-\\u2113\\u2115\\u2119-\\u211D\\u2124\\u2126\\u2128\\u212A-\\u212D\\u212F-\\u2134\\u2139\\u213C-\\u213F" +
  "\\u2145-\\u2149\\u214E\\u2183\\u2184\\u2C00-\\u2C7B\\u2C7E-\\u2CE4\\u2CEB-\\u2CEE\\u2CF2\\u2CF3\\uA640-\\uA66D" +
  "\\uA680-\\uA69B\\uA722-\\uA76F\\uA771-\\uA787\\uA78B-\\uA78E\\uAB70-\\uABBF\\uFB00-\\uFB06\\uFB13-\\uFB17" +
  "\\uFF21-\\uFF3A\\uFF41-\\uFF5A\\u{10400}-\\u{1044F}\\u{104B0}-\\u{104D3}\\u{104D8}-\\u{104FB}" +
  "\\u{10C80}-\\u{10CB2}\\u{10CC0}-\\u{10CF2}\\u{118A0}-\\u{118DF}\\u{1E900}-\\u{1E943}";

const LLAMA3: PreTokenizer = { patterns: [gpt4("\\p{N}{1,3}")], ignoreMerges: true, addsBos: true };
const QWEN2: PreTokenizer = { patterns: [gpt4("\\p{N}")] };
const GPT2_WORDS: PreTokenizer = { patterns: [GPT2] };
const SINGLE_DIGITS: PreTokenizer = { patterns: ["\\p{N}", GPT2] };
const GPT4O: PreTokenizer = { patterns: [gpt4o(`${CONTRACTION}?`, "\\p{N}{1,3}")] };
const BLOOM_WORDS: PreTokenizer = { patterns: [BLOOM] };
const DEEPSEEK_V3: PreTokenizer = {
  patterns: [
    "\\p{N}{1,3}",
    "[\\u4E00-\\u9FA5\\u3040-\\u309F\\u30A0-\\u30FF]+",
    `${ASCII_MARKS}[A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|${SPACES}`,
  ],
};

const NAMED: readonly (readonly [names: string, rule: PreTokenizer])[] = [
  [
    "default",
    {
      patterns: [
        "[\\p{P}\\$\\+<=>\\^~\\|]+",
        GPT2.replace("|\\s+(?!\\S)|\\s+", "|\\s+(?!\\S)"),
        "\\p{N}+",
        "[0-9][0-9][0-9]",
      ],
    },
  ],
  ["llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano", LLAMA3],
  ["dbrx smaug-bpe chatglm-bpe glm4", { patterns: LLAMA3.patterns }],
  [
    "deepseek-llm",
    // The model's own marks include U+3000; llama.cpp, whose ids we reproduce, takes that for white space first.
    {
      patterns: [
        "[\\r\\n]",
        `\\s?[${DEEPSEEK_LETTERS}]+`,
        "\\s?[!-/:-~\\uFF01-\\uFF0F\\uFF1A-\\uFF5E\\u2018-\\u201F\\u3001\\u3002]+",
        "\\s+$",
        DEEPSEEK_CJK,
        "\\p{N}+",
      ],
    },
  ],
  ["deepseek-coder", { patterns: ["[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", DEEPSEEK_CJK, "\\p{N}"] }],
  ["deepseek-v3 hunyuan-dense joyai-llm", DEEPSEEK_V3],
  ["falcon", { patterns: ["[\\p{P}\\$\\+<=>\\^~\\|`]+", GPT2, "[0-9][0-9][0-9]"] }],
  ["starcoder refact command-r smollm codeshell exaone minerva-7b mellum2", SINGLE_DIGITS],
  ["gpt-2 phi-2 mpt olmo jais trillion granite-docling exaone4 gigachat a.x-4.0 mellum modern-bert", GPT2_WORDS],
  ["jina-es jina-de jina-v2-es jina-v2-de jina-v1-en jina-v2-code roberta-bpe", GPT2_WORDS],
  ["qwen2 stablelm2 deepseek-r1-qwen hunyuan megrez kormo f2llmv2 solar-open grok-2", QWEN2],
  [
    "qwen35",
    {
      patterns: [
        `${CONTRACTION}|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|${SPACES}`,
      ],
    },
  ],
  ["seed-coder", { patterns: [gpt4("\\p{N}").replace("[^\\s\\p{L}\\p{N}]+[\\r\\n]*", "[^\\s\\p{L}\\p{N}\\r\\n]+")] }],
  ["minicpm5", { patterns: ["\\p{N}{1,3}", gpt4("\\p{N}+")], ignoreMerges: true }],
  ["poro-chat bloom gpt3-finnish", BLOOM_WORDS],
  ["viking", { patterns: [BLOOM, "\\p{N}"] }],
  ["tekken", { patterns: [gpt4o("", "\\p{N}")], ignoreMerges: true, addsBos: true }],
  ["gpt-4o llama4 kanana2 talkie minimax-m2", GPT4O],
];

export const PRE_TOKENIZERS: ReadonlyMap<string, PreTokenizer> = new Map(
  NAMED.flatMap(([names, rule]) => names.split(" ").map((name) => [name, rule] as const)),
);
