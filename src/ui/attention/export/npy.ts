/** Values in NumPy's own file format, version 1.0: magic, header as a Python dict, values in C order. */
export function encodeNpy(shape: readonly number[], values: Float32Array): ArrayBuffer {
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': (${axes}), }`;
  // Magic, version and header length take 10 bytes; values begin at a multiple of 64.
  const headerBytes = Math.ceil((10 + dict.length + 1) / 64) * 64 - 10;
  const header = `${dict.padEnd(headerBytes - 1)}\n`;
  const bytes = new ArrayBuffer(10 + headerBytes + values.length * 4);
  const view = new DataView(bytes);
  new Uint8Array(bytes).set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0]);
  view.setUint16(8, headerBytes, true);
  new Uint8Array(bytes, 10, headerBytes).set(new TextEncoder().encode(header));
  for (const [i, value] of values.entries()) view.setFloat32(10 + headerBytes + i * 4, value, true);
  return bytes;
}
