/** How a model's files ask to be sampled: generation_config.json, or the keys that llama.cpp's converter makes of it. */
import { DEFAULT_SAMPLER, SAMPLING_RANGES, type Sampler } from "../../shared/sampling";
import type { ModelFiles } from "./modelFiles";

type Numbers = "temperature" | "topK" | "topP" | "minP" | "repetitionPenalty";

const HUGGING_FACE: Readonly<Record<Numbers, string>> = {
  temperature: "temperature",
  topK: "top_k",
  topP: "top_p",
  minP: "min_p",
  repetitionPenalty: "repetition_penalty",
};

const GGUF: Readonly<Record<Numbers, string>> = {
  temperature: "general.sampling.temp",
  topK: "general.sampling.top_k",
  topP: "general.sampling.top_p",
  minP: "general.sampling.min_p",
  repetitionPenalty: "general.sampling.penalty_repeat",
};

const DRAWING = ["temperature", "topK", "topP", "minP"] as const satisfies readonly Numbers[];

/** transformers' GenerationConfig samples so where a file says do_sample and no more. */
const TRANSFORMERS: Sampler = { ...DEFAULT_SAMPLER, temperature: 1, topK: 50, topP: 1, minP: 0 };

/** Null: the files say nothing about it. What is no number is as good as absent; what is out of range, the nearest bound. */
export function ownSampling(files: ModelFiles): Sampler | null {
  return files.kind === "gguf" ? fromGguf(files.file.metadata) : fromGenerationConfig(files.generationConfig ?? {});
}

/** do_sample decides; without it a temperature, top-k, top-p or min-p means drawing, as their authors meant it. */
function fromGenerationConfig(config: Readonly<Record<string, unknown>>): Sampler | null {
  const said = numbersOf(config, HUGGING_FACE);
  const doSample = typeof config.do_sample === "boolean" ? config.do_sample : null;
  if (doSample === null && Object.keys(said).length === 0) return null;
  const greedy = doSample === null ? !DRAWING.some((key) => key in said) : !doSample;
  return { ...(greedy ? DEFAULT_SAMPLER : TRANSFORMERS), ...said, greedy };
}

function fromGguf(metadata: Readonly<Record<string, unknown>>): Sampler | null {
  const said = numbersOf(metadata, GGUF);
  if (Object.keys(said).length === 0) return null;
  return { ...DEFAULT_SAMPLER, ...said, greedy: said.temperature === 0 };
}

function numbersOf(
  values: Readonly<Record<string, unknown>>,
  names: Readonly<Record<Numbers, string>>,
): Partial<Record<Numbers, number>> {
  const found = (Object.keys(names) as Numbers[]).flatMap((key) => {
    const value = values[names[key]];
    if (typeof value !== "number" || !Number.isFinite(value)) return [];
    const { min, max, step } = SAMPLING_RANGES[key];
    const clamped = Math.min(max, Math.max(min, value));
    // 0.95 went through 32 bits in a GGUF file.
    return [[key, Number.isInteger(step) ? Math.round(clamped) : Number(clamped.toFixed(6))] as const];
  });
  return Object.fromEntries(found);
}
