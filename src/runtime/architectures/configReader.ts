/** Typed access to config.json or GGUF metadata: what is missing or of a wrong kind is named. */
import { VitrineError } from "../../shared/errors";

/** No size of any model comes near. */
const MOST = 2 ** 31 - 1;
/** Layers of the deepest models are some 200. */
export const MOST_LAYERS = 1024;

export class ConfigReader {
  /** @param where for messages, e.g. "config.json" @param prefix put before every key, e.g. "llama." */
  constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    readonly where: string,
    private readonly prefix = "",
  ) {}

  has(key: string): boolean {
    const value = this.values[this.prefix + key];
    return value !== undefined && value !== null;
  }

  /** @throws UnsupportedModelError when missing without a default, or not a finite number */
  number(key: string, fallback?: number): number {
    const value = this.get(key) ?? fallback;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    if (typeof value === "bigint") return Number(value);
    throw this.wrong(key, value, "a number");
  }

  /**
   * A size: a whole number from 1 to `most`. Nothing is allocated by a number that a damaged file made up.
   * @throws UnsupportedModelError
   */
  count(key: string, options: { readonly fallback?: number; readonly most?: number } = {}): number {
    const { fallback, most = MOST } = options;
    const value = this.number(key, fallback);
    if (Number.isInteger(value) && value >= 1 && value <= most) return value;
    throw this.wrong(key, value, `a whole number from 1 to ${most}`);
  }

  /** @throws UnsupportedModelError when not above 0 */
  positive(key: string, fallback?: number): number {
    const value = this.number(key, fallback);
    if (value > 0) return value;
    throw this.wrong(key, value, "a number above 0");
  }

  numberOrNull(key: string): number | null {
    return this.has(key) ? this.number(key) : null;
  }

  string(key: string, fallback?: string): string {
    const value = this.get(key) ?? fallback;
    if (typeof value === "string") return value;
    throw this.wrong(key, value, "text");
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.get(key) ?? fallback;
    if (typeof value === "boolean") return value;
    throw this.wrong(key, value, "true or false");
  }

  array(key: string): readonly unknown[] | null {
    const value = this.get(key);
    if (value === undefined) return null;
    if (Array.isArray(value)) return value;
    throw this.wrong(key, value, "a list");
  }

  object(key: string): ConfigReader | null {
    const value = this.get(key);
    if (value === undefined) return null;
    if (typeof value === "object" && !Array.isArray(value)) {
      return new ConfigReader(value as Record<string, unknown>, `${this.where} ${this.prefix}${key}`);
    }
    throw this.wrong(key, value, "an object");
  }

  requiredObject(key: string): ConfigReader {
    const found = this.object(key);
    if (found === null) throw this.wrong(key, undefined, "an object");
    return found;
  }

  /** @throws UnsupportedModelError when the value is not among `known` */
  choice<T extends string>(key: string, known: readonly T[], fallback?: T): T {
    const value = this.string(key, fallback);
    const found = known.find((name) => name === value);
    if (found !== undefined) return found;
    throw this.unsupported(key, value, `; supported: ${known.join(", ")}`);
  }

  /** For an option we do not implement: refused unless it has one of the values that change nothing. */
  mustBe(key: string, harmless: readonly unknown[]): void {
    const value = this.get(key);
    if (value !== undefined && !harmless.includes(value)) throw this.unsupported(key, value, "");
  }

  unsupported(key: string, value: unknown, hint: string): VitrineError {
    return new VitrineError(
      "UnsupportedModelError",
      `${this.prefix}${key} ${quoted(value)} in ${this.where} is not supported${hint}.`,
    );
  }

  private get(key: string): unknown {
    return this.values[this.prefix + key] ?? undefined;
  }

  private wrong(key: string, value: unknown, expected: string): VitrineError {
    const name = `${this.prefix}${key}`;
    return new VitrineError(
      "UnsupportedModelError",
      value === undefined
        ? `${name} is missing in ${this.where}.`
        : `${name} is ${quoted(value)}; ${expected} was expected in ${this.where}.`,
    );
  }
}

function quoted(value: unknown): string {
  const text =
    JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? String(item) : item)) ?? "undefined";
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
