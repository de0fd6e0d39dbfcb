/** Shapes that the kernels ask of a spec, refused here by name rather than computed wrongly. */
import { VitrineError } from "../../shared/errors";
import type { BlockSpec, ModelSpec } from "../../shared/modelSpec";

/** @throws UnsupportedModelError */
export function checkSupported(spec: ModelSpec): void {
  for (const [name, value] of Object.entries({
    vocabSize: spec.vocabSize,
    hiddenSize: spec.hiddenSize,
    contextLength: spec.contextLength,
    numLayers: spec.blocks.length,
  })) {
    if (!Number.isInteger(value) || value < 1) refuse(`${name} is ${value}; a positive whole number was expected`);
  }
  for (const [index, block] of spec.blocks.entries()) {
    checkBlock(block, `layer ${index}`);
    if (!block.attention.causal) refuse("attention that is not causal");
  }
  for (const [index, block] of spec.vision?.blocks.entries() ?? []) {
    checkBlock(block, `layer ${index} of the image tower`);
  }
}

/** @param where for people */
function checkBlock({ attention, position, mlp }: BlockSpec, where: string): void {
  const { numHeads, numKvHeads, headDim, scale } = attention;
  const counts = { numHeads, numKvHeads, headDim, intermediateSize: mlp.intermediateSize };
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isInteger(value) || value < 1) refuse(`${name} of ${where} is ${value}`);
  }
  if (numHeads % numKvHeads !== 0) {
    refuse(`${where} has ${numHeads} heads for ${numKvHeads} key-value heads, which does not divide`);
  }
  // Keys are read four dimensions at a time; a head is held in 64 vectors of four at most.
  if (headDim % 4 !== 0 || headDim > 256) refuse(`headDim ${headDim} of ${where} is not a multiple of 4 up to 256`);
  if (!Number.isFinite(scale)) refuse(`the attention scale of ${where} is ${scale}`);
  if (position.kind === "rope" && (position.rotaryDim % 2 !== 0 || position.rotaryDim > headDim)) {
    refuse(`rotaryDim ${position.rotaryDim} for headDim ${headDim}`);
  }
}

function refuse(what: string): never {
  throw new VitrineError("UnsupportedModelError", `This model is not supported: ${what}.`);
}
