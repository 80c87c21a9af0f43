import { z } from "zod";
import { defined } from "../base/assert.js";
import { LatheError } from "../base/errors.js";
import { type Attribute, type Attributes, type Value, float, floats, int, ints, strings, tensor, text } from "../onnx/types.js";
import { type InitOption, initField, initOf } from "./init-option.js";
import { IMPORTED_GROUP, type LayerContext, defineLayer } from "./layer.js";
import { operatorSource } from "./onnx-operator-torch.js";
import { knownSize } from "./shape.js";

/** Numbers that stand in a project's file; a larger constant is a buffer. */
export const MOST_WRITTEN = 256;
/** Numbers along an axis of a tensor. */
const MOST_LENGTH = 2 ** 31 - 1;
const MOST_OPERANDS = 1000;

const number = z.number();
const lengths = z.array(z.int().nonnegative().max(MOST_LENGTH)).max(16);
const name = z
  .string()
  .regex(/^[A-Za-z_]\w*$/, "expected a name of letters, digits and _")
  .max(100);

const written = z.strictObject({ dtype: z.enum(["float32", "int32", "int64", "uint8", "bool"]), shape: lengths, values: z.array(number).max(MOST_WRITTEN) });

const attribute = z.union([
  z.strictObject({ int: z.int() }),
  z.strictObject({ float: number }),
  z.strictObject({ string: z.string() }),
  z.strictObject({ ints: z.array(z.int()) }),
  z.strictObject({ floats: z.array(number) }),
  z.strictObject({ strings: z.array(z.string()) }),
  z.strictObject({ tensor: written }),
]);

const operand = z.union([
  z.literal("input"),
  z.null(),
  z.strictObject({ parameter: name, shape: lengths }),
  z.strictObject({ buffer: name, shape: lengths }),
  z.strictObject({ constant: written }),
]);

const config = z.strictObject({
  op: z
    .string()
    .regex(/^[A-Za-z]\w*$/, "expected the name of an operator, such as Add")
    .max(100)
    .meta({ description: "The operator's name in ONNX, operator set 17", examples: ["Abs"] }),
  attributes: z.record(z.string(), attribute).default({}).describe("Its attributes, each with its kind, as in { axis: { int: 1 } }"),
  operands: z
    .array(operand)
    .min(1)
    .max(MOST_OPERANDS)
    .default(["input"])
    .describe('Its operands in order: "input" is the next that the layer reads, null one left out; a parameter is trained, a buffer and a constant are not'),
  result: z.int().nonnegative().max(100).default(0).describe("Which of its results the layer gives, from 0"),
  init: initField("its parameters"),
});

type OperatorConfig = z.output<typeof config>;
type OperatorOperand = OperatorConfig["operands"][number];
type WrittenAttribute = z.output<typeof attribute>;

/**
 * One ONNX operator with its attributes; what it reads beside the layer's inputs are parameters, which are trained, or constants. An imported network is made
 * of these where no layer with a name of its own does the same. https://onnx.ai/onnx/operators/
 */
export const onnxOperator = defineLayer({
  type: "OnnxOperator",
  group: IMPORTED_GROUP,
  summary: "Any ONNX operator that Lathe has, as imported networks have it",
  config,
  arity: [1, MOST_OPERANDS],
  parameters: ({ operands, init }: OperatorConfig) =>
    operands.flatMap((o) => (isTensor(o, "parameter") ? [{ name: o.parameter, shape: o.shape, init: initOf(init, firstValues(o.shape)) }] : [])),
  buffers: ({ operands }: OperatorConfig) => operands.flatMap((o) => (isTensor(o, "buffer") ? [{ name: o.buffer, shape: o.shape, fill: 0 }] : [])),
  lower: (ctx) => {
    const { op, operands, result } = ctx.config;
    const inputs = ctx.inputs.values();
    const given = operands.map((o) => operandOf(ctx, o, inputs));
    const rest = [...inputs];
    if (rest.length > 0) return ctx.fail(`expected as many inputs as ${op} has operands called "input"`);
    const made = ctx.e.graph.node(op, given, attributesOf(ctx.config), { outputs: result + 1 });
    return defined(made[result], `result ${result} of ${op}`);
  },
  torch: (c, inputs) => operatorSource(c, inputs),
  cost: ({ op, operands }, inputs) => {
    if (op !== "MatMul" && op !== "Gemm") return 0;
    const weight = operands.find((o) => isTensor(o, "parameter") && o.shape.length >= 2);
    const rows = knownSize(inputs[0]?.shape.slice(1, -1) ?? []) ?? 1;
    return isTensor(weight, "parameter") ? rows * weight.shape.reduce((a, b) => a * b, 1) : 0;
  },
});

function isTensor<K extends "parameter" | "buffer">(o: OperatorOperand | undefined, kind: K): o is Extract<OperatorOperand, Record<K, string>> {
  return typeof o === "object" && o !== null && kind in o;
}

/** Uniform in ±1/√fan of what has two axes or more, as of a Linear; else zeros. What is imported brings its own. */
function firstValues(shape: readonly number[]): InitOption & object {
  const fan = shape.slice(1).reduce((a, b) => a * b, 1);
  const bound = 1 / Math.sqrt(Math.max(1, fan));
  return shape.length < 2 ? { type: "zeros" } : { type: "uniform", a: -bound, b: bound };
}

function operandOf(ctx: LayerContext<OperatorConfig>, o: OperatorOperand, inputs: Iterator<Value, unknown>): Value | undefined {
  if (o === null) return undefined;
  if (o === "input") {
    const next = inputs.next();
    return next.done === true ? ctx.fail(`expected as many inputs as ${ctx.config.op} has operands called "input"`) : next.value;
  }
  if ("parameter" in o) return ctx.parameter(o.parameter);
  if ("buffer" in o) return ctx.buffer(o.buffer);
  return ctx.e.constant(writtenTensor(o.constant, ctx.config.op));
}

function writtenTensor({ dtype, shape, values }: z.output<typeof written>, op: string) {
  const size = shape.reduce((a, b) => a * b, 1);
  if (values.length !== size)
    throw new LatheError("model.layer", `a constant of ${op} has ${values.length} values, expected ${size} for [${shape.join(", ")}]`);
  if (!dtype.startsWith("float") && values.some((v) => !Number.isInteger(v)))
    throw new LatheError("model.layer", `a constant of ${op} of ${dtype} has values that are no whole numbers`);
  return tensor(dtype, values, shape);
}

function attributesOf({ op, attributes }: OperatorConfig): Attributes {
  return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, attributeOf(value, op)]));
}

function attributeOf(value: WrittenAttribute, op: string): Attribute {
  if ("int" in value) return int(value.int);
  if ("float" in value) return float(value.float);
  if ("string" in value) return text(value.string);
  if ("ints" in value) return ints(value.ints);
  if ("floats" in value) return floats(value.floats);
  if ("strings" in value) return strings(value.strings);
  return { type: "tensor", value: writtenTensor(value.tensor, op) };
}

/** What the layer reads of a node's attribute; undefined of a graph or a tensor that is too large. */
export function writtenAttribute(a: Attribute): WrittenAttribute | undefined {
  if (a.type === "graph") return undefined;
  if (a.type !== "tensor") return { [a.type]: a.value } as WrittenAttribute;
  const { dtype, dims, data } = a.value;
  if (dtype === "string" || dtype === "float64" || data.length > MOST_WRITTEN) return undefined;
  return { tensor: { dtype, shape: [...dims], values: Array.from<number | bigint, number>(data, Number) } };
}
