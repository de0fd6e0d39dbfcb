/**
 * Every error a person can meet, by name. Comlink carries only name, message and stack across threads, so the
 * name is the type: compare `error.name`, not `instanceof`, on the other side.
 */
export const ERROR_NAMES = [
  /** The browser or machine offers no WebGPU. */
  "WebGpuUnavailableError",
  /** The GPU went away: driver reset, out of memory, tab in the background too long. */
  "DeviceLostError",
  /** The model needs more than this adapter allows. */
  "OutOfMemoryError",
  /** The bytes are not a model file we know: wrong magic, truncated, offsets outside the file. */
  "InvalidFileError",
  /** A sound file with something in it that we do not implement; the message names it. */
  "UnsupportedModelError",
  /** A tensor the model needs is missing or has another shape than the configuration says. */
  "TensorMismatchError",
  /** A value does not fit the chosen format. */
  "ConversionError",
  /** The model came without a tokenizer or a usable one. */
  "TokenizerError",
  /** The chat template is absent, does not parse, or refuses these messages. */
  "ChatTemplateError",
  /** The prompt is longer than the cache. */
  "ContextOverflowError",
  /** The model produced a logit that is not a number. */
  "NonFiniteLogitsError",
  /** A setting outside its range. */
  "InvalidSettingError",
  /** Bytes could not be fetched. */
  "DownloadError",
  /** The browser's storage is full, blocked or gone. */
  "StorageError",
  /** The person cancelled. */
  "CancelledError",
  /** A handle that was closed, or a call that the state does not allow. */
  "InvalidStateError",
  /** A shader did not compile or a GPU call failed validation: a bug of ours. */
  "GpuProgramError",
] as const;

export type ErrorName = (typeof ERROR_NAMES)[number];

/** `message` says what happened and what to do. */
export class VitrineError extends Error {
  constructor(name: ErrorName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
  }
}

/** True for an error of ours with that name, on either side of the worker boundary. */
export function isErrorNamed(error: unknown, name: ErrorName): boolean {
  return error instanceof Error && error.name === name;
}
