import { VitrineError } from "../../shared/errors";

export type JsonObject = Readonly<Record<string, unknown>>;

/** @throws InvalidFileError naming the file when it is no JSON object in UTF-8 */
export function parseJson(fileName: string, bytes: Uint8Array): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VitrineError("InvalidFileError", `${fileName} is damaged: its JSON cannot be read (${reason}).`, {
      cause,
    });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new VitrineError("InvalidFileError", `${fileName} is damaged: its JSON is not an object.`);
}
