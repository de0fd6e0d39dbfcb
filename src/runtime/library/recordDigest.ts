/**
 * XXH3, 128 bits, of a record: finds damage, not malice, at several times the speed of SHA-256. What a hub publishes is
 * checked by SHA-256 on the way in.
 */

/** Hex. */
export type RecordDigest = (bytes: Uint8Array) => string;

export async function createRecordDigest(): Promise<RecordDigest> {
  const { createXXHash128 } = await import("hash-wasm");
  const hash = await createXXHash128();
  return (bytes) => hash.init().update(bytes).digest("hex");
}
