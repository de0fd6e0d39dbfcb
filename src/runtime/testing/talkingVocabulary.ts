/**
 * The made-up vocabulary of the test models: a few control tokens, every byte, and some words with all their
 * beginnings, so that both kinds of BPE (by scores, by merges) can build the words. Both give the same ids.
 */
import type { WrittenValue } from "./ggufWriter";

export const CONTROL_TOKENS = ["<unk>", "<s>", "</s>", "<|system|>", "<|user|>", "<|assistant|>"] as const;
export const BOS_ID = 1;
export const EOS_ID = 2;
export const ASSISTANT_ID = 5;
const FIRST_BYTE_ID = CONTROL_TOKENS.length;

/** What the template below makes of a conversation ends with <|assistant|>. Words in SPM get their space by themselves. */
const TEMPLATE =
  "{% for message in messages %}<|{{ message.role }}|>CONTENT{% if message.role != 'system' %}{{ eos_token }}{% endif %}" +
  "{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}";
export const SPM_TEMPLATE = TEMPLATE.replace("CONTENT", "{{ message.content }}");
/** Byte-level answers begin with their space already; the other roles' words get one. */
export const BYTE_LEVEL_TEMPLATE = TEMPLATE.replace(
  "CONTENT",
  "{% if message.role != 'assistant' %} {% endif %}{{ message.content }}",
);

/** A piece of a text: a word, which brings its space, or one byte. */
export type Piece = string | number;

export class TalkingVocabulary {
  /** The space, then every word with its space and all the beginnings of that, in the order of their ids. */
  private readonly texts: readonly string[];

  constructor(words: readonly string[]) {
    const beginnings = words.flatMap((word) => [...word].map((_, index) => ` ${word.slice(0, index + 1)}`));
    this.texts = [...new Set([" ", ...beginnings])];
  }

  get size(): number {
    return FIRST_BYTE_ID + 256 + this.texts.length;
  }

  idOf(piece: Piece): number {
    if (typeof piece === "number") return FIRST_BYTE_ID + piece;
    const index = this.texts.indexOf(` ${piece}`);
    if (index < 0) throw new Error(`"${piece}" is no word of the vocabulary`);
    return FIRST_BYTE_ID + 256 + index;
  }

  /** For a GGUF file: SentencePiece BPE with scores. */
  ggufMetadata(chatTemplate: string | null): Record<string, WrittenValue> {
    const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
    const words = this.texts.map((text) => text.replaceAll(" ", "\u2581"));
    const types = [
      ...CONTROL_TOKENS.map((_, index) => (index === 0 ? 2 : 3)),
      ...bytes.map(() => 6),
      ...words.map(() => 1),
    ];
    return {
      "tokenizer.ggml.model": { kind: "string", value: "llama" },
      "tokenizer.ggml.tokens": { kind: "strings", value: [...CONTROL_TOKENS, ...bytes, ...words] },
      "tokenizer.ggml.scores": { kind: "float32s", value: types.map((_, index) => -index) },
      "tokenizer.ggml.token_type": { kind: "int32s", value: types },
      "tokenizer.ggml.bos_token_id": { kind: "uint32", value: BOS_ID },
      "tokenizer.ggml.eos_token_id": { kind: "uint32", value: EOS_ID },
      ...(chatTemplate === null ? {} : { "tokenizer.chat_template": { kind: "string", value: chatTemplate } as const }),
    };
  }

  /** For a Hugging Face folder: byte-level BPE with merges. */
  tokenizerJson(): object {
    const letters = byteAlphabet();
    const vocab: Record<string, number> = {};
    CONTROL_TOKENS.forEach((text, id) => {
      vocab[text] = id;
    });
    letters.forEach((letter, byte) => {
      vocab[letter] = FIRST_BYTE_ID + byte;
    });
    const merges: [string, string][] = [];
    this.texts.forEach((text, index) => {
      const written = [...new TextEncoder().encode(text)].map((byte) => letters[byte] as string);
      // The space alone is a byte already; its second id gets a text that no merge makes.
      const spelled = written.length > 1 ? written.join("") : `${written[0]}${written[0]}`;
      vocab[spelled] = FIRST_BYTE_ID + 256 + index;
      if (written.length > 1) merges.push([written.slice(0, -1).join(""), written.at(-1) as string]);
    });
    return {
      version: "1.0",
      added_tokens: CONTROL_TOKENS.map((content, id) => ({ id, content, special: true, normalized: false })),
      normalizer: null,
      pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
      post_processor: {
        type: "TemplateProcessing",
        single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
        pair: [],
        special_tokens: { "<s>": { id: "<s>", ids: [BOS_ID], tokens: ["<s>"] } },
      },
      decoder: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
      model: { type: "BPE", vocab, merges },
    };
  }

  tokenizerConfig(chatTemplate: string | null): object {
    return {
      bos_token: "<s>",
      eos_token: "</s>",
      ...(chatTemplate === null ? {} : { chat_template: chatTemplate }),
    };
  }
}

/** One printable character for each byte, as byte-level vocabularies write them: Latin-1 where it can be seen. */
function byteAlphabet(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const isVisible = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    return String.fromCodePoint(isVisible ? byte : next++);
  });
}
