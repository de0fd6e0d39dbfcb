/** Full-precision rows to the blocks of a format, byte for byte as a GGUF file holds them. */
import { fileBytes, QUANT_FORMATS, type QuantizableFormat } from "../../../shared/quant";
import { writeBlock32 } from "./blocks32";
import { BlockWriter } from "./blockWriter";
import { writeFullPrecision } from "./fullPrecision";
import { KMinimumFit } from "./kMinimum";
import { KSymmetricFit } from "./kSymmetric";
import { packMinimum, packSymmetric } from "./packK";

/**
 * Scales are chosen by least squared error, block by block, starting from the plain scale of each format.
 * @param values whole blocks of the format
 * @param tensor named when a value does not fit
 * @throws ConversionError for a finite value beyond f16
 */
export function quantize(values: Float32Array, format: QuantizableFormat, tensor: string): Uint8Array {
  if (format === "f32" || format === "f16" || format === "bf16") return writeFullPrecision(values, format, tensor);
  const { blockSize, blockBytes } = QUANT_FORMATS[format];
  const bytes = new Uint8Array(fileBytes(QUANT_FORMATS[format], values.length));
  const out = new BlockWriter(bytes, tensor);
  const writeBlock = blockQuantizer(format, out);
  // Converted to float64 once, not by each of the many passes over a block.
  const block = new Float64Array(blockSize);
  for (let b = 0; b < values.length / blockSize; b++) {
    out.moveTo(b * blockBytes);
    for (let i = 0; i < blockSize; i++) block[i] = values[b * blockSize + i] as number;
    writeBlock(block);
  }
  return bytes;
}

type WriteBlock = (block: Float64Array) => void;

function blockQuantizer(format: Exclude<QuantizableFormat, "f32" | "f16" | "bf16">, out: BlockWriter): WriteBlock {
  switch (format) {
    case "q2_k":
    case "q4_k":
    case "q5_k": {
      const fit = new KMinimumFit(format);
      return (block) => {
        fit.fit(block, out);
        packMinimum(fit, format, out);
      };
    }
    case "q3_k":
    case "q6_k": {
      const fit = new KSymmetricFit(format);
      return (block) => {
        fit.fit(block, out);
        packSymmetric(fit, format, out);
      };
    }
    default:
      return (block) => writeBlock32(block, format, out);
  }
}
