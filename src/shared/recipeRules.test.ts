import { describe, expect, it } from "vitest";
import {
  matches,
  parsePattern,
  parseRules,
  patternWords,
  type RuledMatrix,
  rulesText,
  rulesWords,
} from "./recipeRules";
import { joinChoice, readChoiceText, splitChoice } from "./recipes";

const DOWN: RuledMatrix = { name: "model.layers.3.mlp.down_proj.weight", part: "down", layer: 3 };
const HEAD: RuledMatrix = { name: "lm_head.weight", part: "head", layer: null };

describe("rules of a recipe", () => {
  it.each([
    ["head", false, true],
    ["down", true, false],
    ["mlp", true, false],
    ["attention", false, false],
    ["layer 3", true, false],
    ["Layers 0 - 3 Down", true, false],
    ["layers 0-2", false, false],
    ["layer 3.up", false, false],
    ["*.down_proj.weight", true, false],
    // A dot is a dot, and the whole name counts.
    ["model?layers.3*", null, null],
    ["model_layers.3.mlp.down_proj.weight", false, false],
    ["layers.3", false, false],
    ["lm_head.weight", false, true],
    ["*", true, true],
  ] as const)("%s", (text, down, head) => {
    if (down === null) return expect(() => parsePattern(text)).toThrow(`"${text}" names no tensors`);
    const pattern = parsePattern(text);
    expect([matches(pattern, DOWN), matches(pattern, HEAD)]).toEqual([down, head]);
    expect(parsePattern(patternWords(pattern))).toEqual(pattern);
  });

  it.each(["", "layr 0", "head8", "layers 3-1", "layer 0 norm", "a~b.*", "a,b"])("refuses %j by name", (text) => {
    expect(() => parsePattern(text)).toThrow(`"${text}" names no tensors`);
  });

  it("are read back from a choice, written in one way", () => {
    const rules = parseRules(" layers 0-0 down = f16, head=q8_0");
    expect(rulesText(rules)).toBe("layer0.down=f16,head=q8_0");
    expect(rulesWords(rules)).toBe("layer 0 down = f16, head = q8_0");
    expect(readChoiceText("q4_0+ layers 0-0 down = f16, head=q8_0")).toBe("q4_0+layer0.down=f16,head=q8_0");
    expect(splitChoice("q4_0+head=q8_0")).toEqual({ level: "q4_0", recipe: "head=q8_0" });
    expect(joinChoice("stored", "head=q8_0")).toBe("stored+head=q8_0");
    for (const text of ["q4_0+", "q4_0+head", "q9_9+head=q8_0", "q4_0+head=q9", "q4_0+head=q8_0=f16", "head=q8_0"]) {
      expect(readChoiceText(text)).toBeNull();
    }
    expect(readChoiceText(`q4_0+${Array(33).fill("head=q8_0").join(",")}`)).toBeNull();
  });
});
