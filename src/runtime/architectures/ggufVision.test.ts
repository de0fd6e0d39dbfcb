import { describe, expect, it } from "vitest";
import { ConfigReader } from "./configReader";
import { visionFromGguf } from "./ggufVision";

const METADATA = {
  "clip.has_vision_encoder": true,
  "clip.projector_type": "mlp",
  "clip.use_gelu": true,
  "clip.vision.image_size": 56,
  "clip.vision.patch_size": 14,
  "clip.vision.embedding_length": 64,
  "clip.vision.feed_forward_length": 128,
  "clip.vision.attention.head_count": 4,
  "clip.vision.block_count": 3,
};
const SHAPES: Readonly<Record<string, readonly number[]>> = {
  "v.patch_embd.bias": [64],
  "v.blk.0.ffn_down.weight": [128, 64],
  "v.blk.1.ffn_down.weight": [64, 128],
};

const read = (change: Record<string, unknown> = {}, shapes: Record<string, readonly number[]> = {}) =>
  visionFromGguf(
    new ConfigReader({ ...METADATA, ...change }, "the file", "clip."),
    72,
    (name) => ({ ...SHAPES, ...shapes })[name],
  );

describe("visionFromGguf", () => {
  it("tells the first matrix of the MLP by its shape, whatever its name", () => {
    const { tensors } = read();
    expect(tensors.blocks[0]?.upProj.weight.name).toBe("v.blk.0.ffn_down.weight");
    expect(tensors.blocks[1]?.upProj.weight.name).toBe("v.blk.1.ffn_up.weight");
  });

  it("runs as many layers as the feature layer says, all without it", () => {
    expect(read().spec.blocks).toHaveLength(3);
    expect(read({ "clip.vision.feature_layer": [2] }).spec.blocks).toHaveLength(2);
    expect(() => read({ "clip.vision.feature_layer": [1, 2] })).toThrow("vision.feature_layer");
    expect(() => read({ "clip.vision.feature_layer": [4] })).toThrow("the tower has 3 layers");
  });

  it("takes a class row for CLIP, and drops it", () => {
    expect(read().spec).toMatchObject({ family: "SigLIP", classRow: false, dropsClassRow: false, preNorm: null });
    const clip = read({}, { "v.class_embd": [64], "v.pre_ln.weight": [64] }).spec;
    expect(clip).toMatchObject({ family: "CLIP", classRow: true, dropsClassRow: true, imageTokenId: null });
    expect(clip.preNorm).not.toBeNull();
  });

  it("refuses projectors it does not know, by name", () => {
    expect(() => read({ "clip.projector_type": "resampler" })).toThrow("projector_type");
  });
});
