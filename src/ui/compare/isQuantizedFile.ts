import { QUANT_FORMATS } from "../../shared/quant";
import type { AppState } from "../../store/appState";

/** Whether the open model's files are quantized already: their weights stay as they are at every level. */
export function isQuantizedFile({ model }: AppState): boolean {
  const formats = Object.entries(model?.report.weightBytes ?? {});
  const isQuantized = formats.some(
    ([id, bytes]) => bytes > 0 && QUANT_FORMATS[id as keyof typeof QUANT_FORMATS].blockSize > 1,
  );
  return isQuantized && model?.report.level === "stored";
}
