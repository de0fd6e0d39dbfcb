/** What kernels share that reduce whole rows of logits [T, V]. */
import best from "../../../shaders/lib/best_logit.wgsl?raw";
import serial from "../../../shaders/lib/row_serial.wgsl?raw";
import workgroup from "../../../shaders/lib/row_workgroup.wgsl?raw";
import { grid } from "../gpu/dispatch";
import { paddedStride } from "./weightMatrix";

/** `workgroup`: 256 threads a row. `serial`: one thread a row, without barriers. */
export type LogitRowsVariant = "workgroup" | "serial";

/** @param vocabSize V; rows are padded to whole blocks of 32 */
export function logitRows(vocabSize: number, variant: LogitRowsVariant) {
  // Software adapters run a workgroup on one core: few rows in each keep all of them busy.
  const threads = variant === "serial" ? 8 : 256;
  const lanes = variant === "serial" ? 1 : threads;
  return {
    files: [best, variant === "serial" ? serial : workgroup],
    constants: { WORKGROUP: threads, LANES: lanes, V: vocabSize, STRIDE: paddedStride(vocabSize) },
    workgroups: (rows: number) => grid(Math.ceil(rows / (threads / lanes))),
  };
}
