/**
 * Numbers as people read them, in English unless another language was set. Whatever is not known (null, NaN, infinite)
 * is a dash, never 0 or NaN.
 */

export const DASH = "–";

/** Digits are grouped by a space that does not break: 151 936. */
const GROUP_SPACE = "\u202f";
/** Between a number and its unit. */
const UNIT_SPACE = "\u00a0";

const ENGLISH = { point: ".", token: "token", tokens: "tokens", rate: "tok/s", bit: "bit", bits: "bits" };
const GERMAN: typeof ENGLISH = {
  ...{ point: ",", token: "Token", tokens: "Tokens", rate: "Tok/s", bit: "Bit", bits: "Bit" },
};

let words = ENGLISH;

/** The language of every number formatted from now on, in this thread. The page says it once it knows its own. */
export function setUnitLanguage(language: "en" | "de"): void {
  words = language === "de" ? GERMAN : ENGLISH;
}

function fixed(value: number, digits: number): string {
  return value.toFixed(digits).replace(".", words.point);
}

type Quantity = number | null | undefined;

function isKnown(value: Quantity): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function withUnit(number: string, unit: string): string {
  return `${number}${UNIT_SPACE}${unit}`;
}

/** Three significant digits below 1000, whole and grouped above; no trailing zeros after the point when whole. */
export function formatNumber(value: Quantity): string {
  if (!isKnown(value)) return DASH;
  const magnitude = Math.abs(value);
  if (Number.isInteger(value) || magnitude >= 1000) return group(Math.round(value));
  if (magnitude >= 99.95) return group(Math.round(value));
  return fixed(value, magnitude >= 9.995 ? 1 : 2);
}

function group(value: number): string {
  const digits = String(Math.abs(value)).replace(/\B(?=(\d{3})+$)/g, GROUP_SPACE);
  return value < 0 ? `-${digits}` : digits;
}

/** A whole number of things: "151 936". */
export function formatCount(value: Quantity): string {
  return isKnown(value) ? group(Math.round(value)) : DASH;
}

/** "1 token", "512 tokens". */
export function formatTokens(value: Quantity): string {
  return isKnown(value) ? withUnit(formatCount(value), Math.round(value) === 1 ? words.token : words.tokens) : DASH;
}

const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** Binary units: "640 KiB", "1.04 MiB". */
export function formatBytes(value: Quantity): string {
  if (!isKnown(value) || value < 0) return DASH;
  let scaled = value;
  let unit = 0;
  // 1023.5 and more would print as 1024, which is the next unit's 1.
  while (scaled >= 1023.5 && unit < BYTE_UNITS.length - 1) {
    scaled /= 1024;
    unit += 1;
  }
  return withUnit(formatNumber(scaled), BYTE_UNITS[unit] ?? "B");
}

/** "41.3 tok/s". */
export function formatTokenRate(tokensPerSecond: Quantity): string {
  return isKnown(tokensPerSecond) ? withUnit(formatNumber(tokensPerSecond), words.rate) : DASH;
}

/** A share of 1 as "92.1 %". */
export function formatPercent(share: Quantity): string {
  if (!isKnown(share)) return DASH;
  const percent = share * 100;
  return withUnit(Number.isInteger(percent) ? String(percent) : fixed(percent, 1), "%");
}

/** A probability: "41.3 %", "3.12 %", "<0.01 %"; exactly none is "0 %". */
export function formatProbability(probability: Quantity): string {
  if (!isKnown(probability)) return DASH;
  const percent = probability * 100;
  if (percent <= 0) return withUnit("0", "%");
  if (percent < 0.01) return withUnit(`<${fixed(0.01, 2)}`, "%");
  return withUnit(fixed(percent, percent >= 9.995 ? 1 : 2), "%");
}

/** "2.31 bits". */
export function formatBits(bits: Quantity): string {
  return isKnown(bits) ? withUnit(fixed(bits, 2), bits === 1 ? words.bit : words.bits) : DASH;
}

/** "0.42 ms", "12.4 ms", "1.24 s", "2 min 5 s". */
export function formatDuration(ms: Quantity): string {
  if (!isKnown(ms) || ms < 0) return DASH;
  if (ms < 999.5) return withUnit(formatNumber(ms), "ms");
  if (ms < 60_000) return withUnit(formatNumber(ms / 1000), "s");
  const seconds = Math.round(ms / 1000);
  return `${withUnit(String(Math.floor(seconds / 60)), "min")} ${withUnit(String(seconds % 60), "s")}`;
}

const COUNT_UNITS = [
  { from: 999.5e6, scale: 1e9, suffix: "B" },
  { from: 999.5e3, scale: 1e6, suffix: "M" },
  { from: 999.5, scale: 1e3, suffix: "K" },
] as const;

/** Parameter counts as model names write them: "260 K", "135 M", "1.24 B". */
export function formatParameters(value: Quantity): string {
  if (!isKnown(value) || value < 0) return DASH;
  for (const unit of COUNT_UNITS) {
    if (value >= unit.from) return withUnit(formatNumber(value / unit.scale), unit.suffix);
  }
  return formatCount(value);
}

/** Units per second out of a count and a time; null when either says nothing. */
export function perSecond(count: Quantity, ms: Quantity): number | null {
  return isKnown(count) && isKnown(ms) && count > 0 && ms > 0 ? (count * 1000) / ms : null;
}
