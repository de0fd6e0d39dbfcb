/** Writes small GGUF files for tests, sound ones and, through the options, broken ones. */
import { joinBytes } from "../../shared/joinBytes";

export type WrittenValue =
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "uint32" | "int32" | "float32" | "uint64"; readonly value: number }
  | { readonly kind: "bool"; readonly value: boolean }
  /** Elements given as bytes are written as they are, valid UTF-8 or not. */
  | { readonly kind: "strings"; readonly value: readonly (string | Uint8Array)[] }
  | { readonly kind: "int32s" | "float32s"; readonly value: readonly number[] };

export interface WrittenTensor {
  readonly name: string;
  /** Row-major; written the other way round, as GGUF has it. */
  readonly shape: readonly number[];
  /** Type number of ggml.h. */
  readonly type: number;
  readonly data: Uint8Array;
  /** Instead of the place where the data really goes. */
  readonly offset?: number;
}

export interface GgufContent {
  readonly metadata?: Readonly<Record<string, WrittenValue>>;
  readonly tensors?: readonly WrittenTensor[];
  readonly version?: number;
  readonly alignment?: number;
  /** Instead of the true numbers. */
  readonly claimedTensors?: bigint;
  readonly claimedEntries?: bigint;
}

const TYPE_NUMBERS = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9, uint64: 10 } as const;

export function writeGguf(content: GgufContent): Uint8Array {
  const alignment = content.alignment ?? 32;
  const tensors = content.tensors ?? [];
  const entries = Object.entries(content.metadata ?? {});
  if (content.alignment) entries.push(["general.alignment", { kind: "uint32", value: content.alignment }]);
  const out = new ByteWriter();
  out.bytes(new TextEncoder().encode("GGUF"));
  out.uint32(content.version ?? 3);
  out.uint64(content.claimedTensors ?? BigInt(tensors.length));
  out.uint64(content.claimedEntries ?? BigInt(entries.length));
  for (const [key, value] of entries) {
    out.string(key);
    writeValue(out, value);
  }
  let offset = 0;
  for (const tensor of tensors) {
    out.string(tensor.name);
    out.uint32(tensor.shape.length);
    for (const size of [...tensor.shape].reverse()) out.uint64(BigInt(size));
    out.uint32(tensor.type);
    out.uint64(BigInt(tensor.offset ?? offset));
    offset += Math.ceil(tensor.data.length / alignment) * alignment;
  }
  for (const tensor of tensors) {
    out.pad(alignment);
    out.bytes(tensor.data);
  }
  return out.joined();
}

function writeValue(out: ByteWriter, value: WrittenValue): void {
  switch (value.kind) {
    case "string":
      out.uint32(TYPE_NUMBERS.string);
      out.string(value.value);
      break;
    case "bool":
      out.uint32(TYPE_NUMBERS.bool);
      out.bytes(Uint8Array.of(value.value ? 1 : 0));
      break;
    case "strings":
      out.uint32(TYPE_NUMBERS.array);
      out.uint32(TYPE_NUMBERS.string);
      out.uint64(BigInt(value.value.length));
      for (const item of value.value) out.string(item);
      break;
    case "int32s":
    case "float32s": {
      const kind = value.kind === "int32s" ? "int32" : "float32";
      out.uint32(TYPE_NUMBERS.array);
      out.uint32(TYPE_NUMBERS[kind]);
      out.uint64(BigInt(value.value.length));
      for (const item of value.value) writeNumber(out, kind, item);
      break;
    }
    default:
      out.uint32(TYPE_NUMBERS[value.kind]);
      writeNumber(out, value.kind, value.value);
  }
}

function writeNumber(out: ByteWriter, kind: "uint32" | "int32" | "float32" | "uint64", value: number): void {
  if (kind === "uint64") out.uint64(BigInt(value));
  else if (kind === "float32") out.bytes(new Uint8Array(Float32Array.of(value).buffer));
  else out.uint32(value >>> 0);
}

class ByteWriter {
  private readonly parts: Uint8Array[] = [];
  private length = 0;

  bytes(bytes: Uint8Array): void {
    this.parts.push(bytes);
    this.length += bytes.length;
  }

  uint32(value: number): void {
    this.bytes(new Uint8Array(Uint32Array.of(value).buffer));
  }

  uint64(value: bigint): void {
    this.bytes(new Uint8Array(BigUint64Array.of(value).buffer));
  }

  string(value: string | Uint8Array): void {
    const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
    this.uint64(BigInt(bytes.length));
    this.bytes(bytes);
  }

  pad(alignment: number): void {
    this.bytes(new Uint8Array((alignment - (this.length % alignment)) % alignment));
  }

  joined(): Uint8Array {
    return joinBytes(this.parts);
  }
}
