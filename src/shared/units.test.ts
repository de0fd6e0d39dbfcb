import { afterEach, describe, expect, it } from "vitest";
import {
  DASH,
  formatBits,
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatParameters,
  formatPercent,
  formatProbability,
  formatTokenRate,
  formatTokens,
  perSecond,
  setUnitLanguage,
} from "./units";

/** Typographic spaces as plain ones, so that expectations can be read. */
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, " ");

describe("on a German page", () => {
  afterEach(() => setUnitLanguage("en"));

  it("numbers have a comma, and units German names", () => {
    setUnitLanguage("de");
    const texts = [formatNumber(0.75), formatTokens(1), formatTokens(1234), formatTokenRate(41.26), formatBits(2.5)];
    expect(texts.map(plain)).toEqual(["0,75", "1 Token", "1 234 Tokens", "41,3 Tok/s", "2,50 Bit"]);
    expect([formatBytes(1536), formatPercent(0.921), formatProbability(0.00001)].map(plain)).toEqual([
      ...["1,50 KiB", "92,1 %", "<0,01 %"],
    ]);
  });
});

describe("units", () => {
  it("shows a dash for what is not known", () => {
    const formatters = [
      formatBits,
      formatProbability,
      formatBytes,
      formatCount,
      formatDuration,
      formatNumber,
      formatParameters,
      formatPercent,
      formatTokenRate,
      formatTokens,
    ];
    for (const format of formatters) {
      for (const unknown of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY]) expect(format(unknown)).toBe(DASH);
    }
  });

  it.each([
    [0, "0 B"],
    [512, "512 B"],
    [1023, "1 023 B"],
    [1024, "1 KiB"],
    [655_360, "640 KiB"],
    [1_048_575, "1.00 MiB"],
    [1_090_519, "1.04 MiB"],
    [128 * 2 ** 20, "128 MiB"],
    [1.5 * 2 ** 40, "1.50 TiB"],
  ])("writes %d bytes as %s", (bytes, text) => {
    expect(plain(formatBytes(bytes))).toBe(text);
  });

  it.each([
    [0.4213, "0.42 ms"],
    [12.44, "12.4 ms"],
    [999.7, "1.00 s"],
    [1240, "1.24 s"],
    [125_000, "2 min 5 s"],
  ])("writes %d ms as %s", (ms, text) => {
    expect(plain(formatDuration(ms))).toBe(text);
  });

  it.each([
    [512, "512"],
    [260_000, "260 K"],
    [134_515_008, "135 M"],
    [999_900_000, "1.00 B"],
    [1_235_814_400, "1.24 B"],
  ])("writes %d parameters as %s", (count, text) => {
    expect(plain(formatParameters(count))).toBe(text);
  });

  it("groups digits and keeps three significant ones", () => {
    expect(plain(formatCount(151_936))).toBe("151 936");
    expect(plain(formatCount(-1234))).toBe("-1 234");
    expect(plain(formatTokenRate(41.28))).toBe("41.3 tok/s");
    expect(plain(formatTokenRate(1234.5))).toBe("1 235 tok/s");
    expect(plain(formatPercent(0.9214))).toBe("92.1 %");
    expect(plain(formatPercent(1))).toBe("100 %");
    expect(plain(formatTokens(1))).toBe("1 token");
    expect(plain(formatTokens(0))).toBe("0 tokens");
  });

  it("has no rate without a time", () => {
    expect(perSecond(10, 500)).toBe(20);
    expect(perSecond(0, 500)).toBeNull();
    expect(perSecond(10, 0)).toBeNull();
    expect(perSecond(null, 500)).toBeNull();
  });

  it.each([
    [1, "100.0 %"],
    [0.41349, "41.3 %"],
    [0.0999, "9.99 %"],
    [0.031, "3.10 %"],
    [0.0001, "0.01 %"],
    [0.00009, "<0.01 %"],
    [0, "0 %"],
  ])("probability %d is %s", (probability, text) => {
    expect(plain(formatProbability(probability))).toBe(text);
  });

  it("entropy has two decimals", () => {
    expect([0, 1, 2.305].map((bits) => plain(formatBits(bits)))).toEqual(["0.00 bits", "1.00 bit", "2.31 bits"]);
  });
});
