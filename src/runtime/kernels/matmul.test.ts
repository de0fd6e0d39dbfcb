import { beforeAll, describe, it } from "vitest";
import { FORMAT_IDS, QUANT_FORMATS } from "../../shared/quant";
import type { Gpu } from "../gpu/device";
import { wholeBlocks } from "../testing/blocks";
import { checkMatmul, MATMUL_CASES } from "../testing/checkMatmul";
import { openTestGpu } from "../testing/kernelHarness";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

/** Tokens about the tiles of 16 and 64; the pipeline stays the same. */
const TOKENS = [1, 2, 15, 16, 17, 63, 64, 65, 131];

describe.each(["tiled", "register"] as const)("matmul, %s", (variant) => {
  it.each(FORMAT_IDS)("%s: odd rows, tokens about the tiles", async (format) => {
    const columns = QUANT_FORMATS[format].blockSize === 1 ? 97 : wholeBlocks(format, 96);
    for (const T of [1, 67])
      await checkMatmul(gpu, variant, { formats: [format], T, rows: 67, columns, ...MATMUL_CASES[format] });
  });

  it.each([
    [1, 1],
    [64, 32],
    [257, 33],
  ])("f32, %d rows x %d columns", async (rows, columns) => {
    for (const T of TOKENS) await checkMatmul(gpu, variant, { formats: ["f32"], T, rows, columns });
  });

  it("joins parts of several formats, odd ones too", async () => {
    const parts = { formats: ["f16", "q5_1"], rows: 90, columns: 64, partRows: [67, 23] } as const;
    for (const T of [2, 20]) await checkMatmul(gpu, variant, { ...parts, T, bias: true, epilogue: "add" });
  });
});

describe("matmul, register, which compiles fast", () => {
  it.each([
    [3, 33],
    [65, 31],
    [127, 64],
    [129, 40],
    [131, 101],
  ])("f32, %d rows x %d columns", async (rows, columns) => {
    for (const T of TOKENS) await checkMatmul(gpu, "register", { formats: ["f32"], T, rows, columns });
  });

  it("adds products in another order", async () => {
    for (const formats of [["f32"], ["q4_0"]] as const)
      await checkMatmul(gpu, "register_lanes", { formats, T: 20, rows: 67, columns: 96, bias: true });
  });

  it.each(["silu", "gelu_tanh", "gelu_erf", "relu"] as const)("applies %s", async (activation) => {
    await checkMatmul(gpu, "register", { formats: ["q8_0"], T: 5, rows: 33, columns: 64, bias: true, activation });
  });
});
