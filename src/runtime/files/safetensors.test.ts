import { describe, expect, it } from "vitest";
import { safetensorsFile } from "../testing/safetensorsWriter";
import { memorySource } from "./byteSource";
import { readSafetensors } from "./safetensors";

const SOUND = safetensorsFile({
  a: { dtype: "F32", shape: [2, 3], data: new Uint8Array(24).fill(1) },
  b: { dtype: "BF16", shape: [5], data: new Uint8Array(10).fill(2) },
  scalar: { dtype: "I64", shape: [], data: new Uint8Array(8).fill(3) },
});

const read = (...files: Uint8Array[]) =>
  readSafetensors(files.map((bytes, index) => memorySource(bytes, `part-${index}.safetensors`)));

function withHeader(header: unknown, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const refused = (header: unknown, dataBytes: number, what: RegExp) =>
  expect(read(withHeader(header, dataBytes))).rejects.toMatchObject({
    name: "InvalidFileError",
    message: expect.stringMatching(what),
  });

describe("readSafetensors", () => {
  it("places tensors of one file and of several", async () => {
    const tensors = await read(SOUND, safetensorsFile({ c: { dtype: "F16", shape: [1], data: new Uint8Array(2) } }));
    expect([...tensors.keys()]).toEqual(["a", "b", "scalar", "c"]);
    expect(tensors.get("a")).toMatchObject({ shape: [2, 3], type: "F32", sizeBytes: 24 });
    const b = tensors.get("b");
    expect([...((await b?.source.read(b.start, b.sizeBytes)) ?? [])]).toEqual(new Array(10).fill(2));
    expect(tensors.get("c")?.source.name).toBe("part-1.safetensors");
  });

  it("refuses a tensor that two files hold", async () => {
    await expect(read(SOUND, SOUND)).rejects.toThrowError(/"a" is in both part-0.safetensors and part-1/);
  });

  it("refuses header lengths that the file cannot hold", async () => {
    const bytes = SOUND.slice();
    for (const length of [0n, 1n, BigInt(SOUND.length - 7), 2n ** 63n, 2n ** 64n - 1n]) {
      new DataView(bytes.buffer).setBigUint64(0, length, true);
      await expect(read(bytes)).rejects.toMatchObject({ name: "InvalidFileError" });
    }
  });

  it("refuses headers that contradict themselves or the file", async () => {
    await refused("{]", 0, /JSON cannot be read/);
    await refused("[]", 0, /not an object/);
    await refused({ w: null }, 4, /"w" has no description/);
    await refused({ w: { dtype: "F4", shape: [1], data_offsets: [0, 4] } }, 4, /unknown type "F4"/);
    await refused({ w: { dtype: "F32", shape: [-1], data_offsets: [0, 4] } }, 4, /impossible shape/);
    await refused({ w: { dtype: "F32", shape: [1.5], data_offsets: [0, 6] } }, 8, /impossible shape/);
    await refused({ w: { dtype: "F32", shape: [1], data_offsets: [4, 0] } }, 4, /described as 4 bytes/);
    await refused({ w: { dtype: "F32", shape: [2], data_offsets: [0, 4] } }, 8, /described as 8 bytes/);
    await refused({ w: { dtype: "F32", shape: [2], data_offsets: [0, 8] } }, 4, /truncated/);
    await refused({ w: { dtype: "F32", shape: [2 ** 40, 2 ** 40], data_offsets: [0, 8] } }, 8, /described as/);
    await refused(
      { v: { dtype: "U8", shape: [4], data_offsets: [0, 4] }, w: { dtype: "U8", shape: [4], data_offsets: [3, 7] } },
      8,
      /"w" begins inside tensor "v"/,
    );
  });

  it("refuses every truncation", async () => {
    for (let length = 0; length < SOUND.length; length++) {
      await expect(read(SOUND.slice(0, length))).rejects.toMatchObject({ name: "InvalidFileError" });
    }
  });

  it("reads or refuses random damage, by name", async () => {
    let state = 7;
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    for (let round = 0; round < 1000; round++) {
      const bytes = SOUND.slice();
      for (let change = 0; change <= random(3); change++) bytes[random(bytes.length)] = random(256);
      const name = await read(bytes).then(
        () => "read",
        (error: unknown) => (error instanceof Error ? error.name : String(error)),
      );
      expect(["read", "InvalidFileError"]).toContain(name);
    }
  });
});
