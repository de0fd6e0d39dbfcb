/** Rope scaling as config.json and GGUF metadata spell it. */
import type { RopeScaling } from "../../shared/modelSpec";
import type { ConfigReader } from "./configReader";

const KINDS = ["default", "linear", "dynamic", "yarn", "llama3"] as const;

/** YaRN's factor on cos and sin when the configuration gives none: 0.1 ln(factor) + 1. */
function yarnMagnitude(factor: number, weight = 1): number {
  return factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1;
}

/** `rope_scaling`, or `rope_parameters` of newer files, which carries theta too. */
export function huggingFaceRope(config: ConfigReader, contextLength: number): { theta: number; scaling: RopeScaling } {
  const parameters = config.object("rope_parameters");
  const scaling = parameters ?? config.object("rope_scaling");
  const theta =
    (parameters?.has("rope_theta") ? parameters.positive("rope_theta") : null) ?? config.positive("rope_theta", 10000);
  return { theta, scaling: scaling === null ? { kind: "none" } : scalingOf(scaling, contextLength) };
}

function scalingOf(scaling: ConfigReader, contextLength: number): RopeScaling {
  const key = scaling.has("rope_type") ? "rope_type" : "type";
  const kind = scaling.choice(key, KINDS, "default");
  switch (kind) {
    case "default":
      return { kind: "none" };
    case "linear":
      return { kind, factor: scaling.positive("factor") };
    case "dynamic":
      return {
        kind,
        factor: scaling.positive("factor"),
        originalContextLength: scaling.number("original_max_position_embeddings", contextLength),
      };
    case "yarn":
      scaling.mustBe("truncate", [true]);
      return {
        kind,
        factor: scaling.positive("factor"),
        originalContextLength: scaling.number("original_max_position_embeddings", contextLength),
        betaFast: scaling.number("beta_fast", 32),
        betaSlow: scaling.number("beta_slow", 1),
        attentionFactor: scaling.numberOrNull("attention_factor") ?? yarnAttention(scaling),
      };
    case "llama3":
      return {
        kind,
        factor: scaling.positive("factor"),
        lowFreqFactor: scaling.number("low_freq_factor"),
        highFreqFactor: scaling.number("high_freq_factor"),
        originalContextLength: scaling.number("original_max_position_embeddings"),
      };
  }
}

function yarnAttention(scaling: ConfigReader): number {
  const factor = scaling.positive("factor");
  const weight = scaling.numberOrNull("mscale");
  const weightAll = scaling.numberOrNull("mscale_all_dim");
  if (weight !== null && weightAll !== null) return yarnMagnitude(factor, weight) / yarnMagnitude(factor, weightAll);
  return yarnMagnitude(factor);
}

/** GGUF: `rope.scaling.*`, or frequency divisors as a tensor. */
export function ggufRope(
  metadata: ConfigReader,
  contextLength: number,
  divisors: string | null,
): { theta: number; scaling: RopeScaling } {
  const theta = metadata.positive("rope.freq_base", 10000);
  if (divisors !== null) return { theta, scaling: { kind: "divisors", tensor: divisors } };
  // Files before the type was written down say a factor only, and mean linear.
  const factor = metadata.positive("rope.scaling.factor", metadata.positive("rope.scale_linear", 1));
  const untyped = factor === 1 ? "none" : "linear";
  const kind = metadata.choice("rope.scaling.type", ["none", "linear", "yarn"] as const, untyped);
  if (kind === "linear") return { theta, scaling: { kind, factor } };
  if (kind === "yarn") {
    return {
      theta,
      scaling: {
        kind,
        factor,
        originalContextLength: metadata.number("rope.scaling.original_context_length", contextLength),
        betaFast: metadata.number("rope.scaling.yarn_beta_fast", 32),
        betaSlow: metadata.number("rope.scaling.yarn_beta_slow", 1),
        attentionFactor: metadata.number("rope.scaling.attn_factor", 1) * yarnMagnitude(factor),
      },
    };
  }
  return { theta, scaling: { kind: "none" } };
}
