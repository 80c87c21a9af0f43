import { defined } from "../../src-main/base/assert.js";
import type { Emitter } from "../../src-main/onnx/emitter.js";
import {
  type Attributes,
  type DataType,
  type Shape,
  type TensorData,
  type Value,
  ML_DOMAIN,
  floats,
  int,
  ints,
  strings,
  tensor,
  text,
} from "../../src-main/onnx/types.js";

/** An input of a case. Axes `"N"` and `"M"` are symbolic; values repeat as needed. */
export interface Operand {
  readonly dtype: DataType;
  readonly shape: Shape;
  readonly values: readonly (number | string)[];
}

export interface ShapeCase {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly Operand[];
  readonly build: (e: Emitter, ...x: Value[]) => readonly Value[];
}

type Given = Operand | TensorData | undefined;

const f = (...shape: Shape): Operand => ({ dtype: "float32", shape, values: [0.5, 1.25, 0.75, 2, 0.25] });
const d = (...shape: Shape): Operand => ({ ...f(...shape), dtype: "float64" });
const b = (...shape: Shape): Operand => ({ dtype: "bool", shape, values: [1, 0, 0] });
const s = (...shape: Shape): Operand => ({ dtype: "string", shape, values: ["a", "b"] });
const i64 = (values: readonly number[], ...shape: Shape): Operand => ({ dtype: "int64", shape, values });
/** Constants. */
const k = (...values: number[]): TensorData => tensor("int64", values);
const k0 = (value: number): TensorData => tensor("int64", [value], []);

/** One node. Constants become initializers, the rest graph inputs. */
function node(op: string, operands: readonly Given[], attributes: Attributes = {}, options: { outputs?: number; domain?: string } = {}): ShapeCase {
  const inputs = operands.filter((o): o is Operand => o !== undefined && "shape" in o);
  const shown = operands.map((o) => (o === undefined ? "-" : "shape" in o ? `${o.dtype}[${o.shape.join()}]` : `(${[...o.data].join()})`)).join(" ");
  const settings = Object.entries(attributes)
    .map(([name, a]) => ` ${name}=${a.type === "tensor" || a.type === "graph" ? a.type : String(a.value)}`)
    .join("");
  return {
    op,
    inputs,
    name: `${shown}${settings}`,
    build: (e, ...x) => {
      const rest = x.values();
      return e.graph.node(
        op,
        operands.map((o) => o && ("shape" in o ? defined(rest.next().value, "input") : e.constant(o))),
        attributes,
        options,
      );
    },
  };
}

const made = (op: string, name: string, inputs: readonly Operand[], build: (e: Emitter, ...x: Value[]) => Value): ShapeCase => ({
  op,
  name,
  inputs,
  build: (e, ...x) => [build(e, ...x)],
});

const unary = (...ops: string[]) => ops.flatMap((op) => [node(op, [f("N", 3)]), node(op, [f()])]);
const binary = (...ops: string[]) => ops.flatMap((op) => [node(op, [f("N", 3), f(3)]), node(op, [f(2, 1), f("N", 1, 3)]), node(op, [f(), f("N", "M")])]);
const logical = (...ops: string[]) => ops.flatMap((op) => [node(op, [b("N", 3), b(3)]), node(op, [b(2, 1), b("N", 1, 3)])]);
const reductions = (...ops: string[]) =>
  ops.flatMap((op) => [
    node(op, [f("N", 3, 4)]),
    node(op, [f("N", 3, 4)], { keepdims: int(0) }),
    node(op, [f("N", 3, 4)], { axes: ints([-1]), keepdims: int(0) }),
    node(op, [f("N", 3, 4)], { axes: ints([0, 2]) }),
    node(op, [f()], { keepdims: int(0) }),
  ]);

export const shapeCases: readonly ShapeCase[] = [
  ...unary(
    "Abs",
    "Elu",
    "Erf",
    "Exp",
    "HardSigmoid",
    "Identity",
    "IsNaN",
    "LeakyRelu",
    "Log",
    "Neg",
    "Relu",
    "Selu",
    "Sigmoid",
    "Sign",
    "Softplus",
    "Sqrt",
    "Tanh",
  ),
  ...binary("Add", "Div", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Max", "Min", "Mul", "Pow", "Sub", "Sum"),
  ...logical("And", "Or"),
  node("Add", [d("N", 3), d(1)]),
  node("MatMul", [d("N", 3), d(3, 2)]),
  node("Max", [f("N", 1), f(3), f(2, 1, 1)]),
  node("Sum", [f("N", 3)]),
  node("Not", [b("N", 2)]),
  node("Cast", [f("N", 2)], { to: int(7) }),
  node("Cast", [b("N")], { to: int(11) }),
  node("Identity", [s("N")]),
  node("Clip", [f("N", 3), undefined, tensor("float32", [1], [])]),
  node("Clip", [f("N")]),
  node("Where", [b("N", 1), f(3), f()]),
  node("Where", [b(3), i64([1], 2, 3), i64([2], 1)]),
  node("Softmax", [f("N", 4)]),
  node("Softmax", [f("N", 4, 5)], { axis: int(1) }),
  node("LogSoftmax", [f("N", 4)]),
  node("Dropout", [f("N", 4)], {}, { outputs: 2 }),
  node("Dropout", [f("N", 4), tensor("float32", [0.5], []), tensor("bool", [1], [])], {}, { outputs: 2 }),
  node("BatchNormalization", [f("N", 3), f(3), f(3), f(3), f(3)]),
  node("BatchNormalization", [f("N", 3, 4), f(3), f(3), f(3), f(3)], { training_mode: int(1) }, { outputs: 3 }),
  node("LayerNormalization", [f("N", 3, 4), f(4)], {}, { outputs: 3 }),
  node("LayerNormalization", [f("N", 3, 4), f(3, 4), f(3, 4)], { axis: int(1) }, { outputs: 3 }),

  node("Conv", [f("N", 2, 5, 6), f(3, 2, 3, 2), f(3)]),
  node("Conv", [f(2, 3, "N"), f(4, 3, 3), f(4)], { pads: ints([4, 0]), dilations: ints([2]) }),
  node("Conv", [f(2, 3, "N"), f(4, 3, 2)], { pads: ints([1, 1]) }),
  node("Conv", [f("N", 4, 7), f(4, 2, 3)], { group: int(2), strides: ints([2]), pads: ints([1, 2]), dilations: ints([2]) }),
  node("Conv", [f("N", 1, 5, 4), f(2, 1, 2, 3)], { auto_pad: text("SAME_LOWER"), strides: ints([2, 1]) }),
  node("ConvTranspose", [f("N", 2, 3, 4), f(2, 3, 3, 2), f(3)], { strides: ints([2, 3]), pads: ints([1, 0, 0, 1]), output_padding: ints([1, 2]) }),
  node("ConvTranspose", [f("N", 4, 3), f(4, 2, 3)], { group: int(2), dilations: ints([2]) }),
  node("MaxPool", [f("N", 2, 5, 6)], { kernel_shape: ints([3, 2]), strides: ints([2, 2]) }, { outputs: 2 }),
  node("MaxPool", [f("N", 1, 6)], { kernel_shape: ints([3]), strides: ints([2]), ceil_mode: int(1), dilations: ints([2]) }),
  node("MaxPool", [f("N", 1, 4, 4)], { kernel_shape: ints([3, 3]), pads: ints([1, 1, 1, 1]) }),
  node("AveragePool", [f("N", 2, 5, 6)], { kernel_shape: ints([2, 2]), strides: ints([2, 2]), ceil_mode: int(1) }),
  node("AveragePool", [f("N", 1, 6)], { kernel_shape: ints([3]), auto_pad: text("SAME_UPPER"), strides: ints([2]), count_include_pad: int(1) }),
  node("MaxUnpool", [f("N", 1, 2, 2), i64([0], "N", 1, 2, 2)], { kernel_shape: ints([2, 3]), strides: ints([2, 3]) }),
  node("GlobalAveragePool", [f("N", 2, 3, 4)]),
  node("GlobalMaxPool", [f("N", 2, 3)]),
  node("Resize", [f("N", 2, 3, 4), undefined, tensor("float32", [1, 1, 2, 1.7])], { mode: text("linear") }),
  node("Resize", [f(2, 1, 3, 4), undefined, undefined, k(2, 1, 5, 2)], { mode: text("nearest") }),
  made("Resize", "to a size, the batch as it is", [f("N", 2, 3, 4)], (e, x) =>
    e.op("Resize", [x, undefined, undefined, e.concat([e.op("Shape", [x], { start: int(0), end: int(2) }), e.indices([7, 2])], 0)], { mode: text("linear") }),
  ),
  node("DepthToSpace", [f("N", 8, 2, 3)], { blocksize: int(2) }),
  node("DepthToSpace", [f("N", 9, 2, 1)], { blocksize: int(3), mode: text("CRD") }),
  node("Pad", [f("N", 2, 4), k(0, 0, 2, 0, 1, 3)], { mode: text("reflect") }),

  node("MatMul", [f("N", 3), f(3, 4)]),
  node("MatMul", [f("N", 1, 2, 3), f(5, 3, 4)]),
  node("MatMul", [f(3), f("N", 3, 2)]),
  node("MatMul", [f("N", 3), f(3)]),
  node("MatMul", [f(3), f(3)]),
  node("Gemm", [f("N", 3), f(3, 2), f(2)]),
  node("Gemm", [f(3, "N"), f(2, 3)], { transA: int(1), transB: int(1) }),
  node("Gemm", [f("N", 3), f("N", 2), f(1, 2)], { transA: int(1) }),

  ...reductions("ReduceMean", "ReduceMax", "ReduceMin", "ReduceL2", "ReduceSumSquare"),
  node("ReduceSum", [f("N", 3)]),
  node("ReduceSum", [f("N", 3, 4), k(-1)], { keepdims: int(0) }),
  node("ReduceSum", [f("N", 3), k(0)]),
  node("ReduceSum", [f("N", 3), k()], { noop_with_empty_axes: int(1) }),
  node("CumSum", [f("N", 3), k0(1)]),
  node("CumSum", [f("N", 3), k0(-2)], { reverse: int(1) }),
  node("ArgMax", [f("N", 3)], { axis: int(-1) }),
  node("ArgMax", [f("N", 3, 2)], { axis: int(1), keepdims: int(0) }),

  node("Reshape", [f("N", 4, 4), k(-1, 16)]),
  node("Reshape", [f("N", 16), k(0, 4, 4)]),
  node("Reshape", [f("N", 4), k(-1)]),
  node("Reshape", [f("N", "M", 4), k(0, -1, 2)]),
  node("Reshape", [f(4, "N", 6), k(-1, 4, 3)]),
  node("Reshape", [f(2, 6), k(3, -1)]),
  node("Reshape", [f(1, 1), k()]),
  node("Reshape", [f(0, 3), k(3, 0)], { allowzero: int(1) }),
  made("Reshape", "to the shape of another", [f("N", 4, "M"), f("N", "M", 4)], (e, x, y) => e.reshape(x, e.op("Shape", [y]))),
  made("Reshape", "to a shape put together from pieces", [f("N", "M", 4)], (e, x) =>
    e.reshape(x, e.concat([e.op("Shape", [x], { end: int(1) }), e.indices([-1]), e.unsqueeze(e.gather(e.op("Shape", [x]), e.scalar(1, "int64"), 0), [0])], 0)),
  ),
  node("Reshape", [f(2, 3), i64([3, 2], 2)]),
  node("Flatten", [f("N", 3, 4)]),
  node("Flatten", [f("N", 3, 4)], { axis: int(0) }),
  node("Flatten", [f(2, 3, "N")], { axis: int(2) }),
  node("Flatten", [f("N", 3, 4)], { axis: int(-1) }),
  node("Flatten", [f("N", 3)], { axis: int(2) }),
  node("Transpose", [f("N", 3, 4)]),
  node("Transpose", [f("N", 3, 4)], { perm: ints([1, 0, 2]) }),
  node("Squeeze", [f("N", 1, 3, 1), k(1, -1)]),
  node("Squeeze", [f(1, 3, 1)]),
  node("Unsqueeze", [f("N", 3), k(0, -1)]),
  node("Unsqueeze", [f("N", 3), k(3, 1)]),
  node("Unsqueeze", [f(), k(0)]),
  node("Concat", [f("N", 2), f("N", 3)], { axis: int(1) }),
  node("Concat", [f(1, 2), f(4, 2), f(2, 2)], { axis: int(-2) }),
  node("Concat", [f("N", 2), f("N", 2), f(3, 2), f("M", 2)], { axis: int(0) }),
  node("Split", [f("N", 6), k(1, 3, 2)], { axis: int(1) }, { outputs: 3 }),
  node("Split", [f(6, "N")], {}, { outputs: 3 }),
  node("Split", [f("N", 4)], { axis: int(-1) }, { outputs: 2 }),
  {
    op: "Split",
    name: "by the lengths of others",
    inputs: [f("N", 2), f("M", 2)],
    build: (e, x, y) => {
      const length = (v: Value) => e.op("Shape", [v], { end: int(1) });
      return e.graph.node(
        "Split",
        [e.concat([defined(x, "x"), defined(y, "y")], 0), e.concat([length(defined(x, "x")), length(defined(y, "y"))], 0)],
        {},
        { outputs: 2 },
      );
    },
  },
  node("Slice", [f("N", 5), k(1), k(4), k(1)]),
  node("Slice", [f("N", 5), k(0), k(2 ** 31), k(1), k(2)]),
  node("Slice", [f("N", 5), k(-1), k(-9), k(1), k(-2)]),
  node("Slice", [f("N", 5), k(-3), k(-1), k(-1)]),
  node("Slice", [f("N", 5), k(0, 1), k(2 ** 31 - 1, 100), k(0, 1)]),
  node("Slice", [f("N", 5), k(-1), k(-(2 ** 31)), k(0), k(-1)]),
  node("Slice", [f("N", 5), k(4), k(1), k(1)]),
  node("Slice", [f(4, 6), k(1, 2), k(3, 5)]),
  node("Slice", [f("N", 5), k(1), k(2 ** 31), k(0)]),
  node("Slice", [f("N", 5), k(0), k(-1), k(0)]),
  node("Slice", [f("N", 5), k(-1), k(2 ** 31), k(0)]),
  node("Slice", [f("N", 5), k(0), k(1), k(0)]),
  node("Slice", [f(3, 5), k(9), k(-9), k(1), k(-3)]),
  node("Pad", [f("N", 3), k(0, 1, 0, 2)]),
  node("Pad", [f("N", 3), k(1, 0, 1, 0), tensor("float32", [7], [])]),
  node("Pad", [f(5), k(-1, -2)]),
  node("Pad", [f("N", 4), k(0, 1, 0, 1)], { mode: text("edge") }),
  node("Expand", [f(3, 1), k(2, 1, 4)]),
  node("Expand", [f("N", 1), k(1, 4)]),
  node("Expand", [f(2, 3), k(1)]),
  made("Expand", "to the shape of another", [f(1, 3), f("N", 3)], (e, x, y) => e.expandLike(x, y)),
  made("Expand", "a scalar to two symbolic axes", [f(), f("N", "M")], (e, x, y) => e.expandLike(x, y)),
  node("Tile", [f("N", 3), k(1, 2)]),
  node("Tile", [f("N", 3), k(2, 1)]),
  node("Gather", [f("N", 4), k(3, -1, 0)], { axis: int(1) }),
  node("Gather", [f(5, 2), i64([4, 1, -2], "N")]),
  node("Gather", [f(2, 3, 4), k0(1)], { axis: int(-1) }),
  node("Gather", [f(5, 2), i64([0, 3], "N", 2)]),
  node("GatherElements", [f("N", 3), i64([2, 0], "N", 1)], { axis: int(1) }),
  node("GatherElements", [f(3, 2), i64([-1, 0], 1, 2)]),
  node("GatherND", [f(3, 4, 5), i64([0, 1], "N", 2)]),
  node("GatherND", [f(3, 4), i64([2], "N", 1)]),
  node("GatherND", [f(2, 3, 4), i64([2], 2, 1)], { batch_dims: int(1) }),
  node("ScatterElements", [f("N", 3), i64([2, 0], "N", 1), f("N", 1)], { axis: int(1) }),
  node("ScatterElements", [f(3, 2), i64([1, -1], 2, 2), f(2, 2)], { reduction: text("add") }),
  node("ScatterND", [f(4, 2), i64([0, 3], "N", 1), f("N", 2)], { reduction: text("add") }),
  node("ScatterND", [f("N", 2), i64([0, 1], 1, 2), f(1)]),
  node("OneHot", [i64([0, 2], "N"), k0(3), tensor("float32", [0, 1])]),
  node("OneHot", [i64([0, 2], "N", 2), k0(3), tensor("float32", [0, 1])], { axis: int(1) }),

  node("Shape", [f("N", 3)]),
  node("Shape", [f("N", 3, 4)], { start: int(-2) }),
  node("Shape", [f("N", 3, 4)], { start: int(1), end: int(-1) }),
  node("Size", [f("N", 3)]),
  node("Constant", [], { value: { type: "tensor", value: tensor("int64", [1, 2]) } }),
  node("Constant", [], { value_floats: floats([1, 2, 3]) }),
  node("Constant", [], { value_int: int(3) }),
  node("ConstantOfShape", [k(2, 3)]),
  node("ConstantOfShape", [k(2)], { value: { type: "tensor", value: tensor("int64", [7]) } }),
  made("ConstantOfShape", "of another's shape", [f("N", 3)], (e, x) => e.op("ConstantOfShape", [e.op("Shape", [x])])),
  node("Range", [k0(0), k0(7), k0(2)]),
  node("Range", [k0(5), k0(0), k0(-2)]),
  node("Range", [k0(3), k0(3), k0(1)]),
  made("Range", "as long as an axis", [f("N", 3)], (e, x) =>
    e.op("Range", [e.scalar(0, "int64"), e.gather(e.op("Shape", [x]), e.scalar(0, "int64"), 0), e.scalar(1, "int64")]),
  ),
  node("LabelEncoder", [s("N", 1)], { keys_strings: strings(["a", "b"]), values_int64s: ints([0, 1]), default_int64: int(-1) }, { domain: ML_DOMAIN }),
  node(
    "LabelEncoder",
    [i64([0, 1], "N")],
    { keys_int64s: ints([0, 1]), values_strings: strings(["a", "b"]), default_string: text("?") },
    { domain: ML_DOMAIN },
  ),
  ...(
    [
      ["RNN", 1, 2],
      ["GRU", 3, 2],
      ["LSTM", 4, 3],
    ] as const
  ).flatMap(([op, gates, outputs]) => [
    node(op, [f(5, "N", 2), f(1, gates * 3, 2), f(1, gates * 3, 3)], { hidden_size: int(3) }, { outputs }),
    node(op, [f("M", "N", 2), f(2, gates * 3, 2), f(2, gates * 3, 3), f(2, gates * 6)], { hidden_size: int(3), direction: text("bidirectional") }, { outputs }),
    node(
      op,
      [f(2, "N", 1), f(1, gates, 1), f(1, gates, 1), undefined, undefined, f(1, "N", 1)],
      { hidden_size: int(1), direction: text("reverse") },
      { outputs },
    ),
  ]),
  {
    op: "Scan",
    name: "a sum so far, from the last element on",
    inputs: [f(1, "N", 3), f(19, "N", 3), f(3)],
    build: (e, start, sequence, scale) => {
      const operands = { states: [defined(start, "x0")], sequences: [defined(sequence, "x1")], constants: [defined(scale, "x2")], reverse: true };
      const { states, results } = e.scan(operands, (b, { states: [sum], elements: [x], constants: [k] }) => {
        const next = b.add(defined(sum, "sum"), b.mul(defined(x, "x"), defined(k, "k")));
        return { states: [next], results: [next, b.reduceSum(next, [2])] };
      });
      return [...states, ...results];
    },
  },
];
