import { LatheError } from "../base/errors.js";
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
  /** The numbers of operand `i` where they stand in the project. */
  readonly numbers: (i: number) => readonly number[] | undefined;
  readonly int: (name: string, fallback: number) => number;
  readonly float: (name: string, fallback: number) => number;
  readonly ints: (name: string) => readonly number[] | undefined;
}

type Writer = (w: Written) => string | undefined;

const infix =
  (sign: string): Writer =>
  ({ operands }) =>
    operands.map((o) => o ?? "None").join(` ${sign} `);
const called =
  (name: string): Writer =>
  ({ operands }) =>
    `${name}(${operands.filter((o) => o !== undefined).join(", ")})`;
const list = (values: readonly number[]) => `(${values.join(", ")}${values.length === 1 ? "," : ""})`;
const reduced =
  (name: string): Writer =>
  ({ operands: [x = "x"], int, ints, numbers }) => {
    const axes = ints("axes") ?? numbers(1);
    const keep = int("keepdims", 1) === 1 ? "True" : "False";
    return axes ? `torch.${name}(${x}, ${list(axes)}, keepdim=${keep})` : undefined;
  };

const WRITERS: Readonly<Record<string, Writer>> = {
  Abs: called("torch.abs"),
  Add: infix("+"),
  And: infix("&"),
  Cast: ({ operands: [x = "x"], int }) => {
    const type = { 1: "torch.float32", 6: "torch.int32", 7: "torch.int64", 9: "torch.bool" }[int("to", 0)];
    return type && `${x}.to(${type})`;
  },
  Clip: ({ operands: [x = "x", least = "None", most = "None"] }) => `torch.clamp(${x}, ${least}, ${most})`,
  Concat: ({ operands, int }) => `torch.cat([${operands.filter((o) => o !== undefined).join(", ")}], ${int("axis", 0)})`,
  Div: infix("/"),
  Elu: ({ operands: [x = "x"], float }) => `F.elu(${x}, ${float("alpha", 1)})`,
  Equal: infix("=="),
  Erf: called("torch.erf"),
  Exp: called("torch.exp"),
  Expand: ({ operands: [x = "x"], numbers }) => {
    const lengths = numbers(1);
    return lengths && `${x}.broadcast_to(torch.broadcast_shapes(${x}.shape, ${list(lengths)}))`;
  },
  Flatten: ({ operands: [x = "x"], int }) => (int("axis", 1) === 1 ? `torch.flatten(${x}, 1)` : undefined),
  Gather: ({ operands: [x = "x"], numbers, int }) => {
    const [index, ...others] = numbers(1) ?? [];
    return index === undefined || others.length > 0 ? undefined : `${x}.select(${int("axis", 0)}, ${index})`;
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
  Max: ({ operands: [a = "x", b] }) => (b === undefined ? a : `torch.maximum(${a}, ${b})`),
  Min: ({ operands: [a = "x", b] }) => (b === undefined ? a : `torch.minimum(${a}, ${b})`),
  Mul: infix("*"),
  Neg: ({ operands: [x = "x"] }) => `-${x}`,
  Not: ({ operands: [x = "x"] }) => `~${x}`,
  Or: infix("|"),
  Pow: called("torch.pow"),
  ReduceL2: reduced("linalg.vector_norm"),
  ReduceMax: reduced("amax"),
  ReduceMean: reduced("mean"),
  ReduceMin: reduced("amin"),
  ReduceSum: reduced("sum"),
  Relu: called("torch.relu"),
  Reshape: ({ operands: [x = "x"], numbers }) => {
    const lengths = numbers(1);
    return lengths && `${x}.reshape(${lengths.map((d, i) => (d === 0 ? `${x}.shape[${i}]` : String(d))).join(", ")})`;
  },
  Sigmoid: called("torch.sigmoid"),
  Sign: called("torch.sign"),
  Slice: ({ operands: [x = "x"], numbers }) => {
    const [starts, ends] = [numbers(1), numbers(2)];
    const [axes, steps] = [numbers(3) ?? starts?.map((_, i) => i), numbers(4)];
    if (!starts || !ends || !axes || axes.some((axis) => axis < 0) || steps?.some((step) => step < 1)) return undefined;
    const parts = Array.from({ length: Math.max(...axes) + 1 }, (_, axis) => {
      const i = axes.indexOf(axis);
      return i < 0 ? ":" : `${starts[i] ?? 0}:${(ends[i] ?? 0) >= 2 ** 31 - 1 ? "" : (ends[i] ?? "")}${(steps?.[i] ?? 1) === 1 ? "" : `:${steps?.[i] ?? 1}`}`;
    });
    return `${x}[${parts.join(", ")}]`;
  },
  Softmax: ({ operands: [x = "x"], int }) => `torch.softmax(${x}, ${int("axis", -1)})`,
  Softplus: called("F.softplus"),
  Sqrt: called("torch.sqrt"),
  Squeeze: ({ operands: [x = "x"], numbers }) => [...(numbers(1) ?? [])].sort((a, b) => b - a).reduce((text, axis) => `${text}.squeeze(${axis})`, x),
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
  Unsqueeze: ({ operands: [x = "x"], numbers }) => [...(numbers(1) ?? [])].sort((a, b) => a - b).reduce((text, axis) => `${text}.unsqueeze(${axis})`, x),
  Where: called("torch.where"),
};

/**
 * The operator in PyTorch; its parameters are those of an nn.ParameterDict.
 * @throws LatheError `export.format` where it is not written yet
 */
export function operatorSource(config: OperatorConfig): TorchSource {
  const { op, operands, result } = config;
  const names = operands.flatMap((o) => (o !== null && typeof o === "object" && "parameter" in o ? [o] : []));
  const writer = operands.some((o) => o !== null && typeof o === "object" && "buffer" in o) || result > 0 ? undefined : WRITERS[op];
  const write = (module: string, inputs: readonly string[]): string => {
    const given = inputs.values();
    const text = writer?.(
      written(
        config,
        operands.map((o) => inPython(o, module, given)),
      ),
    );
    if (text !== undefined) return text;
    throw new LatheError("export.format", `PyTorch's source of the operator ${op}, as this network has it, is not written yet; take the network away as ONNX`);
  };
  if (names.length === 0) return { expression: (inputs) => bracketed(write("", inputs)) };
  const parameters = names.map(({ parameter, shape }) => `${JSON.stringify(parameter)}: nn.Parameter(torch.zeros(${list(shape)}))`).join(", ");
  return { module: `nn.ParameterDict({${parameters}})`, called: (module, inputs) => bracketed(write(module, inputs)) };
}

/** So that what reads it may go on with a dot. */
function bracketed(text: string): string {
  return / /.test(text) && !/^[\w.]+\(.*\)$/.test(text) ? `(${text})` : text;
}

function inPython(o: OperatorOperand, module: string, inputs: Iterator<string, unknown>): string | undefined {
  if (o === null) return undefined;
  if (o === "input") {
    const next = inputs.next();
    return next.done === true ? "x" : next.value;
  }
  if ("parameter" in o) return `${module}[${JSON.stringify(o.parameter)}]`;
  if (!("constant" in o)) return undefined;
  const { values, shape, dtype } = o.constant;
  const [only = 0] = values;
  if (shape.length === 0) return dtype === "bool" ? (only ? "True" : "False") : String(only);
  return `torch.tensor([${values.join(", ")}], dtype=torch.${dtype}).reshape(${list(shape)})`;
}

function written({ attributes, operands }: OperatorConfig, inPlace: readonly (string | undefined)[]): Written {
  const find = (name: string): Readonly<Record<string, unknown>> => attributes[name] ?? {};
  return {
    operands: inPlace,
    numbers: (i) => {
      const o = operands[i];
      return o !== null && typeof o === "object" && "constant" in o ? o.constant.values : undefined;
    },
    int: (name, fallback) => Number(find(name)["int"] ?? fallback),
    float: (name, fallback) => Number(find(name)["float"] ?? fallback),
    ints: (name) => find(name)["ints"] as readonly number[] | undefined,
  };
}
