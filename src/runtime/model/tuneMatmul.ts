/** Times the tiled matmul with f32 and with f16 tiles on the model's own matrices at load. */
import { BufferScope } from "../gpu/bufferScope";
import type { Gpu } from "../gpu/device";
import { type MatmulVariant, matmul } from "../kernels/matmul";
import { paddedStride } from "../kernels/weightMatrix";
import { fastestRound } from "./fastestRound";
import type { Linear } from "./weights";

export interface TunedMatmul {
  readonly variant: MatmulVariant;
  /** For people: how it was chosen. */
  readonly reason: string;
}

/** Tokens of the prompt that is timed: two tiles. */
const TOKENS = 128;
/** f16 tiles round weights, so a tie goes to f32. */
const WORTH_IT = 1.1;

/** @param linears typical matrices, e.g. those of one block */
export async function tuneMatmul(gpu: Gpu, linears: readonly Linear[]): Promise<TunedMatmul> {
  if (!gpu.has("shader-f16")) return { variant: "tiled", reason: "no shader-f16" };
  const scope = new BufferScope(gpu);
  try {
    const widest = paddedStride(Math.max(...linears.map(({ matrix }) => Math.max(matrix.rows, matrix.columns))));
    const x = scope.storage("tuning input", TOKENS * widest * 4);
    const y = scope.storage("tuning output", TOKENS * widest * 4);
    const step = scope.uniform("tuning step", 16);
    gpu.device.queue.writeBuffer(step, 0, Uint32Array.of(0, TOKENS));
    const time = async (variant: MatmulVariant): Promise<number> => {
      const lists = await Promise.all(
        linears.map((linear) =>
          matmul(gpu, {
            label: "tuning",
            ...linear,
            step,
            x,
            y,
            yStride: paddedStride(linear.matrix.rows),
            epilogue: "store",
            activation: null,
            variant,
          }),
        ),
      );
      return fastestRound(gpu, lists.flat(), TOKENS);
    };
    const gain = (await time("tiled")) / (await time("tiled_f16"));
    const reason = `timed at load: f16 tiles ${gain.toFixed(2)} x as fast as f32 tiles`;
    return { variant: gain >= WORTH_IT ? "tiled_f16" : "tiled", reason };
  } finally {
    scope.destroy();
  }
}
