import { LatheError } from "../../base/errors.js";
import { bfloat16, float16 } from "../../base/half-floats.js";
import { ONNX_TYPE } from "../emitter.js";
import { type DataType, type TensorData, sizeOf } from "../types.js";
import { type Int64, type TensorMessage, fromInt64, toBigInt, toInt64 } from "./messages.js";

/** TensorProto.DataType's names, for the types Lathe cannot hold. */
const TYPE_NAMES = [
  "undefined",
  "float",
  "uint8",
  "int8",
  "uint16",
  "int16",
  "int32",
  "int64",
  "string",
  "bool",
  "float16",
  "double",
  "uint32",
  "uint64",
  "complex64",
  "complex128",
  "bfloat16",
];

const DATA_TYPES = new Map(Object.entries(ONNX_TYPE).map(([name, number]) => [number, name as DataType]));

/** Bytes of one element in raw_data. */
const WIDTH: Readonly<Record<Exclude<DataType, "string">, number>> = { float32: 4, float64: 8, int32: 4, int64: 8, uint8: 1, bool: 1 };

/** How a file is read that Lathe did not write: other element types become those nearest to them that Lathe has, and values may lie in files of their own. */
export interface ForeignFile {
  /** Hears of each tensor or value whose element type was another, by ONNX's name. */
  converted(what: string, from: string): void;
  /**
   * The bytes that a tensor keeps in another file. @param expected how many there must be; undefined where that is not known
   * @throws LatheError where there are none, or not so many, or the file is none of the model's own
   */
  external(entries: ReadonlyMap<string, string>, what: string, expected: number | undefined): Uint8Array;
}

/** float32 for all floats, int32 for short whole numbers, int64 for those without a sign. */
const NEAREST: Readonly<Record<number, DataType>> = {
  3: "int32",
  4: "int32",
  5: "int32",
  10: "float32",
  11: "float32",
  12: "int64",
  13: "int64",
  16: "float32",
};

/** @throws LatheError `graph.unsupported` for an element type Lathe does not compute with. */
export function dataTypeOf(number: number | undefined, what: string, foreign?: ForeignFile): DataType {
  const nearest = foreign && NEAREST[number ?? 0];
  if (nearest) {
    foreign.converted(what, TYPE_NAMES[number ?? 0] ?? "");
    return nearest;
  }
  const type = DATA_TYPES.get(number ?? 0);
  if (type) return type;
  throw new LatheError(
    "graph.unsupported",
    `${what} holds ${TYPE_NAMES[number ?? 0] ?? `element type ${number}`}; Lathe reads ${Object.keys(ONNX_TYPE).join(", ")}`,
  );
}

/** Values as raw_data, little-endian as the specification and every machine Lathe runs on have it; strings as string_data. */
export function encodeTensor(name: string, tensor: TensorData): TensorMessage {
  const { dtype, dims, data } = tensor;
  if (data.length !== sizeOf(dims))
    throw new LatheError("graph.invalid", `tensor ${name} has ${data.length} values, expected ${sizeOf(dims)} for [${dims.join(", ")}]`);
  const message = { name, dims: dims.map((d) => encodeInteger(d, `tensor ${name}`)), dataType: ONNX_TYPE[dtype] };
  if (tensor.dtype === "string") return { ...message, stringData: tensor.data.map((s) => Buffer.from(s, "utf8")) };
  const { buffer, byteOffset, byteLength } = tensor.data;
  return { ...message, rawData: new Uint8Array(buffer, byteOffset, byteLength) };
}

export function encodeInteger(value: number, what: string): Int64 {
  const encoded = toInt64(value);
  if (!encoded) throw new LatheError("graph.invalid", `${what} holds ${value}, expected a 64-bit whole number`);
  return encoded;
}

/** A 64-bit field as a number. @throws LatheError `graph.invalid` where JavaScript's numbers cannot hold it exactly. */
export function decodeInteger(value: Int64, what: string): number {
  const number = fromInt64(value);
  if (number === undefined) throw new LatheError("graph.invalid", `${what} holds ${toBigInt(value)}, expected a whole number of at most 2^53`);
  return number;
}

/** @throws LatheError `graph.invalid` where counts do not match, `graph.unsupported` for external data and for other element types. */
export function decodeTensor(given: TensorMessage, what: string, foreign?: ForeignFile): TensorData {
  const message = given.dataLocation === 1 ? { ...given, rawData: externalBytes(given, what, foreign) } : given;
  if (message.segment) throw new LatheError("graph.unsupported", `${what} is one segment of a tensor; save the model with whole tensors`);
  const dtype = dataTypeOf(message.dataType, what, foreign);
  const dims = (message.dims ?? []).map((d) => decodeInteger(d, what));
  const size = dims.reduce((n, d) => n * d, 1);
  if (dims.some((d) => d < 0) || !Number.isSafeInteger(size))
    throw new LatheError("graph.invalid", `${what} has the dimensions [${dims.join(", ")}], expected whole numbers from 0`);
  const values =
    dtype === "string"
      ? stringsOf(message)
      : ONNX_TYPE[dtype] !== message.dataType
        ? convertedValues(message, dtype, what)
        : message.rawData
          ? arrayOfBytes(dtype, message.rawData, what)
          : arrayOfFields(dtype, message);
  if (values.length !== size) throw new LatheError("graph.invalid", `${what} has ${values.length} values, expected ${size} for [${dims.join(", ")}]`);
  return { dtype, dims, data: values } as TensorData;
}

function externalBytes({ externalData = [], dims = [], dataType = 0 }: TensorMessage, what: string, foreign: ForeignFile | undefined): Uint8Array {
  if (!foreign) throw new LatheError("graph.unsupported", `${what} keeps its values in a separate file; save the model with its data inside`);
  const count = dims.reduce((n, d) => n * decodeInteger(d, what), 1);
  const width = READERS[dataType]?.[0] ?? Object.entries(WIDTH).find(([name]) => ONNX_TYPE[name as DataType] === dataType)?.[1];
  const expected = width === undefined || count < 0 ? undefined : width * count;
  return foreign.external(new Map(externalData.map(({ key = "", value = "" }) => [key, value])), what, expected);
}

/** Element types that Lathe does not have, read one number at a time: their width in raw_data, and how. */
const READERS: Readonly<Record<number, readonly [width: number, read: (view: DataView, at: number) => number | bigint]>> = {
  3: [1, (view, at) => view.getInt8(at)],
  4: [2, (view, at) => view.getUint16(at, true)],
  5: [2, (view, at) => view.getInt16(at, true)],
  10: [2, (view, at) => float16(view.getUint16(at, true))],
  11: [8, (view, at) => view.getFloat64(at, true)],
  12: [4, (view, at) => view.getUint32(at, true)],
  13: [8, (view, at) => view.getBigUint64(at, true)],
  16: [2, (view, at) => bfloat16(view.getUint16(at, true))],
};

function convertedValues(message: TensorMessage, dtype: Exclude<DataType, "string">, what: string): TensorData["data"] {
  const type = message.dataType ?? 0;
  const [width, read] = READERS[type] ?? [1, () => 0];
  const numbers = message.rawData ? numbersOfBytes(message.rawData, width, read, what) : numbersOfFields(message, type);
  if (dtype === "int64") return BigInt64Array.from(numbers, (n) => BigInt.asIntN(64, BigInt(n)));
  return dtype === "int32" ? Int32Array.from(numbers, Number) : Float32Array.from(numbers, Number);
}

function numbersOfBytes(bytes: Uint8Array, width: number, read: (view: DataView, at: number) => number | bigint, what: string): readonly (number | bigint)[] {
  if (bytes.length % width !== 0) throw new LatheError("graph.invalid", `${what} has ${bytes.length} bytes, expected a multiple of ${width}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / width }, (_, i) => read(view, i * width));
}

/** int32_data holds the bits of 16-bit floats; uint64_data, which also holds uint32, is read as nothing here: no exporter writes it. */
function numbersOfFields(message: TensorMessage, type: number): readonly (number | bigint)[] {
  if (type === 11) return message.doubleData ?? [];
  const bits = message.int32Data ?? [];
  return type === 10 ? bits.map(float16) : type === 16 ? bits.map(bfloat16) : bits;
}

function stringsOf(message: TensorMessage): readonly string[] {
  return (message.stringData ?? []).map((bytes) => Buffer.from(bytes).toString("utf8"));
}

function arrayOfBytes(dtype: Exclude<DataType, "string">, bytes: Uint8Array, what: string): TensorData["data"] {
  if (bytes.length % WIDTH[dtype] !== 0)
    throw new LatheError("graph.invalid", `${what} has ${bytes.length} bytes, expected a multiple of ${WIDTH[dtype]} for ${dtype}`);
  const { buffer } = new Uint8Array(bytes); // a copy: aligned, and independent of the file. (A Buffer's slice() would share its pool.)
  switch (dtype) {
    case "float32":
      return new Float32Array(buffer);
    case "float64":
      return new Float64Array(buffer);
    case "int32":
      return new Int32Array(buffer);
    case "int64":
      return new BigInt64Array(buffer);
    case "uint8":
    case "bool":
      return new Uint8Array(buffer);
  }
}

/** The typed fields: int32_data also holds the narrow types. */
function arrayOfFields(dtype: Exclude<DataType, "string">, message: TensorMessage): TensorData["data"] {
  switch (dtype) {
    case "float32":
      return Float32Array.from(message.floatData ?? []);
    case "float64":
      return Float64Array.from(message.doubleData ?? []);
    case "int32":
      return Int32Array.from(message.int32Data ?? []);
    case "int64":
      return BigInt64Array.from(message.int64Data ?? [], toBigInt);
    case "uint8":
    case "bool":
      return Uint8Array.from(message.int32Data ?? []);
  }
}
