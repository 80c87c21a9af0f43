/** Tensors of float32 by name. */
export type NamedTensors = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

/**
 * A file of tensors: the length of the header as u64, the header in JSON, `{ name: { dtype, shape, data_offsets } }`, padded with blanks to 8 bytes, then the
 * numbers, little-endian. https://github.com/huggingface/safetensors
 */
export function safetensors(tensors: NamedTensors): Uint8Array {
  let end = 0;
  const entries = [...tensors].map(([name, { shape, data }]) => {
    const begin = end;
    end += data.byteLength;
    return [name, { dtype: "F32", shape, data_offsets: [begin, end] }] as const;
  });
  const text = JSON.stringify(Object.fromEntries(entries));
  const header = Buffer.from(text.padEnd(Math.ceil(Buffer.byteLength(text) / 8) * 8 - Buffer.byteLength(text) + text.length));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const numbers = [...tensors.values()].map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  return Buffer.concat([length, header, ...numbers]);
}

/** One-dimensional uint32 as NumPy keeps it: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
export function npy(values: Uint32Array): Uint8Array {
  const head = `{'descr': '<u4', 'fortran_order': False, 'shape': (${values.length},), }`;
  // Magic, version and length are 10 bytes; all of it ends at a multiple of 64.
  const padded = `${head.padEnd(Math.ceil((head.length + 11) / 64) * 64 - 11)}\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(padded.length);
  return Buffer.concat([
    Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0]),
    length,
    Buffer.from(padded),
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  ]);
}
