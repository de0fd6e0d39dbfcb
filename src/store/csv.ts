export type CsvCell = string | number | null | undefined;

/** RFC 4180, the header first; what is not known stays empty. Spaces at an end, as tokens have them, are kept by quotes. */
export function toCsv(rows: readonly (readonly CsvCell[])[]): string {
  const quoted = (cell: CsvCell): string => {
    const isKnown = typeof cell === "number" ? Number.isFinite(cell) : cell != null;
    const text = isKnown ? String(cell) : "";
    return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${rows.map((cells) => cells.map(quoted).join(",")).join("\r\n")}\r\n`;
}
