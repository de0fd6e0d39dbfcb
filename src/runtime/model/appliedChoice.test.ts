/** Which level a file really opens at. */
import { describe, expect, it } from "vitest";
import { memorySource } from "../files/byteSource";
import { openModelFiles } from "../files/modelFiles";
import { choiceFor, describeModel } from "../openModel";
import { syntheticGpt2 } from "../testing/syntheticModel";
import { matricesInQ8, randomModel, type TinyFileOptions, tinyGguf } from "../testing/tinyModel";

const MODEL = randomModel(3);
const CHOICES = ["stored", "f32", "q8_0", "q4_0", "q4_0+head8"] as const;

async function applied(tensors?: TinyFileOptions["tensors"]) {
  const files = await openModelFiles([memorySource(tinyGguf(MODEL, { tensors }), "tiny.gguf")]);
  return CHOICES.map((choice) => choiceFor(describeModel(files), choice));
}

describe("the level that is applied", () => {
  it("is the one asked for where all matrices are in full precision", async () => {
    expect(await applied()).toEqual(CHOICES);
  });

  it("is as stored for a quantized file, also at its own format", async () => {
    expect(await applied(matricesInQ8())).toEqual(CHOICES.map(() => "stored"));
  });

  it("is as stored when one matrix alone is quantized", async () => {
    for (const name of ["token_embd.weight", "blk.1.ffn_down.weight", "output.weight"]) {
      expect(await applied(matricesInQ8((tensor) => tensor === name))).toEqual(CHOICES.map(() => "stored"));
    }
  });

  it("looks at transposed matrices and fused ones too", async () => {
    const files = await openModelFiles(syntheticGpt2().files);
    expect(CHOICES.map((choice) => choiceFor(describeModel(files), choice))).toEqual(CHOICES);
  });
});
