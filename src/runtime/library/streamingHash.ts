/** SHA-256 of bytes as they pass, which can be put down and taken up again: WebCrypto can do neither. */

export interface StreamingHash {
  update(bytes: Uint8Array): void;
  /** Hex. Ends the hash. */
  digest(): string;
  /** Base64 of the state so far, for `createStreamingHash`. */
  save(): string;
}

/** @param saved from `save`, of the same version of the library. @throws Error when it is of another */
export async function createStreamingHash(saved: string | null): Promise<StreamingHash> {
  const { createSHA256 } = await import("hash-wasm");
  const hash = await createSHA256();
  hash.init();
  if (saved !== null) hash.load(fromBase64(saved));
  return {
    update: (bytes) => void hash.update(bytes),
    digest: () => hash.digest("hex"),
    save: () => toBase64(hash.save()),
  };
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
