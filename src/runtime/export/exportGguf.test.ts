/** What is written is read again, by the reader that people's own files go through, and computes the same. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Level } from "../../shared/quant";
import { memorySource } from "../files/byteSource";
import { openModelFiles } from "../files/modelFiles";
import type { Gpu } from "../gpu/device";
import { openModel } from "../openModel";
import { greedyIds } from "../testing/greedyIds";
import { openTestGpu } from "../testing/kernelHarness";
import { syntheticGpt2 } from "../testing/syntheticModel";
import { talkingModel } from "../testing/talkingModel";
import { randomModel, tinyFolder, tinyGguf } from "../testing/tinyModel";
import { exportGguf } from "./exportGguf";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

const folder = (model = randomModel(7)) =>
  openModelFiles([...tinyFolder(model)].map(([name, bytes]) => memorySource(bytes, name)));
const file = (model = randomModel(7)) => openModelFiles([memorySource(tinyGguf(model), "tiny.gguf")]);

type Files = Awaited<ReturnType<typeof folder>>;

async function written(files: Files, level: Level, recipe: "" | "head8" = ""): Promise<Uint8Array> {
  const { sizeBytes, bytes } = await exportGguf(files, { level, recipe });
  const parts: Uint8Array[] = [];
  for await (const part of bytes()) parts.push(part);
  const all = Buffer.concat(parts);
  expect(all.length).toBe(sizeBytes);
  return new Uint8Array(all);
}

const reopened = async (bytes: Uint8Array) => openModelFiles([memorySource(bytes, "saved.gguf")]);

describe("saving as GGUF", { timeout: 240_000 }, () => {
  it.each(["stored", "q8_0", "q4_0"] as const)("a Hugging Face folder at %s answers as it does here", async (level) => {
    const files = await folder();
    const again = await reopened(await written(files, level));
    const wanted = await greedyIds(await openModel(gpu, files, { level, variant: "auto" }));
    expect(await greedyIds(await openModel(gpu, again, { level: "stored", variant: "auto" }))).toEqual(wanted);
  });

  it("a GGUF file keeps its metadata, and its matrices take the level", async () => {
    const files = await file();
    if (files.kind !== "gguf") throw new Error("not GGUF");
    const again = await reopened(await written(files, "q4_0", "head8"));
    if (again.kind !== "gguf") throw new Error("not GGUF");
    expect(again.file.metadata).toEqual({ ...files.file.metadata, "general.quantization_version": 2 });
    expect([...again.tensors.keys()]).toEqual([...files.tensors.keys()]);
    const typeOf = (name: string) => again.tensors.get(name)?.type;
    expect(typeOf("token_embd.weight")).toBe("Q8_0");
    expect(typeOf("blk.0.attn_q.weight")).toBe("Q4_0");
    expect(typeOf("blk.0.attn_norm.weight")).toBe("F32");
    const wanted = await greedyIds(await openModel(gpu, files, { level: "q4_0", recipe: "head8", variant: "auto" }));
    expect(await greedyIds(await openModel(gpu, again, { level: "stored", variant: "auto" }))).toEqual(wanted);
  });

  it("the vocabulary reads texts as before", async () => {
    const files = await folder(talkingModel());
    const before = await openModel(gpu, files, { level: "stored", variant: "auto" });
    const after = await openModel(gpu, await reopened(await written(files, "q8_0")), {
      level: "stored",
      variant: "auto",
    });
    for (const text of ["cats and rain, tea!", " two  three\n\nfour 1234 don't", "<|user|>café 🐱</s>"]) {
      for (const parseSpecial of [true, false]) {
        const options = { addSpecial: true, parseSpecial };
        expect(after.tokenizer?.encode(text, options)).toEqual(before.tokenizer?.encode(text, options));
      }
    }
    expect(after.tokenizer?.endIds).toEqual(before.tokenizer?.endIds);
    expect(after.chatTemplate).toBe(before.chatTemplate);
    before.model.destroy();
    after.model.destroy();
  });

  it("refuses by name what it cannot write", async () => {
    const gpt2 = await openModelFiles(syntheticGpt2().files);
    await expect(exportGguf(gpt2, { level: "q4_0", recipe: "" })).rejects.toMatchObject({
      name: "UnsupportedModelError",
      message: expect.stringContaining('"gpt2"'),
    });
  });
});
