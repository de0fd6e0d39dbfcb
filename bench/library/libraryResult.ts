/** What is measured; bytes and model are always the same. */
export type Part =
  /** First load from a server until the model is on the GPU; its last records may still be written. */
  | "cold"
  /** The same until all of it is kept. */
  | "kept"
  /** Of it, fetching by ranges, as the library does. */
  | "ranges"
  /** The same with records made and their digests, but nothing written and no GPU. */
  | "filling"
  /** The same with the GPU. */
  | "unkept"
  /** The same where the hub publishes a SHA-256, which is then computed on the way. */
  | "hashedCold"
  /** Fetching the same bytes and dropping them. */
  | "plainFetch"
  /** Writing the same bytes as arrays by plain idb-keyval. */
  | "plainWrite"
  /** Whole load from the store, GPU included. */
  | "warm"
  /** Of it, what reads the records and compares their digests. */
  | "reading"
  /** Reading the same bytes, kept as arrays, by plain idb-keyval. */
  | "plainRead"
  /** Reading the records as they are kept, and nothing more. */
  | "recordRead"
  /** As above, from a server whose line has a speed. */
  | "lineFetch"
  | "lineCold"
  | "lineKept";

/** Milliseconds of processor time by what ran: the server, or a kind of the browser's processes. */
export type ProcessorMs = Readonly<Record<string, number>>;

/** Of the fastest of a few rounds in one run. */
export interface PartCost {
  readonly ms: number;
  /** Null: nobody counts it. */
  readonly processor: ProcessorMs | null;
}

/** What the model library costs beside doing without it. */
export interface LibraryResult {
  /** Parts that were measured: without a hub, or a line with a speed, some are not. */
  readonly costs: ReadonlyMap<Part, PartCost>;
  /** Bytes in the store over bytes of planes on the GPU. */
  readonly storedOverPlanes: number;
  /** Bytes of full precision that become a level in the time in which so many are copied, as a share. */
  readonly quantizeOverCopy: Readonly<Record<string, number>>;
  readonly modelBytes: number;
  /** Of the line with a speed. */
  readonly lineBytesPerSecond: number | null;
}

/** Kinds of processes that never take more are not shown. */
const SHOWN_MS = 20;

export interface LibraryRequest {
  /** Address of a folder in Hugging Face layout. */
  readonly folder: string;
  /** The same from a hub that publishes its SHA-256. */
  readonly hub: { readonly address: string; readonly id: string } | null;
  /** The same folder over a line with a speed. */
  readonly line: { readonly folder: string; readonly bytesPerSecond: number } | null;
  /** Where the result is sent too, as text, and who counts processor time: pages connect to nobody, their workers do. */
  readonly report: string | null;
}

/** A result in lines for people. */
export function describeLibrary({ costs, ...result }: LibraryResult): string {
  const ratio = (label: string, part: Part, plain: readonly Part[], aim = ""): string[] => {
    const ms = costs.get(part)?.ms;
    const plainMs = plain.reduce((sum, name) => sum + (costs.get(name)?.ms ?? Number.NaN), 0);
    if (ms === undefined) return [];
    const note = `${ms.toFixed(0)} over ${plainMs.toFixed(0)} ms${aim === "" ? "" : `; ${aim}`}`;
    return [line(label, ms / plainMs, note)];
  };
  const speed = `${((result.lineBytesPerSecond ?? 0) / 1e6).toFixed(0)} MB/s`;
  return [
    `Library, ${(result.modelBytes / 1e6).toFixed(0)} MB in full precision`,
    ...ratio("warm load / plain idb-keyval", "warm", ["plainRead"], "at most 1.5"),
    ...ratio("  of it reading", "reading", ["plainRead"]),
    ...ratio("  of it records as they are kept", "recordRead", ["plainRead"]),
    ...ratio("cold load / plain fetch", "cold", ["plainFetch"], "at most 1.3"),
    // Each with what stands above it.
    ...ratio("  of it fetching by ranges", "ranges", ["plainFetch"]),
    ...ratio("  and records with digests", "filling", ["plainFetch"]),
    ...ratio("  and the GPU", "unkept", ["plainFetch"]),
    ...ratio("  and writing, to the last record", "kept", ["plainFetch"]),
    ...ratio("  with a published SHA-256", "hashedCold", ["plainFetch"]),
    // The store's own part of it.
    ...ratio("  kept / plain fetch and write", "kept", ["plainFetch", "plainWrite"]),
    ...ratio("  plain write / plain fetch", "plainWrite", ["plainFetch"]),
    ...ratio(`cold load / plain fetch at ${speed}`, "lineCold", ["lineFetch"]),
    ...ratio("  and writing, to the last record", "lineKept", ["lineFetch"]),
    line("stored bytes / plane bytes", result.storedOverPlanes),
    ...Object.entries(result.quantizeOverCopy).map(([level, share]) => line(`quantizing to ${level} / copy`, share)),
    ...describeProcessors(costs),
  ].join("\n");
}

/** Why a part takes its time: with all processors at work, nothing that is done beside it is free. */
function describeProcessors(costs: ReadonlyMap<Part, PartCost>): string[] {
  const counted = [...costs].flatMap(([part, { ms, processor }]) => (processor ? [{ part, ms, processor }] : []));
  const kinds = [...new Set(counted.flatMap(({ processor }) => Object.keys(processor)))].filter((kind) =>
    counted.some(({ processor }) => (processor[kind] ?? 0) >= SHOWN_MS),
  );
  if (counted.length === 0) return [];
  const row = (cells: readonly string[]): string =>
    `  ${cells.map((cell, column) => (column === 0 ? cell.padEnd(12) : cell.padStart(12))).join("")}`;
  return [
    "ms of the fastest round, and of processor time in it",
    row(["", "ms", "processors", ...kinds]),
    ...counted.map(({ part, ms, processor }) => {
      const total = Object.values(processor).reduce((sum, used) => sum + used, 0);
      return row([
        part,
        ms.toFixed(0),
        (total / ms).toFixed(2),
        ...kinds.map((kind) => (processor[kind] ?? 0).toFixed(0)),
      ]);
    }),
  ];
}

export function line(name: string, ratio: number, note = ""): string {
  return `  ${name.padEnd(36)} ${ratio.toPrecision(3)}${note === "" ? "" : ` (${note})`}`;
}
