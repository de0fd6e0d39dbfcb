/** The matmul whose tiles are f16: SwiftShader has no shader-f16, lavapipe has. everyKernel.test.ts compiles it anywhere. */
import { existsSync } from "node:fs";
import { beforeAll, describe, it } from "vitest";
import { QUANT_FORMATS } from "../../shared/quant";
import type { Gpu } from "../gpu/device";
import { wholeBlocks } from "../testing/blocks";
import { checkMatmul, MATMUL_CASES } from "../testing/checkMatmul";
import { testDriver } from "../testing/kernelHarness";
import { openNodeGpu, SOFTWARE_DRIVERS } from "../testing/nodeGpu";

let gpu: Gpu;
beforeAll(async () => {
  const [variable, fallback] = SOFTWARE_DRIVERS.lavapipe;
  gpu = await openNodeGpu(existsSync(process.env[variable] ?? fallback) ? "lavapipe" : testDriver());
});

describe("matmul, f16 tiles", () => {
  // Formats finer than f16 take f32 tiles, with the tolerance of f16 for nothing.
  it.for(["f16", "q8_0", "q4_0", "q5_1", "q4_k", "q6_k"] as const)(
    "%s: odd rows, tokens about the tiles",
    async (format, context) => {
      if (!gpu.has("shader-f16")) return context.skip();
      const columns = QUANT_FORMATS[format].blockSize === 1 ? 97 : wholeBlocks(format, 96);
      const request = { formats: [format], rows: 131, columns, ...MATMUL_CASES[format] };
      for (const T of [1, 65]) await checkMatmul(gpu, "tiled_f16", { ...request, T });
    },
  );
});
