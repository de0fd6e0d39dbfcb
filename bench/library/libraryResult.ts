/** Milliseconds of the fastest of a few rounds in one run. */
export interface LibraryTimes {
  /** First load from a server until the model is on the GPU; its last records may still be written. */
  readonly cold: number;
  /** The same until all of it is kept. */
  readonly kept: number;
  /** Of it, fetching by ranges, as the library does. */
  readonly ranges: number;
  /** The same with records made and their digests, but nothing written and no GPU. */
  readonly filling: number;
  /** The same with the GPU. */
  readonly unkept: number;
  /** The same where the hub publishes a SHA-256, which is then computed on the way; null: there is no hub. */
  readonly hashedCold: number | null;
  /** Fetching the same bytes and dropping them. */
  readonly plainFetch: number;
  /** Writing the same bytes as arrays by plain idb-keyval. */
  readonly plainWrite: number;
  /** Whole load from the store, GPU included. */
  readonly warm: number;
  /** Of it, what reads the records and compares their digests. */
  readonly reading: number;
  /** Reading the same bytes, kept as arrays, by plain idb-keyval. */
  readonly plainRead: number;
  /** Reading the records as they are kept, and nothing more. */
  readonly recordRead: number;
}

/** What the model library costs beside doing without it. */
export interface LibraryResult extends LibraryTimes {
  /** Bytes in the store over bytes of planes on the GPU. */
  readonly storedOverPlanes: number;
  /** Bytes of full precision that become a level in the time in which so many are copied, as a share. */
  readonly quantizeOverCopy: Readonly<Record<string, number>>;
  readonly modelBytes: number;
}

export interface LibraryRequest {
  /** Address of a folder in Hugging Face layout. */
  readonly folder: string;
  /** The same from a hub that publishes its SHA-256. */
  readonly hub: { readonly address: string; readonly id: string } | null;
  /** Where the result is sent too, as text: pages connect to nobody, their workers do. */
  readonly report: string | null;
}

/** A result in lines for people. */
export function describeLibrary(result: LibraryResult): string {
  const { cold, kept, ranges, filling, unkept, hashedCold, plainFetch, plainWrite } = result;
  const { warm, reading, plainRead, recordRead } = result;
  return [
    `Library, ${(result.modelBytes / 1e6).toFixed(0)} MB in full precision`,
    timesLine("warm load / plain idb-keyval", warm, plainRead, "at most 1.5"),
    timesLine("  of it reading", reading, plainRead),
    timesLine("  of it records as they are kept", recordRead, plainRead),
    timesLine("cold load / plain fetch", cold, plainFetch, "at most 1.3"),
    // Each with what stands above it.
    timesLine("  of it fetching by ranges", ranges, plainFetch),
    timesLine("  and records with digests", filling, plainFetch),
    timesLine("  and the GPU", unkept, plainFetch),
    timesLine("  and writing, to the last record", kept, plainFetch),
    ...(hashedCold === null ? [] : [timesLine("  with a published SHA-256", hashedCold, plainFetch)]),
    // The store's own part of it.
    timesLine("  kept / plain fetch and write", kept, plainFetch + plainWrite),
    timesLine("  plain write / plain fetch", plainWrite, plainFetch),
    line("stored bytes / plane bytes", result.storedOverPlanes),
    ...Object.entries(result.quantizeOverCopy).map(([level, share]) => line(`quantizing to ${level} / copy`, share)),
  ].join("\n");
}

export function line(name: string, ratio: number, note = ""): string {
  return `  ${name.padEnd(34)} ${ratio.toPrecision(3)}${note === "" ? "" : ` (${note})`}`;
}

function timesLine(name: string, ms: number, plainMs: number, aim = ""): string {
  return line(name, ms / plainMs, `${ms.toFixed(0)} over ${plainMs.toFixed(0)} ms${aim === "" ? "" : `; ${aim}`}`);
}
