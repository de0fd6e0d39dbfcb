/** The models that the browser tests open, made when asked for: nothing is stored. */
import { talkingModel } from "../../src/runtime/testing/talkingModel";
import { colourTower, tinyLlavaFolder } from "../../src/runtime/testing/tinyLlava";
import { randomModel, type TinyFileOptions, tinyFolder, tinyGguf } from "../../src/runtime/testing/tinyModel";

export { ANSWER_TEXTS, COUNT_WORDS, DICE_WORDS, TALKING_CONTEXT } from "../../src/runtime/testing/talkingModel";

/** A file as Playwright gives it to the file input. */
export interface GivenFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

export function givenFile(name: string, bytes: Uint8Array): GivenFile {
  return { name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) };
}

/** Answers known texts; see `ANSWER_TEXTS`. */
export function talkingGguf(options: TinyFileOptions = {}, name = "talking.gguf"): GivenFile {
  return givenFile(name, tinyGguf(talkingModel(), options));
}

/** Room for thousands of tokens: an answer that is still under way whenever a person acts. */
export const PATIENT_CONTEXT = 16_384;

export function patientGguf(): GivenFile {
  return givenFile("patient.gguf", tinyGguf(talkingModel({ contextLength: PATIENT_CONTEXT })));
}

/** "void" makes it compute values that are not numbers. */
export function poisonedGguf(): GivenFile {
  return givenFile("poisoned.gguf", tinyGguf(talkingModel({ poison: true })));
}

/** 256 wide: every format fits its rows, K formats too. */
export function wideGguf(options: TinyFileOptions = {}): GivenFile {
  const wide = { hiddenSize: 256, intermediateSize: 256, numLayers: 1, headDim: 64 };
  return givenFile("wide.gguf", tinyGguf(randomModel(11, wide), options));
}

/** Random weights: every token depends on all before. */
export function randomGguf(): GivenFile {
  return givenFile("random.gguf", tinyGguf(randomModel(7)));
}

/** 24 layers of 14 heads in two groups, as a model of half a billion parameters has them. */
export function manyHeadsGguf(): GivenFile {
  const shape = { numLayers: 24, numHeads: 14, numKvHeads: 2, headDim: 8, hiddenSize: 112 };
  return givenFile("heads.gguf", tinyGguf(randomModel(7, shape)));
}

export function talkingFolder(): GivenFile[] {
  return [...tinyFolder(talkingModel())].map(([name, bytes]) => givenFile(name, bytes));
}

/** The talking model with eyes: `red` is what red is to it, green is rain, blue is tea. */
export function seeingFolder(red = "cats", contextLength = 1024): GivenFile[] {
  const model = talkingModel({ contextLength });
  const files = tinyLlavaFolder(model, colourTower(model, [red, "rain", "tea"]));
  return [...files].map(([name, bytes]) => givenFile(name, bytes));
}

/** The first `count` words of the answer that counts. */
export function counted(words: readonly string[], count: number): string {
  return Array.from({ length: count }, (_, index) => words[index % words.length]).join(" ");
}
