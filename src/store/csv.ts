export type CsvCell = string | number | null | undefined;

/** RFC 4180; what is not known stays empty. */
export function toCsv(header: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  const quoted = (cell: CsvCell): string => {
    const isKnown = typeof cell === "number" ? Number.isFinite(cell) : cell != null;
    const text = isKnown ? String(cell) : "";
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${[header, ...rows].map((cells) => cells.map(quoted).join(",")).join("\r\n")}\r\n`;
}
