/** Format id -> the WGSL that decodes one block of it. */

import block32 from "../../../shaders/lib/block32.wgsl?raw";
import bf16 from "../../../shaders/lib/quant_bf16.wgsl?raw";
import f16 from "../../../shaders/lib/quant_f16.wgsl?raw";
import f32 from "../../../shaders/lib/quant_f32.wgsl?raw";
import q4_0 from "../../../shaders/lib/quant_q4_0.wgsl?raw";
import q4_1 from "../../../shaders/lib/quant_q4_1.wgsl?raw";
import q5_0 from "../../../shaders/lib/quant_q5_0.wgsl?raw";
import q5_1 from "../../../shaders/lib/quant_q5_1.wgsl?raw";
import q8_0 from "../../../shaders/lib/quant_q8_0.wgsl?raw";
import type { FormatId } from "../../shared/quant";

const DECODERS: Record<FormatId, string> = { f32, f16, bf16, q8_0, q4_0, q4_1, q5_0, q5_1 };

/** The shader library every kernel that reads weights of this format is joined with. */
export function quantShader(format: FormatId): string {
  return `${block32}\n${DECODERS[format]}`;
}
