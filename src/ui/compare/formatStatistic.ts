/** Numbers of a comparison with their errors: as many digits as the error leaves meaning. */
import type { Statistic } from "../../shared/comparisonStatistics";
import { DASH } from "../../shared/units";

const PLUS_MINUS = "\u00a0±\u00a0";

/** Three significant digits; small ones as a power of ten. */
export function formatSmall(value: number): string {
  if (!Number.isFinite(value)) return DASH;
  if (value === 0) return "0";
  const magnitude = Math.abs(value);
  if (magnitude >= 1000) return value.toFixed(0);
  if (magnitude >= 1e-4) return String(Number(value.toPrecision(3)));
  const exponent = Math.floor(Math.log10(magnitude));
  const mantissa = (value / 10 ** exponent).toFixed(1);
  return `${mantissa === "1.0" ? "" : `${mantissa}\u00a0×\u00a0`}10${superscript(exponent)}`;
}

/** "10⁻³" */
export function tenTo(exponent: number): string {
  return `10${superscript(exponent)}`;
}

function superscript(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)] ?? "");
  return (exponent < 0 ? "⁻" : "") + digits.join("");
}

/** "0.0345 ± 0.0021": both with the decimals that give the error two digits. */
export function formatStatistic({ value, error }: Statistic): string {
  if (error === null || error === 0 || !Number.isFinite(error)) return formatSmall(value);
  const decimals = 1 - Math.floor(Math.log10(error));
  if (decimals > 7) return `${formatSmall(value)}${PLUS_MINUS}${formatSmall(error)}`;
  const places = Math.max(0, decimals);
  // Adding 0 takes the sign from what rounds to "-0.00".
  return `${(Number(value.toFixed(places)) + 0).toFixed(places)}${PLUS_MINUS}${error.toFixed(places)}`;
}

/** A share of 1: "92.1 ± 0.9 %". */
export function formatShare({ value, error }: Statistic): string {
  if (!Number.isFinite(value)) return DASH;
  const percent = (100 * value).toFixed(1);
  return error === null || error === 0
    ? `${percent}\u00a0%`
    : `${percent}${PLUS_MINUS}${(100 * error).toFixed(1)}\u00a0%`;
}

/** A change of a probability in percent, with as many digits as its error leaves meaning. */
export function formatChange({ value, error, n }: Statistic): string {
  const percent = { value: 100 * value, error: error === null ? null : 100 * error, n };
  return `${formatStatistic(percent)}\u00a0%`;
}
