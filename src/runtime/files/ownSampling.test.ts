import { describe, expect, it } from "vitest";
import { DEFAULT_SAMPLER } from "../../shared/sampling";
import type { GgufModelFiles, HuggingFaceModelFiles, ModelFiles } from "./modelFiles";
import { ownSampling } from "./ownSampling";

function folder(generationConfig?: HuggingFaceModelFiles["generationConfig"]): ModelFiles {
  const nothing = { config: {}, tensors: new Map(), sources: [] };
  return { kind: "huggingface", name: "tiny", ...nothing, ...(generationConfig && { generationConfig }) };
}

function gguf(metadata: GgufModelFiles["file"]["metadata"]): ModelFiles {
  const file = { version: 3, metadata, tensors: new Map(), rawTokens: new Map(), sizeBytes: 0 };
  return { kind: "gguf", name: "tiny", file, tensors: new Map(), sources: [] };
}

describe("how a model's files ask to be sampled", () => {
  it("is nothing where they do not say", () => {
    expect(ownSampling(folder())).toBeNull();
    expect(ownSampling(folder({ bos_token_id: 1, eos_token_id: 2, max_new_tokens: 20 }))).toBeNull();
    expect(ownSampling(gguf({ "general.architecture": "llama" }))).toBeNull();
  });

  it("takes what a folder names, and transformers' defaults for the rest", () => {
    expect(ownSampling(folder({ do_sample: true, temperature: 0.6, top_p: 0.9 }))).toEqual({
      ...{ temperature: 0.6, topK: 50, topP: 0.9, minP: 0, repetitionPenalty: 1, greedy: false },
      ...{ frequencyPenalty: 0, presencePenalty: 0 },
    });
    const all = { do_sample: true, temperature: 0.7, top_k: 20, top_p: 0.8, min_p: 0.1, repetition_penalty: 1.05 };
    expect(ownSampling(folder(all))).toEqual({
      ...{ temperature: 0.7, topK: 20, topP: 0.8, minP: 0.1, repetitionPenalty: 1.05, greedy: false },
      ...{ frequencyPenalty: 0, presencePenalty: 0 },
    });
  });

  it("is greedy where do_sample is false, and where a penalty stands alone", () => {
    expect(ownSampling(folder({ do_sample: false }))).toEqual({ ...DEFAULT_SAMPLER, greedy: true });
    expect(ownSampling(folder({ do_sample: false, temperature: 0.9 }))).toMatchObject({
      temperature: 0.9,
      greedy: true,
    });
    expect(ownSampling(folder({ repetition_penalty: 1.1 }))).toMatchObject({ repetitionPenalty: 1.1, greedy: true });
  });

  it("draws where a temperature is given without do_sample", () => {
    expect(ownSampling(folder({ temperature: 0.9, top_p: 0.6 }))).toMatchObject({
      temperature: 0.9,
      topP: 0.6,
      greedy: false,
    });
  });

  it("reads a GGUF's keys over llama.cpp's defaults, as they were before 32 bits", () => {
    expect(ownSampling(gguf({ "general.sampling.temp": 1, "general.sampling.top_p": Math.fround(0.95) }))).toEqual({
      ...DEFAULT_SAMPLER,
      temperature: 1,
    });
    const keys = { "general.sampling.top_k": 64, "general.sampling.min_p": 0, "general.sampling.penalty_repeat": 1.25 };
    expect(ownSampling(gguf(keys))).toEqual({ ...DEFAULT_SAMPLER, topK: 64, minP: 0, repetitionPenalty: 1.25 });
    expect(ownSampling(gguf({ "general.sampling.temp": 0 }))).toMatchObject({ temperature: 0, greedy: true });
  });

  it("ignores what is no number and bounds what is out of range", () => {
    expect(ownSampling(folder({ temperature: "hot", top_k: null, top_p: Number.NaN }))).toBeNull();
    expect(ownSampling(folder({ do_sample: true, temperature: 99, top_k: -1, top_p: 7 }))).toMatchObject({
      temperature: 5,
      topK: 0,
      topP: 1,
    });
  });
});
