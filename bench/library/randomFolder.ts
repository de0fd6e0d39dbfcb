/** A model of random weights as the files of a folder, for servers. */
import { safetensorsFile, type WrittenSafetensor } from "../../src/runtime/testing/safetensorsWriter";
import { randomModel } from "../randomWeights";
import { type BenchShape, withLayers } from "../shapes";

/** bf16 matrices, as checkpoints have them. */
export async function randomFolder(shape: BenchShape, layers: number): Promise<Map<string, Uint8Array>> {
  const part = withLayers(shape, layers);
  const { source } = randomModel(part, "bf16");
  const written: Record<string, WrittenSafetensor> = {};
  for (const [name, entry] of source) {
    const { shape: dimensions, type, start } = entry.info;
    const elements = dimensions.reduce((product, size) => product * size, 1);
    const data = await entry.source.read(start, elements * (type === "BF16" ? 2 : 4));
    written[name] = { dtype: type, shape: dimensions, data };
  }
  const config = new TextEncoder().encode(JSON.stringify(part.config));
  return new Map([
    ["config.json", config],
    ["model.safetensors", safetensorsFile(written)],
  ]);
}
