import { type DataType } from "../../../src-main/onnx/types.js";
import type { Kernel, Kernels } from "./kernel.js";
import { type Tensor, build, fromTensorData, product } from "./tensor.js";

/** Operators that make tensors from nothing, ask for shapes, or change types. */

const vector = (dtype: DataType, data: readonly number[]): Tensor => ({ dtype, dims: [data.length], data });
const scalar = (dtype: DataType, value: number): Tensor => ({ dtype, dims: [], data: [value] });

/** TensorProto.DataType by number. */
const TYPES: Readonly<Record<number, DataType>> = { 1: "float32", 2: "uint8", 6: "int32", 7: "int64", 8: "string", 9: "bool", 11: "float64" };

const constant: Kernel = (c) => {
  for (const [name, attribute] of Object.entries(c.node.attributes)) {
    switch (attribute.type) {
      case "tensor":
        return fromTensorData(attribute.value);
      case "float":
        return scalar("float32", attribute.value);
      case "int":
        return scalar("int64", attribute.value);
      case "floats":
        return vector("float32", attribute.value);
      case "ints":
        return vector("int64", attribute.value);
      case "string":
        return { dtype: "string", dims: [], data: [], strings: [attribute.value] };
      case "strings":
        return { dtype: "string", dims: [attribute.value.length], data: [], strings: attribute.value };
      default:
        throw new Error(`no constant from ${name}`);
    }
  }
  throw new Error("Constant without a value");
};

/** One float32 zero by default. */
const constantOfShape: Kernel = (c) => {
  const value = c.attribute("value");
  const fill = value?.type === "tensor" ? fromTensorData(value.value) : scalar("float32", 0);
  return build(fill.dtype, c.input(0).data, () => fill.data[0]!);
};

/** `start` and `end` (since operator set 15) are clamped to the rank. */
const shape: Kernel = (c) => {
  const { dims } = c.input(0);
  return vector("int64", dims.slice(c.int("start", 0), c.int("end", dims.length)));
};

const range: Kernel = (c) => {
  const [start, limit, delta] = [c.input(0).data[0]!, c.input(1).data[0]!, c.input(2).data[0]!];
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  return vector(
    c.input(0).dtype,
    Array.from({ length: count }, (_, i) => start + i * delta),
  );
};

function converted(x: Tensor, to: DataType): Tensor {
  if (to === "string") return x.strings ? x : { dtype: to, dims: x.dims, data: [], strings: x.data.map(String) };
  const data = x.strings ? x.strings.map(numberOf) : x.data;
  switch (to) {
    case "bool":
      return { dtype: to, dims: x.dims, data: data.map((v) => (v === 0 ? 0 : 1)) };
    case "uint8":
      return { dtype: to, dims: x.dims, data: data.map((v) => Math.trunc(v) & 255) };
    case "int32":
    case "int64":
      return { dtype: to, dims: x.dims, data: data.map((v) => Math.trunc(v)) };
    default:
      return { dtype: to, dims: x.dims, data };
  }
}

/** ONNX writes infinities as INF, +INF, -INF in any case. */
function numberOf(text: string): number {
  const infinite = /^([+-]?)inf(inity)?$/i.exec(text);
  return infinite ? (infinite[1] === "-" ? -Infinity : Infinity) : Number(text);
}

const cast: Kernel = (c) => {
  const to = TYPES[c.int("to", 0)];
  if (!to) throw new Error(`no cast to type ${c.int("to", 0)}`);
  return converted(c.input(0), to);
};

/** ai.onnx.ml LabelEncoder: keys and values are lists of one kind each; what is no key gets the default of the values' kind. */
const labelEncoder: Kernel = (c) => {
  const x = c.input(0);
  const keys: readonly (string | number)[] = c.strings("keys_strings") ?? c.ints("keys_int64s") ?? c.floats("keys_floats") ?? [];
  const places = new Map(keys.map((key, i) => [key, i]));
  const found = (x.strings ?? x.data).map((v) => places.get(v));
  const text = c.strings("values_strings");
  if (text) return { dtype: "string", dims: x.dims, data: [], strings: found.map((i) => (i === undefined ? c.text("default_string", "_Unused") : text[i]!)) };
  const whole = c.ints("values_int64s");
  const values = whole ?? c.floats("values_floats") ?? [];
  const other = whole ? c.int("default_int64", -1) : c.float("default_float", -0);
  return { dtype: whole ? "int64" : "float32", dims: x.dims, data: found.map((i) => (i === undefined ? other : values[i]!)) };
};

export const making: Kernels = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Shape: shape,
  Size: (c) => scalar("int64", product(c.input(0).dims)),
  Range: range,
  Cast: cast,
  CastLike: (c) => converted(c.input(0), c.input(1).dtype),
  LabelEncoder: labelEncoder,
};
