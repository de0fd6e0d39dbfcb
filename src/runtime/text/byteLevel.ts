/**
 * GPT-2's alphabet: byte-level vocabularies write each byte as one printable character. Printable Latin-1 bytes
 * stand for themselves, the other 68 for U+0100 upwards in order (Radford et al. 2019, encoder.py).
 */
const BYTE_OF_CHAR: ReadonlyMap<string, number> = (() => {
  const isPrintable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  const byteOfChar = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    byteOfChar.set(String.fromCodePoint(isPrintable(byte) ? byte : next++), byte);
  }
  return byteOfChar;
})();

/** Bytes that a byte-level token stands for; a character outside the alphabet is kept as it is. */
export function byteLevelBytes(token: string): Uint8Array {
  const bytes: number[] = [];
  for (const char of token) {
    const byte = BYTE_OF_CHAR.get(char);
    if (byte === undefined) bytes.push(...new TextEncoder().encode(char));
    else bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

/** The byte of a fallback token "<0x0A>", or null. */
export function fallbackByte(token: string): number | null {
  const match = /^<0x([0-9A-Fa-f]{2})>$/.exec(token);
  return match ? Number.parseInt(match[1] ?? "", 16) : null;
}

export function fallbackToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
}
