import { describe, expect, it } from "vitest";
import { writeGguf } from "../testing/ggufWriter";
import { safetensorsFile } from "../testing/safetensorsWriter";
import { type ByteSource, memorySource } from "./byteSource";
import { openModelFiles, openModelUrl } from "./modelFiles";

const text = (value: unknown) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
const shard = (name: string) => safetensorsFile({ [name]: { dtype: "F32", shape: [1], data: new Uint8Array(4) } });

const FOLDER: Readonly<Record<string, Uint8Array>> = {
  "config.json": text({ model_type: "llama" }),
  "model.safetensors": shard("w"),
  "tokenizer.json": text({ model: { type: "BPE" } }),
  "tokenizer_config.json": text({ bos_token: "<s>" }),
  "generation_config.json": text({ eos_token_id: 2 }),
  "chat_template.jinja": text("{{ messages }}"),
};
const SHARDED: Readonly<Record<string, Uint8Array>> = {
  "config.json": text({ model_type: "llama" }),
  "model-1.safetensors": shard("v"),
  "model-2.safetensors": shard("w"),
  "model.safetensors.index.json": text({ weight_map: { v: "model-1.safetensors", w: "model-2.safetensors" } }),
};

const sources = (files: Readonly<Record<string, Uint8Array>>, folder = ""): ByteSource[] =>
  Object.entries(files).map(([name, bytes]) => memorySource(bytes, folder + name));
const without = (files: Readonly<Record<string, Uint8Array>>, name: string) =>
  Object.fromEntries(Object.entries(files).filter(([key]) => key !== name));
const refused = (files: readonly ByteSource[], what: RegExp) =>
  expect(openModelFiles(files)).rejects.toMatchObject({
    name: "InvalidFileError",
    message: expect.stringMatching(what),
  });

describe("openModelFiles", () => {
  it("knows a GGUF file by its first bytes, not its name", async () => {
    const model = await openModelFiles([memorySource(writeGguf({}), "folder/tiny.bin")]);
    expect(model).toMatchObject({ kind: "gguf", name: "tiny.bin" });
    await refused([memorySource(text("nothing of the kind"), "tiny.gguf")], /tiny\.gguf is not a GGUF file/);
  });

  it("opens a Hugging Face folder with and without its side files", async () => {
    const readme = memorySource(text("# hi"), "models/tiny/README.md");
    const model = await openModelFiles([...sources(FOLDER, "models/tiny/"), readme]);
    expect(model).toMatchObject({
      kind: "huggingface",
      name: "tiny",
      config: { model_type: "llama" },
      tokenizerConfig: { bos_token: "<s>" },
      generationConfig: { eos_token_id: 2 },
      chatTemplate: "{{ messages }}",
    });
    const bare = await openModelFiles(sources({ "config.json": text({}), "weights.safetensors": shard("w") }));
    expect(bare).toMatchObject({ kind: "huggingface", name: "model", tokenizerJson: undefined });
  });

  it("opens shards by their index", async () => {
    const model = await openModelFiles(sources(SHARDED));
    expect(model.kind === "huggingface" && [...model.tensors.keys()]).toEqual(["v", "w"]);
    await refused(sources(without(SHARDED, "model-2.safetensors")), /model-2\.safetensors is missing/);
    const swapped = text({ weight_map: { w: "model-1.safetensors", v: "model-2.safetensors" } });
    await refused(sources({ ...SHARDED, "model.safetensors.index.json": swapped }), /holds tensor "w", but/);
    const more = text({ weight_map: { u: "model-1.safetensors" } });
    await refused(sources({ ...SHARDED, "model.safetensors.index.json": more }), /tensor "u", but it does not/);
    await refused(sources({ ...SHARDED, "model.safetensors.index.json": text({}) }), /no usable weight_map/);
  });

  it("says what is missing, strange or damaged", async () => {
    await refused([], /No files/);
    await refused(sources(without(FOLDER, "config.json"), "tiny/"), /config\.json is missing in tiny/);
    await refused(sources(without(FOLDER, "model.safetensors")), /no \*\.safetensors file/);
    await refused([memorySource(text("hi"), "notes.txt")], /notes\.txt is not a model file/);
    await refused([...sources(FOLDER), memorySource(text("hi"), "notes.txt")], /notes\.txt is not a model file/);
    await refused(sources({ ...FOLDER, "tokenizer.json": text("{oops") }), /tokenizer\.json is damaged/);
    await refused([...sources(FOLDER, "a/"), ...sources(FOLDER, "b/")], /two models/);
    const gguf = writeGguf({});
    await refused([memorySource(gguf, "a.gguf"), memorySource(gguf, "b.gguf")], /a\.gguf and b\.gguf/);
  });
});

describe("openModelUrl", () => {
  const serve = (files: Readonly<Record<string, Uint8Array>>) => async (url: string) => {
    const bytes = files[url.replace("https://host/m/", "")];
    return bytes ? new Response(bytes.slice()) : new Response("", { status: 404 });
  };

  it("opens a file and both kinds of folder", async () => {
    const gguf = await openModelUrl("https://host/m/tiny.gguf", { fetch: serve({ "tiny.gguf": writeGguf({}) }) });
    expect(gguf).toMatchObject({ kind: "gguf", name: "tiny" });
    for (const files of [FOLDER, SHARDED]) {
      const model = await openModelUrl("https://host/m/", { fetch: serve(files) });
      expect(model).toMatchObject({ kind: "huggingface", name: "m" });
      expect(model.kind === "huggingface" && model.tensors.has("w")).toBe(true);
    }
  });

  it("says what the folder lacks, and what could not be fetched", async () => {
    await expect(openModelUrl("https://host/m/", { fetch: serve({}) })).rejects.toMatchObject({
      name: "InvalidFileError",
      message: expect.stringContaining("config.json is missing"),
    });
    await expect(openModelUrl("https://host/m/x.gguf", { fetch: serve({}) })).rejects.toMatchObject({
      name: "DownloadError",
    });
    const broken = async () => new Response("", { status: 500 });
    await expect(openModelUrl("https://host/m/", { fetch: broken })).rejects.toMatchObject({ name: "DownloadError" });
  });
});
