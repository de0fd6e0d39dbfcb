import { describe, expect, it } from "vitest";
import { ERROR_NAMES } from "../../shared/errors";
import { type GgufContent, type WrittenValue, writeGguf } from "../testing/ggufWriter";
import { memorySource } from "./byteSource";
import { readGguf } from "./gguf";

const F32 = 0;
const Q8_0 = 8;
const Q4_K = 12;

const METADATA: Readonly<Record<string, WrittenValue>> = {
  "general.architecture": { kind: "string", value: "llama" },
  "llama.block_count": { kind: "uint32", value: 2 },
  "llama.rope.freq_base": { kind: "float32", value: 10000 },
  "general.parameter_count": { kind: "uint64", value: 5 },
  "tokenizer.ggml.add_bos_token": { kind: "bool", value: true },
  "tokenizer.ggml.tokens": { kind: "strings", value: ["<s>", "a", "b"] },
  "tokenizer.ggml.scores": { kind: "float32s", value: [0, -1, -2.5] },
  "tokenizer.ggml.token_type": { kind: "int32s", value: [3, 1, 1] },
};

const SOUND: GgufContent = {
  metadata: METADATA,
  tensors: [
    { name: "token_embd.weight", shape: [3, 32], type: Q8_0, data: new Uint8Array(3 * 34).fill(1) },
    { name: "output_norm.weight", shape: [5], type: F32, data: new Uint8Array(20).fill(2) },
  ],
};

const read = (bytes: Uint8Array) => readGguf(memorySource(bytes, "tiny.gguf"));

async function refusal(bytes: Uint8Array): Promise<string> {
  const error = await read(bytes).then(
    () => new Error("nothing was refused"),
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: "InvalidFileError" });
  return error instanceof Error ? error.message : "";
}

describe("readGguf", () => {
  it("reads metadata and places tensors", async () => {
    const bytes = writeGguf(SOUND);
    const file = await read(bytes);
    expect(file.version).toBe(3);
    expect({ ...file.metadata }).toEqual({
      "general.architecture": "llama",
      "llama.block_count": 2,
      "llama.rope.freq_base": 10000,
      "general.parameter_count": 5,
      "tokenizer.ggml.add_bos_token": true,
      "tokenizer.ggml.tokens": ["<s>", "a", "b"],
      "tokenizer.ggml.scores": [0, -1, -2.5],
      "tokenizer.ggml.token_type": [3, 1, 1],
    });
    const embedding = file.tensors.get("token_embd.weight");
    const norm = file.tensors.get("output_norm.weight");
    expect(embedding).toMatchObject({ shape: [3, 32], type: "Q8_0", sizeBytes: 102 });
    expect(norm).toMatchObject({ shape: [5], type: "F32", sizeBytes: 20 });
    expect(bytes[embedding?.start ?? 0]).toBe(1);
    expect(bytes[norm?.start ?? 0]).toBe(2);
    expect((norm?.start ?? 0) % 32).toBe(0);
  });

  it("respects general.alignment", async () => {
    const bytes = writeGguf({ ...SOUND, alignment: 256 });
    const norm = (await read(bytes)).tensors.get("output_norm.weight");
    expect((norm?.start ?? 1) % 256).toBe(0);
    expect(bytes[norm?.start ?? 0]).toBe(2);
  });

  it("knows the size of types that are not computed", async () => {
    const data = new Uint8Array(144);
    const file = await read(writeGguf({ tensors: [{ name: "w", shape: [1, 256], type: Q4_K, data }] }));
    expect(file.tensors.get("w")).toMatchObject({ type: "Q4_K", sizeBytes: 144 });
  });

  it("keeps U+FEFF and the bytes of tokens that are not UTF-8", async () => {
    const odd = Uint8Array.of(0xe2, 0x96);
    const tokens = { kind: "strings", value: ["\uFEFF", "\uFEFFa", odd, "a", "\uFFFD"] } as const;
    const file = await read(writeGguf({ metadata: { "tokenizer.ggml.tokens": tokens } }));
    expect(file.metadata["tokenizer.ggml.tokens"]).toEqual(["\uFEFF", "\uFEFFa", "\uFFFD", "a", "\uFFFD"]);
    expect(file.rawTokens).toEqual(new Map([[2, odd]]));
  });

  it("reads a header longer than a chunk of the library, with strings across its end", async () => {
    // 2 MB is the library's chunk; tokens of 1305 bytes put one across each end, the last one too.
    const value = Array.from({ length: 3066 }, (_, index) => `\uFEFF${String(index).padStart(1294, "0")}`);
    const file = await read(writeGguf({ metadata: { "tokenizer.ggml.tokens": { kind: "strings", value } } }));
    expect(file.metadata["tokenizer.ggml.tokens"]).toEqual(value);
  });

  it("reads a header that ends just before a chunk does, with nothing after it", async () => {
    const value = "x".repeat(1_999_900);
    const file = await read(writeGguf({ metadata: { text: { kind: "string", value } } }));
    expect(file.metadata.text).toBe(value);
  });
});

describe("readGguf refuses", () => {
  it("what is not GGUF", async () => {
    expect(await refusal(new TextEncoder().encode("hello, I am a text file"))).toContain("not a GGUF file");
    expect(await refusal(new Uint8Array(0))).toContain("not a GGUF file");
  });

  it("versions it does not know, and big-endian files", async () => {
    expect(await refusal(writeGguf({ ...SOUND, version: 1 }))).toContain("version 1");
    expect(await refusal(writeGguf({ ...SOUND, version: 77 }))).toContain("version 77");
    expect(await refusal(writeGguf({ ...SOUND, version: 0x03000000 }))).toContain("big-endian");
  });

  it("counts that the file cannot hold, at once", async () => {
    const message = await refusal(writeGguf({ claimedTensors: 9_000_000n }).slice(0, 32));
    expect(message).toContain("9000000 tensors");
    await refusal(writeGguf({ claimedEntries: 2n ** 63n }));
    await refusal(writeGguf({ ...SOUND, claimedTensors: 5n }));
    await refusal(writeGguf({ ...SOUND, claimedEntries: 20n }));
  });

  it("more tensors than any model has, and arrays of arrays, which cost far more than their bytes", async () => {
    const large = new Uint8Array(3_000_000);
    large.set(writeGguf({ claimedTensors: 110_000n }));
    expect(await refusal(large)).toContain("110000 tensors");
    const nested = writeGguf({ metadata: { list: { kind: "int32s", value: [0, 0, 0] } } });
    // magic, version, counts (24), key (8 + 4), value type (4): the element type.
    new DataView(nested.buffer).setUint32(24 + 12 + 4, 9, true);
    expect(await refusal(nested)).toContain("array of arrays");
    new DataView(nested.buffer).setUint32(24 + 12 + 4, 77, true);
    expect(await refusal(nested)).toContain("unknown type 77");
  });

  it("metadata without a name or with the same name twice", async () => {
    const value = { kind: "uint32", value: 1 } as const;
    expect(await refusal(writeGguf({ metadata: { "": value } }))).toContain("has no name");
    const twice = writeGguf({ metadata: { ab: value, ac: value } });
    twice[24 + 18 + 8 + 1] = "b".charCodeAt(0);
    expect(await refusal(twice)).toContain("is there twice");
  });

  it("array and string lengths past the end", async () => {
    const bytes = writeGguf({ metadata: { list: { kind: "int32s", value: [1, 2, 3] } } });
    const view = new DataView(bytes.buffer);
    // magic, version, counts (24), key (8 + 4), value type and element type (8): the array's length.
    const at = 24 + 12 + 8;
    expect(view.getBigUint64(at, true)).toBe(3n);
    for (const length of [4n, 900_000n, 10n ** 12n, 2n ** 64n - 1n]) {
      view.setBigUint64(at, length, true);
      await refusal(bytes);
    }
  });

  it("tensors outside the file, misplaced, overlapping, or of impossible shape", async () => {
    const tensor = { name: "w", shape: [8], type: F32, data: new Uint8Array(32) };
    const one = (change: object) => writeGguf({ tensors: [{ ...tensor, ...change }] });
    expect(await refusal(one({ offset: 64 }))).toMatch(/tensor "w" needs bytes \d+ to \d+, but the file ends at \d+/);
    expect(await refusal(one({ offset: 4 }))).toContain("alignment 32");
    expect(await refusal(one({ shape: [9] }))).toContain('"w" needs bytes');
    expect(await refusal(one({ shape: [2 ** 31, 2 ** 31] }))).toContain("impossible shape");
    expect(await refusal(one({ shape: [0] }))).toContain("impossible shape");
    expect(await refusal(one({ shape: [1, 1, 1, 1, 8] }))).toContain("5 dimensions");
    expect(await refusal(one({ type: Q8_0 }))).toContain("multiple of the 32");
    expect(await refusal(one({ type: 4 }))).toContain("unknown type number 4");
    expect(await refusal(one({ name: "" }))).toContain("no name");
    expect(await refusal(writeGguf({ tensors: [tensor, tensor] }))).toContain("described twice");
    expect(await refusal(writeGguf({ tensors: [tensor, { ...tensor, name: "v", offset: 0 }] }))).toContain("inside");
  });

  it("an alignment that is none", async () => {
    for (const value of [0, 7, 2 ** 30]) {
      const metadata: GgufContent["metadata"] = { "general.alignment": { kind: "uint32", value } };
      expect(await refusal(writeGguf({ metadata }))).toMatch(/general\.alignment/);
    }
  });

  it("every truncation", async () => {
    const bytes = writeGguf(SOUND);
    for (let length = 0; length < bytes.length; length++) await refusal(bytes.slice(0, length));
  });

  it("a truncation in a later chunk", async () => {
    const value = Array.from({ length: 4000 }, (_, index) => String(index).padStart(1200, "0"));
    const bytes = writeGguf({ metadata: { "tokenizer.ggml.tokens": { kind: "strings", value } } });
    for (const length of [bytes.length - 1, 4_000_001, 2_000_000, 1_999_999]) await refusal(bytes.slice(0, length));
  });
});

describe("readGguf on random damage", () => {
  it("reads or refuses, by name", async () => {
    const sound = writeGguf(SOUND);
    // xorshift32, seeded: the same damage in every run.
    let state = 0x9e3779b9;
    const random = (below: number) => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) % below;
    };
    for (let round = 0; round < 600; round++) {
      const bytes = sound.slice();
      for (let change = 0; change <= random(4); change++) bytes[random(bytes.length)] = random(3) ? random(256) : 255;
      const name = await read(bytes).then(
        () => null,
        (error: unknown) => (error instanceof Error ? error.name : String(error)),
      );
      if (name !== null) expect(ERROR_NAMES).toContain(name);
    }
  });
});
