import { beforeAll, describe, expect, it } from "vitest";
import type { Level } from "../../shared/quant";
import { joinChoice, LEVEL_CHOICES, type OwnRecipe, splitChoice, withRecipe } from "../../shared/recipes";
import type { Gpu } from "../gpu/device";
import { openTestGpu } from "../testing/kernelHarness";
import { openSynthetic, syntheticGpt2, syntheticLlama } from "../testing/syntheticModel";
import { appliedChoice } from "./appliedChoice";
import { recipeReport } from "./recipeReport";
import { recipeTensors } from "./recipeTensors";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

describe("recipes", () => {
  it.each([true, false])("keep embedding and head, or layer 0, at 8 bit; tied %s", async (tied) => {
    const synthetic = syntheticLlama({ tie_word_embeddings: tied });
    const weightsOf = (levels: ReadonlyMap<string, Level>): number =>
      [...levels.keys()].reduce((sum, name) => sum + (synthetic.arrays.get(name)?.length ?? 0), 0);
    for (const recipe of ["head8", "first8"] as const) {
      const finer = recipeTensors(recipe, synthetic.tensors);
      expect(finer.size).toBe(recipe === "first8" ? 7 : tied ? 1 : 2);
      const { model } = await openSynthetic(gpu, synthetic, { level: "q4_0", recipe });
      expect(model.weights.bytesByFormat.q8_0).toBe((weightsOf(finer) * 34) / 32);
      expect(model.weights.bytesByFormat.q4_0).toBe(((model.weights.parameters - weightsOf(finer)) * 18) / 32);
      model.destroy();
    }
    const plain = await openSynthetic(gpu, synthetic, { level: "q4_0" });
    expect(plain.model.weights.bytesByFormat.q8_0).toBeUndefined();
    plain.model.destroy();
  });

  it("are offered where they make something finer, and read back from their names", () => {
    expect(withRecipe("q8_0", "head8")).toBeNull();
    expect(withRecipe("stored", "head8")).toBeNull();
    expect(withRecipe("q6_k", "first8")).toBe("q6_k+first8");
    expect(splitChoice("q4_k+head8")).toEqual({ level: "q4_k", recipe: "head8" });
    expect(splitChoice("q4_k")).toEqual({ level: "q4_k", recipe: "" });
    expect(LEVEL_CHOICES).toHaveLength(13 + 2 * 9);
    for (const choice of LEVEL_CHOICES) {
      const { level, recipe } = splitChoice(choice);
      expect(joinChoice(level, recipe)).toBe(choice);
    }
  });
});

describe("recipes of a person's own", () => {
  const RULES: OwnRecipe = "*.1.*.v_proj.weight=f16,layer1.attention=q8_0,embedding=q6_k";

  it("give each matrix the level of the first rule that names it", () => {
    const levels = recipeTensors(RULES, syntheticLlama({ tie_word_embeddings: false }).tensors);
    const layer = "model.layers.1.self_attn";
    expect(Object.fromEntries(levels)).toEqual({
      [`${layer}.v_proj.weight`]: "f16",
      [`${layer}.q_proj.weight`]: "q8_0",
      [`${layer}.k_proj.weight`]: "q8_0",
      [`${layer}.o_proj.weight`]: "q8_0",
      "model.embed_tokens.weight": "q6_k",
    });
  });

  it("take on the GPU what was listed before", async () => {
    const synthetic = syntheticLlama({ tie_word_embeddings: false });
    const { model, described, choice } = await openSynthetic(gpu, synthetic, { level: "q4_0", recipe: RULES });
    expect(choice).toBe(`q4_0+${RULES}`);
    const { rules, rest } = recipeReport(described, choice);
    // 64 columns do not fill the blocks of q6_k: q8_0, as llama.cpp falls back.
    const bytes = model.weights.bytesByFormat;
    expect(rules.map(({ tensors }) => tensors)).toEqual([1, 3, 1]);
    expect(rules.map(({ named }) => named)).toEqual([1, 4, 1]);
    expect(rules[0]?.sizeBytes).toBe(bytes.f16);
    expect((rules[1]?.sizeBytes ?? 0) + (rules[2]?.sizeBytes ?? 0)).toBe(bytes.q8_0);
    expect(rest).toEqual({ tensors: 2 + 14 - 5, sizeBytes: bytes.q4_0 });
    model.destroy();
  });

  it("can leave all but some tensors as they are, and a tensor that holds several matrices follows any of them", async () => {
    const synthetic = syntheticLlama();
    const { model } = await openSynthetic(gpu, synthetic, { level: "stored", recipe: "mlp=q4_0" });
    const { f32 = 0, q4_0 = 0 } = model.weights.bytesByFormat;
    expect(q4_0).toBe((2 * 3 * 64 * 96 * 18) / 32);
    expect(f32).toBe((model.weights.parameters - 2 * 3 * 64 * 96) * 4);
    model.destroy();
    const levels = recipeTensors("layer0.k=q8_0", syntheticGpt2().tensors);
    expect([...levels.keys()]).toEqual([expect.stringMatching(/h\.0\.attn\.c_attn\.weight$/)]);
  });

  it.each([
    ["layer2=q8_0", "layer 2 = q8_0"],
    ["*.w_proj.weight=f16", "*.w_proj.weight = f16"],
    ["head=q8_0,layer5-9.down=f16", "layers 5-9 down = f16"],
  ] as const)("are refused by the rule that names nothing: %s", async (recipe, words) => {
    const synthetic = syntheticLlama();
    expect(() => recipeTensors(recipe, synthetic.tensors)).toThrow(`"${words}" names no tensor`);
    await expect(openSynthetic(gpu, synthetic, { level: "q4_0", recipe })).rejects.toMatchObject({
      name: "InvalidSettingError",
    });
    expect(
      recipeReport({ tensors: synthetic.tensors, source: new Map() }, `q4_0+${recipe}`).rules.at(-1),
    ).toMatchObject({
      tensors: 0,
      named: 0,
    });
  });

  it("leave quantized files as they are", async () => {
    expect(
      appliedChoice("stored+mlp=q4_0", syntheticLlama().tensors, (name) => ({
        info: { name, shape: [64, 64], type: "Q4_0", start: 0, sizeBytes: 2304 },
        source: undefined as never,
      })),
    ).toBe("stored");
  });
});
