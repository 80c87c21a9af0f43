import { LatheError } from "../base/errors.js";
import type { DataType, TensorType } from "../onnx/types.js";
import type { TorchSource } from "./layer.js";

/** One ONNX operator as a layer: its operands are the layer's inputs, parameters, buffers and constants. */
export interface OperatorConfig {
  readonly op: string;
  readonly attributes: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly operands: readonly OperatorOperand[];
  readonly result: number;
}

export type OperatorOperand =
  | "input"
  | null
  | { readonly parameter: string; readonly shape: readonly number[] }
  | { readonly buffer: string; readonly shape: readonly number[] }
  | { readonly constant: { readonly dtype: string; readonly shape: readonly number[]; readonly values: readonly number[] } };

/** What writes an operator in PyTorch is told: its operands as Python reads them, undefined where one is left out, and its attributes. */
interface Written {
  readonly operands: readonly (string | undefined)[];
  /** Types of the operands. */
  readonly types: readonly (TensorType | undefined)[];
  /** The numbers of operand `i` where they stand in the project. */
  readonly numbers: (i: number) => readonly number[] | undefined;
  /** Axes counted from the front, of operand 0 or of as many more axes. */
  readonly fromFront: (axes: readonly number[], more?: number) => readonly number[];
  readonly int: (name: string, fallback: number) => number;
  readonly float: (name: string, fallback: number) => number;
  readonly ints: (name: string) => readonly number[] | undefined;
}

/** Undefined where the operator, as it is here, is not written yet. */
type Writer = (w: Written) => string | undefined;

const infix =
  (sign: string): Writer =>
  ({ operands }) =>
    operands.map((o) => o ?? "None").join(` ${sign} `);
const called =
  (name: string): Writer =>
  ({ operands }) =>
    `${name}(${operands.filter((o) => o !== undefined).join(", ")})`;
const list = (values: readonly (number | string)[]) => `(${values.join(", ")}${values.length === 1 ? "," : ""})`;
/** Of tensors only, as `torch.maximum`; one behind the other. */
const folded =
  (name: string): Writer =>
  ({ operands, types }) =>
    operands
      .map((o = "x", i) => (types[i]?.shape.length === 0 && /^-?[\d.]/.test(o) ? `torch.tensor(${o})` : o))
      .reduce((before, o) => `${name}(${before}, ${o})`);
const reduced =
  (write: (x: string, rest: string) => string): Writer =>
  ({ operands: [x = "x"], int, ints, numbers }) => {
    const axes = ints("axes") ?? numbers(1);
    const keep = int("keepdims", 1) === 1 ? ", keepdim=True" : "";
    return axes && axes.length > 0 ? write(x, `dim=${list(axes)}${keep}`) : undefined;
  };
/** `x[:, 2:5]`: along one axis, or several, counted from the front. */
const indexed = (x: string, parts: ReadonlyMap<number, string>) =>
  `${x}[${Array.from({ length: Math.max(...parts.keys()) + 1 }, (_, axis) => parts.get(axis) ?? ":").join(", ")}]`;
/** Lengths as numbers of Python: as they stand in the project, or of a tensor. */
const lengthsOf = ({ operands, numbers }: Written, i: number, x: string) =>
  numbers(i) === undefined
    ? `*${operands[i] ?? "x"}.tolist()`
    : numbers(i)
        ?.map((d, axis) => (d === 0 ? `${x}.shape[${axis}]` : String(d)))
        .join(", ");

const WRITERS: Readonly<Record<string, Writer>> = {
  Abs: called("torch.abs"),
  Add: infix("+"),
  And: infix("&"),
  Cast: ({ operands: [x = "x"], int }) => {
    const type = { 1: "torch.float32", 6: "torch.int32", 7: "torch.int64", 9: "torch.bool" }[int("to", 0)];
    return type && `${x}.to(${type})`;
  },
  Clip: ({ operands: [x = "x", least = "None", most = "None"] }) => (least === "None" && most === "None" ? x : `torch.clamp(${x}, ${least}, ${most})`),
  Concat: ({ operands, int }) => `torch.cat([${operands.filter((o) => o !== undefined).join(", ")}], ${int("axis", 0)})`,
  Div: (w) => (w.types[0]?.dtype === "float32" ? infix("/")(w) : `torch.div(${w.operands.join(", ")}, rounding_mode="trunc")`),
  Elu: ({ operands: [x = "x"], float }) => `F.elu(${x}, ${float("alpha", 1)})`,
  Equal: infix("=="),
  Erf: called("torch.erf"),
  Exp: called("torch.exp"),
  Expand: (w) => {
    const [x = "x"] = w.operands;
    const lengths = w.numbers(1)?.join(", ") ?? lengthsOf(w, 1, x);
    return `${x}.broadcast_to(torch.broadcast_shapes(${x}.shape, (${lengths},)))`;
  },
  Flatten: ({ operands: [x = "x"], int }) => (int("axis", 1) === 1 ? `torch.flatten(${x}, 1)` : undefined),
  Gather: ({ operands: [x = "x", index = "0"], types: [, indices], numbers, int, fromFront }) => {
    const [axis = 0] = fromFront([int("axis", 0)]);
    const places = numbers(1);
    if (places === undefined) return axis === 0 ? `${x}[${index}]` : undefined;
    if (indices?.shape.length === 0) return `${x}.select(${axis}, ${places.join()})`;
    return indices?.shape.length === 1 ? indexed(x, new Map([[axis, `[${places.join(", ")}]`]])) : undefined;
  },
  Gemm: ({ operands: [a = "x", b = "x", c], int, float }) => {
    const turned = (o: string, name: string) => (int(name, 0) === 1 ? `${o}.T` : o);
    const scaled = (o: string, name: string) => (float(name, 1) === 1 ? o : `${float(name, 1)} * ${o}`);
    const product = scaled(`torch.matmul(${turned(a, "transA")}, ${turned(b, "transB")})`, "alpha");
    return c === undefined ? product : `${product} + ${scaled(c, "beta")}`;
  },
  Greater: infix(">"),
  GreaterOrEqual: infix(">="),
  HardSigmoid: ({ operands: [x = "x"], float }) => `torch.clamp(${x} * ${float("alpha", 0.2)} + ${float("beta", 0.5)}, 0, 1)`,
  Identity: ({ operands: [x = "x"] }) => x,
  LeakyRelu: ({ operands: [x = "x"], float }) => `F.leaky_relu(${x}, ${float("alpha", 0.01)})`,
  Less: infix("<"),
  LessOrEqual: infix("<="),
  Log: called("torch.log"),
  LogSoftmax: ({ operands: [x = "x"], int }) => `torch.log_softmax(${x}, ${int("axis", -1)})`,
  MatMul: called("torch.matmul"),
  Max: folded("torch.maximum"),
  Min: folded("torch.minimum"),
  Mul: infix("*"),
  Neg: ({ operands: [x = "x"] }) => `-${x}`,
  Not: ({ operands: [x = "x"] }) => `~${x}`,
  Or: infix("|"),
  Pow: called("torch.pow"),
  ReduceL2: reduced((x, rest) => `torch.linalg.vector_norm(${x}, ${rest})`),
  ReduceMax: reduced((x, rest) => `torch.amax(${x}, ${rest})`),
  ReduceMean: reduced((x, rest) => `torch.mean(${x}, ${rest})`),
  ReduceMin: reduced((x, rest) => `torch.amin(${x}, ${rest})`),
  ReduceSum: reduced((x, rest) => `torch.sum(${x}, ${rest})`),
  ReduceSumSquare: reduced((x, rest) => `torch.sum(${x} * ${x}, ${rest})`),
  Relu: called("torch.relu"),
  Reshape: (w) => (w.int("allowzero", 0) === 1 ? undefined : `${w.operands[0] ?? "x"}.reshape(${lengthsOf(w, 1, w.operands[0] ?? "x")})`),
  Shape: ({ operands: [x = "x"], int }) => {
    const [start, end] = [int("start", 0), int("end", Number.POSITIVE_INFINITY)];
    const part = start === 0 && end === Number.POSITIVE_INFINITY ? "" : `[${start}:${end === Number.POSITIVE_INFINITY ? "" : end}]`;
    return `torch.tensor(${x}.shape${part})`;
  },
  Sigmoid: called("torch.sigmoid"),
  Sign: called("torch.sign"),
  Slice: ({ operands: [x = "x"], numbers, fromFront }) => {
    const [starts, ends] = [numbers(1), numbers(2)];
    const [given, steps] = [numbers(3) ?? starts?.map((_, i) => i), numbers(4)];
    if (!starts || !ends || !given || steps?.some((step) => step < 1)) return undefined;
    const axes = fromFront(given);
    const part = (i: number) => {
      const [start = 0, end = 0, step = 1] = [starts[i], ends[i], steps?.[i]];
      return `${start === 0 ? "" : start}:${end >= 2 ** 31 - 1 ? "" : end}${step === 1 ? "" : `:${step}`}`;
    };
    return indexed(x, new Map(axes.map((axis, i) => [axis, part(i)])));
  },
  Softmax: ({ operands: [x = "x"], int }) => `torch.softmax(${x}, ${int("axis", -1)})`,
  Softplus: called("F.softplus"),
  Sqrt: called("torch.sqrt"),
  Squeeze: ({ operands: [x = "x"], numbers, fromFront }) => {
    const axes = numbers(1);
    return axes && [...fromFront(axes)].sort((a, b) => b - a).reduce((text, axis) => `${text}.squeeze(${axis})`, x);
  },
  Sub: infix("-"),
  Sum: infix("+"),
  Tanh: called("torch.tanh"),
  Tile: ({ operands: [x = "x"], numbers }) => {
    const repeats = numbers(1);
    return repeats && `${x}.repeat(${repeats.join(", ")})`;
  },
  Transpose: ({ operands: [x = "x"], ints }) => {
    const perm = ints("perm");
    return perm && `${x}.permute(${perm.join(", ")})`;
  },
  Unsqueeze: ({ operands: [x = "x"], numbers, fromFront }) => {
    const axes = numbers(1);
    return axes && [...fromFront(axes, axes.length)].sort((a, b) => a - b).reduce((text, axis) => `${text}.unsqueeze(${axis})`, x);
  },
  Where: called("torch.where"),
};

/** Operators that are written, for the test that PyTorch ran each. */
export const WRITTEN: readonly string[] = Object.keys(WRITERS);

/**
 * The operator in PyTorch; its parameters, and larger constants, are those of an nn.ParameterDict.
 * @throws LatheError `export.format` where it is not written yet
 */
export function operatorSource(config: OperatorConfig, inputs: readonly TensorType[]): TorchSource {
  const { op, operands, result } = config;
  const types = inputs.values();
  const typed = operands.map((o) => typeOf(o, types));
  const stored = operands.flatMap((o) => (o !== null && typeof o === "object" && !("constant" in o) ? [o] : []));
  const write = (module: string, names: readonly string[]): string => {
    const given = names.values();
    const inPlace = operands.map((o) => inPython(o, module, given));
    const text = result > 0 ? undefined : WRITERS[op]?.(written(config, inPlace, typed));
    if (text !== undefined) return text;
    throw new LatheError("export.format", `PyTorch's source of the operator ${op}, as this network has it, is not written yet; take the network away as ONNX`);
  };
  if (stored.length === 0) return { expression: (names) => write("", names) };
  const tensors = stored
    .map((o) => {
      const zeros = `torch.zeros(${list(o.shape)})`;
      return "parameter" in o
        ? `${JSON.stringify(o.parameter)}: nn.Parameter(${zeros})`
        : `${JSON.stringify(o.buffer)}: nn.Parameter(${zeros}, requires_grad=False)`;
    })
    .join(", ");
  return { module: `nn.ParameterDict({${tensors}})`, called: (module, names) => write(module, names) };
}

function inPython(o: OperatorOperand, module: string, inputs: Iterator<string, unknown>): string | undefined {
  if (o === null) return undefined;
  if (o === "input") {
    const next = inputs.next();
    return next.done === true ? "x" : next.value;
  }
  if ("parameter" in o) return `${module}[${JSON.stringify(o.parameter)}]`;
  if ("buffer" in o) return `${module}[${JSON.stringify(o.buffer)}]`;
  const { values, shape, dtype } = o.constant;
  const [only = 0] = values;
  if (shape.length === 0) return dtype === "bool" ? (only ? "True" : "False") : String(only);
  const flat = `torch.tensor([${values.join(", ")}], dtype=torch.${dtype})`;
  return shape.length === 1 ? flat : `${flat}.reshape(${list(shape)})`;
}

function typeOf(o: OperatorOperand, inputs: Iterator<TensorType, unknown>): TensorType | undefined {
  if (o === null) return undefined;
  if (o === "input") {
    const next = inputs.next();
    return next.done === true ? undefined : next.value;
  }
  if (!("constant" in o)) return { dtype: "float32", shape: o.shape };
  return { dtype: o.constant.dtype as DataType, shape: o.constant.shape };
}

function written({ attributes, operands }: OperatorConfig, inPlace: Written["operands"], types: Written["types"]): Written {
  const find = (name: string): Readonly<Record<string, unknown>> => attributes[name] ?? {};
  const rank = types[0]?.shape.length ?? 0;
  return {
    operands: inPlace,
    types,
    numbers: (i) => {
      const o = operands[i];
      return o !== null && typeof o === "object" && "constant" in o ? o.constant.values : undefined;
    },
    fromFront: (axes, more = 0) => axes.map((axis) => (axis < 0 ? axis + rank + more : axis)),
    int: (name, fallback) => Number(find(name)["int"] ?? fallback),
    float: (name, fallback) => Number(find(name)["float"] ?? fallback),
    ints: (name) => find(name)["ints"] as readonly number[] | undefined,
  };
}
