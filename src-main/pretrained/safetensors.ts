import { closeSync, fstatSync } from "node:fs";
import { LatheError } from "../base/errors.js";
import { bfloat16, float16 } from "../base/half-floats.js";
import { openOwnFileSync } from "../base/own-files.js";
import { readBytesSync } from "../base/read-bytes.js";

/** A tensor of a file, not decoded yet. */
export interface StoredTensor {
  readonly shape: readonly number[];
  /** In row-major order as float32. Rounds float64; of the other types each number is exact. @throws LatheError `pretrained.unreadable` for integers */
  read(): Float32Array;
}

export interface SafeTensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Free texts of `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes of a file and of its header: an entry takes about 130, and networks have hundreds to thousands of tensors. */
const [MOST_FILE, MOST_HEADER] = [2 ** 31 - 1, 16 << 20];
const MOST_TENSORS = 100_000;
const MOST_AXES = 8;

/** Bytes of a number, by type. Those of `toFloat` can be weights; the others may stand in a file, as counters of batches do. */
const BYTES: Readonly<Record<string, number>> = {
  ...{ F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1, BOOL: 1, F8_E4M3: 1, F8_E5M2: 1 },
};

const toFloat: Readonly<Record<string, (bytes: DataView, count: number) => Float32Array>> = {
  F64: (bytes, count) => Float32Array.from({ length: count }, (_, i) => bytes.getFloat64(8 * i, true)),
  F32: (bytes, count) => Float32Array.from({ length: count }, (_, i) => bytes.getFloat32(4 * i, true)),
  F16: (bytes, count) => Float32Array.from({ length: count }, (_, i) => float16(bytes.getUint16(2 * i, true))),
  BF16: (bytes, count) => Float32Array.from({ length: count }, (_, i) => bfloat16(bytes.getUint16(2 * i, true))),
};

/** Reads a file. @throws LatheError `pretrained.missing`, `pretrained.unreadable`, `project.unsafe` for a link, a pipe or a folder */
export function readSafeTensors(path: string): SafeTensors & { readonly bytes: Uint8Array } {
  let file: number;
  try {
    file = openOwnFileSync(path);
  } catch (thrown) {
    if (thrown instanceof LatheError) throw thrown;
    throw new LatheError("pretrained.missing", `the weights ${path} are not there, or cannot be opened`, { path }, { cause: thrown });
  }
  try {
    const { size } = fstatSync(file);
    if (size > MOST_FILE) throw unreadable(path, `it has ${size.toLocaleString("en")} bytes, expected at most ${MOST_FILE.toLocaleString("en")}`);
    const bytes = new Uint8Array(size);
    if (readBytesSync(file, bytes, 0) < size) throw unreadable(path, "it was cut off while it was read");
    return { ...parseSafeTensors(bytes, path), bytes };
  } finally {
    closeSync(file);
  }
}

/**
 * What a file of safetensors holds: the length of its header as an unsigned 64-bit number, the header, which is JSON, and the tensors one behind the other, all
 * little-endian. Nothing that the header says is believed: https://huggingface.co/docs/safetensors
 * @param path for messages
 * @throws LatheError `pretrained.unreadable`
 */
export function parseSafeTensors(bytes: Uint8Array, path: string): SafeTensors {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) throw unreadable(path, `it has ${bytes.length} bytes, too few for the length of a header`);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(Math.min(MOST_HEADER, bytes.length - 8)))
    throw unreadable(path, `its first 8 bytes tell of a header of ${length.toLocaleString("en")} bytes, and ${(bytes.length - 8).toLocaleString("en")} follow`);
  const start = 8 + Number(length);
  const held = bytes.length - start;
  const header = headerOf(bytes.subarray(8, start), path);
  const { __metadata__: metadata, ...entries } = header;
  const names = Object.keys(entries);
  if (names.length > MOST_TENSORS)
    throw unreadable(path, `it tells of ${names.length.toLocaleString("en")} tensors, expected at most ${MOST_TENSORS.toLocaleString("en")}`);
  const placed = names.map((name) => ({ name, ...placeOf(name, entries[name], held, path) })).sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const { name, begin, end: next } of placed) {
    if (begin !== end) throw unreadable(path, `tensor ${shown(name)} begins at byte ${begin}, expected ${end}, where the one before ends`);
    end = next;
  }
  if (end !== held) throw unreadable(path, `its header tells of ${end.toLocaleString("en")} bytes of numbers, and it has ${held.toLocaleString("en")}`);
  return {
    tensors: new Map(
      placed.map(({ name, dtype, shape, count, begin, end: last }) => [
        name,
        {
          shape,
          read: () => {
            const decode = toFloat[dtype];
            if (!decode) throw unreadable(path, `tensor ${shown(name)} is of type ${dtype}, expected ${Object.keys(toFloat).join(", ")}`);
            return decode(new DataView(bytes.buffer, bytes.byteOffset + start + begin, last - begin), count);
          },
        },
      ]),
    ),
    metadata: textsOf(metadata, path),
  };
}

function headerOf(bytes: Uint8Array, path: string): Readonly<Record<string, unknown>> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw unreadable(path, "its header is no JSON");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) throw unreadable(path, "its header is no object");
  return header as Readonly<Record<string, unknown>>;
}

function placeOf(name: string, entry: unknown, held: number, path: string) {
  const of = `tensor ${shown(name)}`;
  const { dtype, shape, data_offsets: offsets } = (typeof entry === "object" && entry !== null ? entry : {}) as Readonly<Record<string, unknown>>;
  if (typeof dtype !== "string" || !Object.hasOwn(BYTES, dtype))
    throw unreadable(path, `${of} is of type ${shown(dtype)}, expected one of ${Object.keys(BYTES).join(", ")}`);
  if (!isCounts(shape) || shape.length > MOST_AXES) throw unreadable(path, `${of} has the shape ${shown(shape)}, expected at most ${MOST_AXES} lengths`);
  if (!isCounts(offsets) || offsets.length !== 2) throw unreadable(path, `${of} lies at ${shown(offsets)}, expected two places in the file`);
  const [begin = 0, end = 0] = offsets;
  if (begin > end || end > held) throw unreadable(path, `${of} lies at bytes ${begin} to ${end} of ${held}`);
  const count = shape.reduce((product, axis) => product * axis, 1);
  if (count * (BYTES[dtype] ?? 0) !== end - begin)
    throw unreadable(
      path,
      `${of} of shape [${shape.join(", ")}] and type ${dtype} takes ${count * (BYTES[dtype] ?? 0)} bytes, and its place has ${end - begin}`,
    );
  return { dtype, shape, count, begin, end };
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && Number(one) >= 0);
}

function textsOf(metadata: unknown, path: string): Readonly<Record<string, string>> {
  if (metadata === undefined) return {};
  const entries = typeof metadata === "object" && metadata !== null ? Object.entries(metadata as Readonly<Record<string, unknown>>) : undefined;
  if (!entries?.every((entry): entry is [string, string] => typeof entry[1] === "string")) throw unreadable(path, "its __metadata__ are no texts");
  return Object.fromEntries(entries);
}

function shown(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

function unreadable(path: string, why: string): LatheError {
  return new LatheError("pretrained.unreadable", `${path} is no file of safetensors, or is damaged: ${why}; put the file itself there again`, { path });
}
