/** Values, strings and headers as GGUF version 3 lays them out, little-endian. */
import { joinBytes } from "../../shared/joinBytes";

/** Type numbers of metadata values. */
const TYPE = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;

export type MetadataValue =
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "uint32" | "float32"; readonly value: number }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "strings"; readonly value: readonly string[] }
  | { readonly kind: "int32s"; readonly value: readonly number[] };

/** A metadata entry, key included, as bytes. */
export type EncodedEntry = Uint8Array;

export interface TensorHeading {
  readonly name: string;
  /** Row-major; written the other way round. */
  readonly shape: readonly number[];
  /** Type number of ggml.h. */
  readonly type: number;
  readonly sizeBytes: number;
}

/** Tensors begin at multiples of this. */
export const ALIGNMENT = 32;

export function paddingAfter(bytes: number): number {
  return (ALIGNMENT - (bytes % ALIGNMENT)) % ALIGNMENT;
}

export function encodeEntry(key: string, entry: MetadataValue): EncodedEntry {
  return joinBytes([encodeString(key), ...encodeValue(entry)]);
}

/** All before the first tensor, padding included. */
export function encodeHeader(entries: readonly EncodedEntry[], tensors: readonly TensorHeading[]): Uint8Array {
  const parts = [
    new TextEncoder().encode("GGUF"),
    uint32(3),
    uint64(tensors.length),
    uint64(entries.length),
    ...entries,
  ];
  let offset = 0;
  for (const { name, shape, type, sizeBytes } of tensors) {
    const sizes = [...shape].reverse().map(uint64);
    parts.push(encodeString(name), uint32(shape.length), ...sizes, uint32(type), uint64(offset));
    offset += sizeBytes + paddingAfter(sizeBytes);
  }
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return joinBytes([...parts, new Uint8Array(paddingAfter(length))]);
}

function encodeValue(entry: MetadataValue): Uint8Array[] {
  switch (entry.kind) {
    case "string":
      return [uint32(TYPE.string), encodeString(entry.value)];
    case "uint32":
      return [uint32(TYPE.uint32), uint32(entry.value)];
    case "float32":
      return [uint32(TYPE.float32), new Uint8Array(Float32Array.of(entry.value).buffer)];
    case "bool":
      return [uint32(TYPE.bool), Uint8Array.of(entry.value ? 1 : 0)];
    case "strings":
      return [uint32(TYPE.array), uint32(TYPE.string), uint64(entry.value.length), ...entry.value.map(encodeString)];
    case "int32s":
      return [
        uint32(TYPE.array),
        uint32(TYPE.int32),
        uint64(entry.value.length),
        new Uint8Array(Int32Array.from(entry.value).buffer),
      ];
  }
}

function encodeString(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  return joinBytes([uint64(bytes.length), bytes]);
}

function uint32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

function uint64(value: number): Uint8Array {
  return new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
}
