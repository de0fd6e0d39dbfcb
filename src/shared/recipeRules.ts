/**
 * Rules of a recipe: which matrices get which level. The first rule that names a matrix counts. As text, "layer0=q8_0",
 * "layer0-3.down=f16", "*.v_proj.weight=q6_k", joined by commas: what a choice of level carries, so that the cache key
 * and every result say what was computed.
 */
import { VitrineError } from "./errors";
import { LEVELS, type Level } from "./quant";

/** Matrices by what they do; `attention` and `mlp` stand for theirs. */
export const MATRIX_PARTS = ["embedding", "head", "q", "k", "v", "o", "gate", "up", "down"] as const;
export type MatrixPart = (typeof MATRIX_PARTS)[number];
const GROUPS: { readonly [name: string]: readonly MatrixPart[] } = {
  attention: ["q", "k", "v", "o"],
  mlp: ["gate", "up", "down"],
};
export const PART_NAMES: readonly string[] = [...MATRIX_PARTS, ...Object.keys(GROUPS)];

export type RulePattern =
  /** `from` to `to`, both of them; null: wherever there is such a part, layer or not. */
  | { readonly kind: "part"; readonly layers: readonly [from: number, to: number] | null; readonly part: string | null }
  /** A tensor's whole name, with * for any run of characters. */
  | { readonly kind: "name"; readonly glob: string };

export interface RecipeRule {
  readonly pattern: RulePattern;
  readonly level: Level;
}

/** One matrix as rules see it. A tensor that holds several has one of these for each. */
export interface RuledMatrix {
  readonly name: string;
  readonly part: MatrixPart;
  /** Null: of no layer. */
  readonly layer: number | null;
}

/** What keeps a choice in an address and a list readable. */
const MOST_RULES = 32;
const LAYERS = /^layers?(\d{1,4})(?:-(\d{1,4}))?\.?([a-z]*)$/;
const GLOB = /^[\w.*-]+$/;

/** @throws InvalidSettingError naming what is no pattern */
export function parsePattern(written: string): RulePattern {
  const text = written.replaceAll(/\s+/g, "");
  const small = text.toLowerCase();
  if (PART_NAMES.includes(small)) return { kind: "part", layers: null, part: small };
  const [, from, to = from, part] = LAYERS.exec(small) ?? [];
  if (from !== undefined && (part === "" || PART_NAMES.includes(part as string))) {
    const layers = [Number(from), Number(to)] as const;
    if (layers[0] <= layers[1]) return { kind: "part", layers, part: part === "" ? null : (part as string) };
  }
  // One word without a dot or a star is a part that does not exist.
  if (GLOB.test(text) && /[.*_]/.test(text) && from === undefined) return { kind: "name", glob: text };
  throw new VitrineError(
    "InvalidSettingError",
    `"${written.trim()}" names no tensors. Write a part (${PART_NAMES.join(", ")}), "layer 0", "layers 0-3 down", or a tensor's name with * in it.`,
  );
}

/** As it stands in a choice; without spaces. */
export function patternText(pattern: RulePattern): string {
  if (pattern.kind === "name") return pattern.glob;
  const { layers, part } = pattern;
  if (layers === null) return part ?? "";
  const range = layers[0] === layers[1] ? `layer${layers[0]}` : `layer${layers[0]}-${layers[1]}`;
  return part === null ? range : `${range}.${part}`;
}

/** As people read it: "layers 0-3 down". */
export function patternWords(pattern: RulePattern): string {
  if (pattern.kind === "name" || pattern.layers === null) return patternText(pattern);
  const [from, to] = pattern.layers;
  const range = from === to ? `layer ${from}` : `layers ${from}-${to}`;
  return pattern.part === null ? range : `${range} ${pattern.part}`;
}

export function rulesText(rules: readonly RecipeRule[]): string {
  return rules.map(({ pattern, level }) => `${patternText(pattern)}=${level}`).join(",");
}

/** "layer 0 = q8_0, head = f16" */
export function rulesWords(rules: readonly RecipeRule[]): string {
  return rules.map(({ pattern, level }) => `${patternWords(pattern)} = ${level}`).join(", ");
}

/** @throws InvalidSettingError naming what is no rule */
export function parseRules(text: string): RecipeRule[] {
  const rules = text.split(",").map((rule): RecipeRule => {
    const [pattern = "", name = "", ...more] = rule.split("=");
    const level = LEVELS.find((known) => known === name.trim());
    if (level === undefined || more.length > 0) {
      throw new VitrineError("InvalidSettingError", `"${rule.trim()}" is no rule. Write it as "layer 0 = q8_0".`);
    }
    return { pattern: parsePattern(pattern), level };
  });
  if (rules.length > MOST_RULES) {
    throw new VitrineError(
      "InvalidSettingError",
      `A recipe of ${rules.length} rules is too long; ${MOST_RULES} is the most.`,
    );
  }
  return rules;
}

export function matches(pattern: RulePattern, { name, part, layer }: RuledMatrix): boolean {
  if (pattern.kind === "name") return globOf(pattern.glob).test(name);
  const { layers } = pattern;
  if (layers !== null && (layer === null || layer < layers[0] || layer > layers[1])) return false;
  return pattern.part === null || pattern.part === part || GROUPS[pattern.part]?.includes(part) === true;
}

function globOf(glob: string): RegExp {
  // Stars in a row are one: several would have the engine try every way to share a name among them.
  const parts = glob.split(/\*+/).map((text) => text.replaceAll(/[.-]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}
