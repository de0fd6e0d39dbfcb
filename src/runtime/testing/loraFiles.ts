/** Small LoRA adapters with random numbers, as PEFT saves them. */
import { type FormatId, QUANTIZABLE } from "../../shared/quant";
import { quantize } from "../model/quantize/quantize";
import { SeededRandom } from "./random";
import { safetensorsFile, type WrittenSafetensor } from "./safetensorsWriter";

export interface LoraSpec {
  /** [out, in] of W, by the module's name below "base_model.model.". */
  readonly modules: Readonly<Record<string, readonly [out: number, inputs: number]>>;
  readonly r?: number;
  readonly alpha?: number;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly format?: Extract<FormatId, "f32" | "f16" | "bf16">;
  /** Of A's and B's entries. */
  readonly size?: number;
}

export interface WrittenLora {
  readonly config: Uint8Array;
  readonly weights: Uint8Array;
  /** As they are in the file, by module: A [r, in] and B [out, r]. */
  readonly factors: ReadonlyMap<string, { readonly a: Float32Array; readonly b: Float32Array }>;
}

export function loraFiles({ modules, r = 4, alpha = 8, config, format = "f32", size = 0.3 }: LoraSpec): WrittenLora {
  const random = new SeededRandom(5);
  const target = QUANTIZABLE.find((id) => id === format) ?? "f32";
  const tensors: Record<string, WrittenSafetensor> = {};
  const factors = new Map<string, { a: Float32Array; b: Float32Array }>();
  const add = (name: string, shape: readonly number[]): Float32Array => {
    // Multiples of 1/256 are the same in all three formats.
    const values = random
      .normals((shape[0] as number) * (shape[1] as number), size)
      .map((x) => Math.round(x * 256) / 256);
    const held = values.map((x) => Math.max(-0.75, Math.min(0.75, x)));
    tensors[name] = { dtype: format.toUpperCase(), shape, data: quantize(held, target, name) };
    return held;
  };
  for (const [name, [out, inputs]] of Object.entries(modules)) {
    const a = add(`base_model.model.${name}.lora_A.weight`, [r, inputs]);
    const b = add(`base_model.model.${name}.lora_B.weight`, [out, r]);
    factors.set(name, { a, b });
  }
  const targets = [...new Set(Object.keys(modules).map((name) => name.slice(name.lastIndexOf(".") + 1)))];
  const options = { peft_type: "LORA", r, lora_alpha: alpha, target_modules: targets, bias: "none", ...config };
  return {
    config: new TextEncoder().encode(JSON.stringify(options)),
    weights: safetensorsFile(tensors),
    factors,
  };
}
