import { beforeAll, describe, expect, it } from "vitest";
import { LEVEL_CHOICES, splitChoice, withRecipe } from "../../shared/recipes";
import type { Gpu } from "../gpu/device";
import { openTestGpu } from "../testing/kernelHarness";
import { openSynthetic, syntheticLlama } from "../testing/syntheticModel";
import { recipeTensors } from "./recipeTensors";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

describe("recipes", () => {
  it.each([true, false])("keep embedding and head, or layer 0, at 8 bit; tied %s", async (tied) => {
    const synthetic = syntheticLlama({ tie_word_embeddings: tied });
    const weightsOf = (names: ReadonlySet<string>): number =>
      [...names].reduce((sum, name) => sum + (synthetic.arrays.get(name)?.length ?? 0), 0);
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
      expect(recipe === "" ? level : withRecipe(level, recipe)).toBe(choice);
    }
  });
});
