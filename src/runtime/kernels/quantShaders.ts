/** Format id -> the WGSL that decodes one block of it. */

import block32 from "../../../shaders/lib/block32.wgsl?raw";
import iq4Table from "../../../shaders/lib/iq4_table.wgsl?raw";
import kScales from "../../../shaders/lib/k_scales.wgsl?raw";
import nibbleTable from "../../../shaders/lib/nibble_table.wgsl?raw";
import bf16 from "../../../shaders/lib/quant_bf16.wgsl?raw";
import f16 from "../../../shaders/lib/quant_f16.wgsl?raw";
import f32 from "../../../shaders/lib/quant_f32.wgsl?raw";
import iq4_nl from "../../../shaders/lib/quant_iq4_nl.wgsl?raw";
import iq4_xs from "../../../shaders/lib/quant_iq4_xs.wgsl?raw";
import mxfp4 from "../../../shaders/lib/quant_mxfp4.wgsl?raw";
import q2_k from "../../../shaders/lib/quant_q2_k.wgsl?raw";
import q3_k from "../../../shaders/lib/quant_q3_k.wgsl?raw";
import q4_0 from "../../../shaders/lib/quant_q4_0.wgsl?raw";
import q4_1 from "../../../shaders/lib/quant_q4_1.wgsl?raw";
import q4_k from "../../../shaders/lib/quant_q4_k.wgsl?raw";
import q5_0 from "../../../shaders/lib/quant_q5_0.wgsl?raw";
import q5_1 from "../../../shaders/lib/quant_q5_1.wgsl?raw";
import q5_k from "../../../shaders/lib/quant_q5_k.wgsl?raw";
import q6_k from "../../../shaders/lib/quant_q6_k.wgsl?raw";
import q8_0 from "../../../shaders/lib/quant_q8_0.wgsl?raw";
import type { FormatId } from "../../shared/quant";

const DECODERS: Record<FormatId, string> = {
  f32,
  f16,
  bf16,
  q8_0,
  q4_0,
  q4_1,
  q5_0,
  q5_1,
  q2_k,
  q3_k,
  q4_k: `${kScales}\n${q4_k}`,
  q5_k: `${kScales}\n${q5_k}`,
  q6_k,
  iq4_nl: `${iq4Table}\n${nibbleTable}\n${iq4_nl}`,
  iq4_xs: `${iq4Table}\n${nibbleTable}\n${iq4_xs}`,
  mxfp4: `${nibbleTable}\n${mxfp4}`,
};

/** The shader library every kernel that reads weights of this format is joined with. */
export function quantShader(format: FormatId): string {
  return `${block32}\n${DECODERS[format]}`;
}
