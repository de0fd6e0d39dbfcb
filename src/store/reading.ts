/** Reads values of unknown shape, from a file or from storage, field by field: a wrong one is named. */
import { VitrineError } from "../shared/errors";

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @throws InvalidFileError saying where and what was expected */
export function refuse(where: string, expected: string): never {
  throw new VitrineError("InvalidFileError", `${where} should be ${expected}.`);
}

export function readFields(value: unknown, where: string): Fields {
  return isFields(value) ? value : refuse(where, "an object");
}

export function readList(value: unknown, where: string): readonly unknown[] {
  return Array.isArray(value) ? value : refuse(where, "a list");
}

export function readText(value: unknown, where: string): string {
  return typeof value === "string" ? value : refuse(where, "text");
}

export function readNumber(value: unknown, where: string): number {
  return typeof value === "number" && Number.isFinite(value) ? value : refuse(where, "a number");
}

export function readFlag(value: unknown, where: string): boolean {
  return typeof value === "boolean" ? value : refuse(where, "true or false");
}

export function readChoice<T extends string>(value: unknown, choices: readonly T[], where: string): T {
  const found = choices.find((choice) => choice === value);
  return found ?? refuse(where, `one of ${choices.join(", ")}`);
}

/** Null and absent are the same. */
export function readMaybe<T>(value: unknown, read: (value: unknown, where: string) => T, where: string): T | null {
  return value === null || value === undefined ? null : read(value, where);
}

/** Letters, digits and dashes: an id is used as a key and shows up in addresses. */
export function readId(value: unknown, where: string): string {
  const id = readText(value, where);
  return /^[A-Za-z0-9-]{1,64}$/.test(id) ? id : refuse(where, "an id of letters, digits and dashes");
}
