import { VitrineError } from "../../shared/errors";

/** @param what of a model GGUF files are not written with; a whole phrase */
export function cannotExport(what: string): VitrineError {
  return new VitrineError("UnsupportedModelError", `Saving as GGUF is not supported for ${what}`);
}
