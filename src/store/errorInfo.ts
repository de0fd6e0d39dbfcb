/** An error as data: what the page shows, and the name it decides by. */
export interface ErrorInfo {
  /** One of ERROR_NAMES for errors of ours. */
  readonly name: string;
  readonly message: string;
}

export function toErrorInfo(error: unknown): ErrorInfo {
  if (error instanceof Error) return { name: error.name, message: error.message || error.name };
  return { name: "Error", message: String(error) };
}
