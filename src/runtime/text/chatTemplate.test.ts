import { describe, expect, it } from "vitest";
import { memorySource } from "../files/byteSource";
import { readGguf } from "../files/gguf";
import { writeGguf } from "../testing/ggufWriter";
import { encodeChat, findChatTemplate, renderChat, specialText } from "./chatTemplate";
import { fromGgufVocabulary } from "./ggufTokenizer";

const TEMPLATE =
  "{{ bos_token }}{% for m in messages %}{% if m.role == 'tool' %}{{ raise_exception('no tools here') }}{% endif %}" +
  "<|{{ m.role }}|>{{ m.content | trim }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}";
const OPTIONS = { bosToken: "<s>", eosToken: "</s>", addGenerationPrompt: true };

describe("renderChat", () => {
  it("renders messages, tokens and the generation prompt", () => {
    const messages = [
      { role: "system", content: "Be kind." },
      { role: "user", content: " Hi " },
    ];
    expect(renderChat(TEMPLATE, messages, OPTIONS)).toBe("<s><|system|>Be kind.</s><|user|>Hi</s><|assistant|>");
    const closed = renderChat(TEMPLATE, messages.slice(1), { ...OPTIONS, addGenerationPrompt: false });
    expect(closed).toBe("<s><|user|>Hi</s>");
  });

  it("tells the date it is given, and whether there are tools", () => {
    const now = new Date(2026, 2, 5, 14, 7, 9);
    const date = "{{ strftime_now('%d %b %Y, %A %-d %B, %H:%M:%S %I%p %y-%m %% %Q') }}";
    expect(renderChat(date, [], { ...OPTIONS, now })).toBe("05 Mar 2026, Thursday 5 March, 14:07:09 02PM 26-03 % %Q");
    const tools = "{% if tools %}{{ tools | length }}{% else %}none{% endif %}{{ extra }}";
    expect(renderChat(tools, [], { ...OPTIONS, variables: { extra: "!" } })).toBe("none!");
    expect(renderChat(tools, [], { ...OPTIONS, tools: [{ name: "f" }] })).toBe("1");
  });

  it("knows Python's constants and range", () => {
    const template =
      "{% for i in range(3) %}{{ i }}{% endfor %}{% for i in range(5, 1, -2) %}{{ i }}{% endfor %}" +
      "{% if True and not False and none is none %}!{% endif %}";
    expect(renderChat(template, [], OPTIONS)).toBe("01253!");
  });

  it("passes on the template's own refusal, and says when a template is broken", () => {
    expect(() => renderChat(TEMPLATE, [{ role: "tool", content: "" }], OPTIONS)).toThrowError(
      expect.objectContaining({ name: "ChatTemplateError", message: expect.stringContaining("no tools here") }),
    );
    expect(() => renderChat("{% if %}", [], OPTIONS)).toThrowError(
      expect.objectContaining({ name: "ChatTemplateError", message: expect.stringContaining("cannot be read") }),
    );
  });
});

describe("findChatTemplate", () => {
  it("looks beside the model, in tokenizer_config.json and in GGUF metadata", () => {
    const ggufMetadata = { "tokenizer.chat_template": "gguf" };
    expect(findChatTemplate({ file: "file", tokenizerConfig: { chat_template: "config" } })).toBe("file");
    expect(findChatTemplate({ tokenizerConfig: { chat_template: "config" }, ggufMetadata })).toBe("config");
    expect(findChatTemplate({ ggufMetadata })).toBe("gguf");
    expect(findChatTemplate({ tokenizerConfig: {} })).toBeNull();
  });

  it("takes the default of several named ones", () => {
    const named = [
      { name: "tool_use", template: "t" },
      { name: "default", template: "d" },
    ];
    expect(findChatTemplate({ tokenizerConfig: { chat_template: named } })).toBe("d");
    expect(findChatTemplate({ tokenizerConfig: { chat_template: named.slice(0, 1) } })).toBe("t");
    expect(findChatTemplate({ tokenizerConfig: { chat_template: { default: "d", rag: "r" } } })).toBe("d");
    expect(findChatTemplate({ tokenizerConfig: { chat_template: [] } })).toBeNull();
  });
});

describe("encodeChat", () => {
  it("puts BOS in front once, whether or not the template wrote it", async () => {
    const bytes = writeGguf({
      metadata: {
        "tokenizer.ggml.model": { kind: "string", value: "llama" },
        "tokenizer.ggml.tokens": { kind: "strings", value: ["<unk>", "<s>", "</s>", "\u2581", "a"] },
        "tokenizer.ggml.scores": { kind: "float32s", value: [0, 0, 0, -1, -2] },
        "tokenizer.ggml.token_type": { kind: "int32s", value: [2, 3, 3, 1, 1] },
      },
    });
    const tokenizer = fromGgufVocabulary(await readGguf(memorySource(bytes, "v.gguf")));
    if (!tokenizer) throw new Error("no vocabulary");
    expect(specialText(tokenizer, tokenizer.bosId)).toBe("<s>");
    expect(specialText(tokenizer, null)).toBe("");
    expect(encodeChat(tokenizer, "<s>a</s>")).toEqual([1, 3, 4, 2]);
    expect(encodeChat(tokenizer, "a</s>")).toEqual([1, 3, 4, 2]);
  });
});
