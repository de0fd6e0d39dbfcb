import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ByteSource, memorySource } from "../files/byteSource";
import { openModelFiles } from "../files/modelFiles";
import type { SourcedTensor } from "../files/safetensors";
import type { Gpu } from "../gpu/device";
import { floatToBrainFloat, floatToHalf } from "../model/half";
import { toFloats } from "../model/readRows";
import { openModel } from "../openModel";
import { greedyIds } from "../testing/greedyIds";
import { openTestGpu } from "../testing/kernelHarness";
import { type LoraSpec, loraFiles, type WrittenLora } from "../testing/loraFiles";
import { safetensorsFile } from "../testing/safetensorsWriter";
import { syntheticGpt2, syntheticLlama } from "../testing/syntheticModel";
import { talkingModel } from "../testing/talkingModel";
import { tinyFolder, tinyGguf } from "../testing/tinyModel";
import { withLora } from "./withLora";

const LAYER = "model.layers.1";
const MODULES = { [`${LAYER}.self_attn.v_proj`]: [32, 64], [`${LAYER}.mlp.down_proj`]: [64, 96] } as const;

function sources({ config, weights }: Pick<WrittenLora, "config" | "weights">, folder = "poet/"): ByteSource[] {
  return [
    memorySource(config, `${folder}adapter_config.json`),
    memorySource(weights, `${folder}adapter_model.safetensors`),
  ];
}

function merge(model: { files: readonly ByteSource[] }, spec: LoraSpec) {
  return openModelFiles(model.files).then((files) => withLora(files, sources(loraFiles(spec))));
}

/** W + scale B A in f64, [out, in]. */
function reference(
  w: Float32Array,
  [out, inputs]: readonly [number, number],
  r: number,
  scale: number,
  lora: { a: Float32Array; b: Float32Array },
): Float64Array {
  return Float64Array.from({ length: out * inputs }, (_, at) => {
    const [o, i] = [Math.floor(at / inputs), at % inputs];
    let sum = w[at] as number;
    for (let k = 0; k < r; k++) sum += scale * (lora.b[o * r + k] as number) * (lora.a[k * inputs + i] as number);
    return sum;
  });
}

async function read({ source, start, sizeBytes }: SourcedTensor): Promise<Uint8Array> {
  return source.read(start, sizeBytes);
}

describe("an adapter in a model's weights", () => {
  it.each([
    ["alpha / r", {}, 8 / 4],
    ["alpha / sqrt(r)", { use_rslora: true }, 8 / Math.sqrt(4)],
  ] as const)("is W + scale B A, scale %s, rounded once", async (_, config, scale) => {
    const model = syntheticLlama();
    const lora = loraFiles({ modules: MODULES, config });
    const files = await withLora(await openModelFiles(model.files), sources(lora));
    expect(files.name).toMatch(/ \+ poet$/);
    for (const [name, shape] of Object.entries(MODULES)) {
      const wanted = reference(
        model.arrays.get(`${name}.weight`) as Float32Array,
        shape,
        4,
        scale,
        lora.factors.get(name) as never,
      );
      const merged = toFloats(await read(files.tensors.get(`${name}.weight`) as SourcedTensor), "f32");
      expect(merged).toEqual(Float32Array.from(wanted));
    }
    const others = [...files.tensors.values()].filter(({ name }) => !(name.replace(/\.weight$/, "") in MODULES));
    for (const tensor of others.slice(0, 4)) {
      expect(toFloats(await read(tensor), "f32")).toEqual(model.arrays.get(tensor.name));
    }
  });

  it.each(["f16", "bf16"] as const)("keeps a model's own type: %s, and so do A and B", async (format) => {
    const [name, shape] = ["model.layers.0.mlp.up_proj", [96, 64]] as const;
    const encode = format === "f16" ? floatToHalf : floatToBrainFloat;
    const values = Float32Array.from({ length: 96 * 64 }, (_, i) => Math.round(Math.sin(i) * 64) / 128);
    const data = new Uint8Array(Uint16Array.from(values, encode).buffer);
    const weights = safetensorsFile({ [`${name}.weight`]: { dtype: format.toUpperCase(), shape, data } });
    const config = new TextEncoder().encode("{}");
    const lora = loraFiles({ modules: { [name]: shape }, format });
    const files = await withLora(
      await openModelFiles([memorySource(config, "config.json"), memorySource(weights, "model.safetensors")]),
      sources(lora),
    );
    const tensor = files.tensors.get(`${name}.weight`) as SourcedTensor;
    expect(tensor).toMatchObject({ type: format.toUpperCase(), sizeBytes: 2 * 96 * 64 });
    const wanted = reference(values, shape, 4, 2, lora.factors.get(name) as never);
    expect(new Uint16Array((await read(tensor)).slice().buffer)).toEqual(Uint16Array.from(wanted, encode));
  });

  it("is the same whatever is read at a time", async () => {
    const files = await merge(syntheticLlama(), { modules: MODULES });
    const tensor = files.tensors.get(`${LAYER}.mlp.down_proj.weight`) as SourcedTensor;
    const whole = await read(tensor);
    for (const [start, length] of [
      [0, 4],
      [380, 12],
      [383, 1],
      [64 * 96 * 4 - 5, 5],
      [1000, 3000],
    ] as const) {
      expect(await tensor.source.read(start, length)).toEqual(whole.slice(start, start + length));
    }
  });

  it("is turned where W lies [in, out]", async () => {
    const model = syntheticGpt2();
    const name = "transformer.h.0.mlp.c_fc";
    const lora = loraFiles({ modules: { [name]: [160, 40] }, config: { fan_in_fan_out: true } });
    const files = await withLora(await openModelFiles(model.files), sources(lora));
    const stored = [...files.tensors.values()].find((tensor) =>
      tensor.name.endsWith("h.0.mlp.c_fc.weight"),
    ) as SourcedTensor;
    const w = model.arrays.get(stored.name) as Float32Array;
    const turned = Float32Array.from(
      { length: w.length },
      (_, at) => w[(at % 40) * 160 + Math.floor(at / 40)] as number,
    );
    const wanted = reference(turned, [160, 40], 4, 2, lora.factors.get(name) as never);
    const merged = toFloats(await read(stored), "f32");
    expect(merged).toEqual(
      Float32Array.from({ length: w.length }, (_, at) => wanted[(at % 160) * 40 + Math.floor(at / 160)] as number),
    );
  });
});

describe("a model with an adapter", () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openTestGpu();
  });
  afterAll(() => expect(gpu.allocatedBytes).toBe(0));

  it.each(["stored", "q8_0"] as const)("computes what one that was merged before does, %s", async (level) => {
    const shape = { vocab_size: 300 };
    const lora = loraFiles({ modules: MODULES, size: 0.2 });
    const merged = syntheticLlama(shape, (tensor, values) => {
      const name = tensor.replace(/\.weight$/, "") as keyof typeof MODULES;
      const factors = lora.factors.get(name);
      if (factors !== undefined) values.set(reference(values, MODULES[name], 4, 2, factors));
    });
    const options = { level, variant: "auto" } as const;
    const wanted = await greedyIds(await openModel(gpu, await openModelFiles(merged.files), options));
    const plain = await openModelFiles(syntheticLlama(shape).files);
    expect(await greedyIds(await openModel(gpu, await withLora(plain, sources(lora)), options))).toEqual(wanted);
    expect(await greedyIds(await openModel(gpu, plain, options))).not.toEqual(wanted);
  });
});

describe("an adapter that is not merged", () => {
  const refused = (spec: LoraSpec, model = syntheticLlama()) => expect(merge(model, spec)).rejects;

  it.each([
    ["peft_type", "IA3"],
    ["bias", "all"],
    ["use_dora", true],
    ["lora_bias", true],
    ["modules_to_save", ["lm_head"]],
    ["rank_pattern", { q_proj: 8 }],
    ["alpha_pattern", { q_proj: 8 }],
    ["layer_replication", [[0, 2]]],
    ["init_lora_weights", "pissa_niter_4"],
  ])("is refused by its option: %s %j", async (option, value) => {
    await refused({ modules: MODULES, config: { [option]: value } }).toMatchObject({
      name: "UnsupportedModelError",
      message: expect.stringContaining(`${option} ${JSON.stringify(value)}`),
    });
  });

  it("takes options that are off for what they are", async () => {
    const off = {
      use_dora: false,
      modules_to_save: null,
      rank_pattern: {},
      layer_replication: null,
      init_lora_weights: true,
    };
    await expect(merge(syntheticLlama(), { modules: MODULES, config: off })).resolves.toBeDefined();
  });

  it("names modules and shapes that do not fit", async () => {
    const name = `${LAYER}.mlp.down_proj`;
    await refused({ modules: { [name]: [64, 64] } }).toMatchObject({
      name: "TensorMismatchError",
      message: expect.stringMatching(
        /"model\.layers\.1\.mlp\.down_proj" has shape \[64,64\], the model's tensor \[64,96\]/,
      ),
    });
    await refused({ modules: { "model.layers.7.mlp.down_proj": [64, 96] } }).toThrow(
      'changes "model.layers.7.mlp.down_proj"',
    );
    await refused({ modules: MODULES, config: { r: 8 } }).toThrow(/has shape \[4,64\], which is no matrix of rank 8/);
    await refused({ modules: MODULES, config: { target_modules: ["v_proj", "gate_proj"] } }).toThrow(
      'targets "gate_proj"',
    );
    await refused({ modules: MODULES, config: { lora_alpha: "much" } }).toThrow('lora_alpha "much"');
    await refused({ modules: MODULES, config: { fan_in_fan_out: true } }).toThrow(/belongs to another model/);
  });

  it("names what is missing, and what else is in the file", async () => {
    const files = await openModelFiles(syntheticLlama().files);
    const lora = loraFiles({ modules: MODULES });
    const with_ = (name: string) => {
      const data = new Uint8Array(4 * 4 * 64);
      return withLora(
        files,
        sources({ ...lora, weights: safetensorsFile({ [name]: { dtype: "F32", shape: [4, 64], data } }) }),
      );
    };
    await expect(with_("base_model.model.model.embed_tokens.lora_embedding_A")).rejects.toThrow("lora_embedding_A");
    await expect(with_("base_model.model.model.layers.0.self_attn.v_proj.lora_A.weight")).rejects.toThrow(
      'no lora_B for "model.layers.0.self_attn.v_proj"',
    );
    for (const [left, missing] of [
      [0, "adapter_model.safetensors"],
      [1, "adapter_config.json"],
    ] as const) {
      await expect(withLora(files, [sources(lora)[left] as ByteSource])).rejects.toThrow(`${missing} is missing`);
    }
  });

  it("does not go into GGUF files, nor into quantized weights", async () => {
    const lora = sources(loraFiles({ modules: MODULES }));
    const gguf = await openModelFiles([memorySource(tinyGguf(talkingModel()), "talking.gguf")]);
    await expect(withLora(gguf, lora)).rejects.toThrow("talking is a GGUF file");
    const folder = [...tinyFolder(talkingModel())].map(([name, bytes]) => memorySource(bytes, `talking/${name}`));
    const plain = await openModelFiles(folder);
    const tensors = new Map([...plain.tensors].map(([name, tensor]) => [name, { ...tensor, type: "Q4_0" }]));
    const name = [...tensors.keys()].find((key) => key.endsWith("down_proj.weight"))?.replace(/\.weight$/, "") ?? "";
    const shape = plain.tensors.get(`${name}.weight`)?.shape as unknown as readonly [number, number];
    await expect(withLora({ ...plain, tensors }, sources(loraFiles({ modules: { [name]: shape } })))).rejects.toThrow(
      /is quantized already/,
    );
  });
});
