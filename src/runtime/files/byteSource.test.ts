import { describe, expect, it } from "vitest";
import { blobSource, checkRange, memorySource, readText } from "./byteSource";

const BYTES = Uint8Array.from({ length: 100 }, (_, index) => index);

describe.each([
  ["memory", memorySource(BYTES, "a.bin")],
  ["blob", blobSource(new Blob([BYTES]), "a.bin")],
])("byte source over %s", (_, source) => {
  it("reads exactly the range asked for", async () => {
    expect(source.sizeBytes).toBe(100);
    expect([...(await source.read(10, 3))]).toEqual([10, 11, 12]);
    expect(await source.read(100, 0)).toHaveLength(0);
  });

  it("refuses a range past the end with the file's name and the numbers", async () => {
    await expect(source.read(90, 11)).rejects.toMatchObject({
      name: "InvalidFileError",
      message: expect.stringMatching(/a\.bin ends at byte 100.*90 to 101/),
    });
    await expect(source.read(-1, 1)).rejects.toMatchObject({ name: "InvalidFileError" });
    await expect(source.read(Number.NaN, 1)).rejects.toMatchObject({ name: "InvalidFileError" });
  });

  it("stops when cancelled", async () => {
    await expect(source.read(0, 1, AbortSignal.abort())).rejects.toMatchObject({ name: "CancelledError" });
  });
});

describe("checkRange", () => {
  it("refuses numbers that no longer are exact", () => {
    expect(() => checkRange("a", 10, 2 ** 60, 1)).toThrowError(/a ends at byte 10/);
  });
});

describe("readText", () => {
  it("refuses what is too large for its kind", async () => {
    await expect(readText(memorySource(BYTES, "a.txt"), 99)).rejects.toMatchObject({ name: "InvalidFileError" });
    expect(await readText(memorySource(new TextEncoder().encode("é"), "a.txt"), 99)).toBe("é");
  });
});
