/** Writes small safetensors files, for tests only. */
export interface WrittenSafetensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

export function safetensorsFile(tensors: Readonly<Record<string, WrittenSafetensor>>): Uint8Array {
  let offset = 0;
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.length] };
    offset += data.length;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  let start = 8 + text.length;
  for (const { data } of Object.values(tensors)) {
    bytes.set(data, start);
    start += data.length;
  }
  return bytes;
}
