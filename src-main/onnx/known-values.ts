import { productOf, quotientOf, sumOf } from "./dimensions.js";
import { type Attribute, type Dimension, type Node, type Shape, type TensorData, type TensorType, numbersOf, tensor } from "./types.js";

/** What is known of a graph's values before it runs. */
export interface Facts {
  readonly types: ReadonlyMap<string, TensorType>;
  readonly initializers: ReadonlyMap<string, TensorData>;
  /** The node that makes a value. */
  readonly producers: ReadonlyMap<string, Node>;
}

/** Vectors longer than this are data, not dimensions. */
const LONGEST = 1024;
/** Letters of a length with a name of its own, `N*96`; a stranger's graph can multiply them without end. */
const LONGEST_NAME = 200;
/** Nodes between a value and what it is computed from; the graphs of layers have a tenth. */
const DEEPEST = 100;

/** The tensor behind a value: an initializer, or what a Constant node holds. */
export function constantBehind(facts: Facts, name: string): TensorData | undefined {
  for (let at = name; ;) {
    const stored = facts.initializers.get(at);
    if (stored) return stored;
    const node = facts.producers.get(at);
    if (node?.op === "Constant") return constantOf((name) => node.attributes[name]);
    if (node?.op !== "Identity") return undefined;
    at = node.inputs[0] ?? "";
  }
}

/** What a Constant node holds, by its attributes. https://onnx.ai/onnx/operators/onnx__Constant.html */
export function constantOf(attribute: (name: string) => Attribute | undefined): TensorData | undefined {
  const [value, number, numbers] = [attribute("value"), attribute("value_float"), attribute("value_floats")];
  if (value?.type === "tensor") return value.value;
  if (number?.type === "float") return tensor("float32", [number.value], []);
  if (numbers?.type === "floats") return tensor("float32", numbers.value);
  const [whole, wholes] = [attribute("value_int"), attribute("value_ints")];
  if (whole?.type === "int") return tensor("int64", [whole.value], []);
  if (wholes?.type === "ints") return tensor("int64", wholes.value);
  const [word, words] = [attribute("value_string"), attribute("value_strings")];
  if (word?.type === "string") return { dtype: "string", dims: [], data: [word.value] };
  if (words?.type === "strings") return { dtype: "string", dims: [words.value.length], data: words.value };
  return undefined;
}

/**
 * The lengths that a vector (or scalar) of whole numbers holds, where it is computed from constants and from shapes: a Shape node of `[N, 4]` holds
 * `["N", 4]`, whatever N will be.
 */
export function shapeBehind(facts: Facts, name: string): Shape | undefined {
  return lookBehind(facts, name, { known: new Map(), depth: 0 });
}

/** What was found on this look, by value: a node that reads one value twice, as nodes may for many levels, costs no more than one that reads it once. */
interface Look {
  readonly known: Map<string, Shape | undefined>;
  readonly depth: number;
}

function lookBehind(facts: Facts, name: string, look: Look): Shape | undefined {
  if (look.known.has(name)) return look.known.get(name);
  const found = look.depth < DEEPEST ? computed(facts, name, { ...look, depth: look.depth + 1 }) : undefined;
  const shape = found && found.length <= LONGEST && found.every((d) => typeof d === "number" || d.length <= LONGEST_NAME) ? found : undefined;
  look.known.set(name, shape);
  return shape;
}

function computed(facts: Facts, name: string, look: Look): Shape | undefined {
  const type = facts.types.get(name);
  if (!type || (type.dtype !== "int64" && type.dtype !== "int32") || type.shape.length > 1) return undefined;
  const constant = constantBehind(facts, name);
  if (constant) return constant.data.length <= LONGEST ? numbersOf(constant) : undefined;
  const node = facts.producers.get(name);
  if (!node || node.domain !== "") return undefined;
  const operand = (i: number): Shape | undefined => lookBehind(facts, node.inputs[i] ?? "", look);
  const first = () => facts.types.get(node.inputs[0] ?? "")?.shape;
  switch (node.op) {
    case "Shape":
      return sliced(first(), intOf(node, "start", 0), intOf(node, "end", Number.MAX_SAFE_INTEGER), 1);
    case "Size":
      return only(first(), productOf);
    case "Identity":
    case "Cast":
    case "Squeeze":
    case "Unsqueeze":
    case "Reshape":
      return operand(0);
    case "Concat":
      return joined(node.inputs.map((_, i) => operand(i)));
    case "Gather":
      return picked(operand(0), operand(1));
    case "Slice": {
      const [from, to, step] = [operand(1)?.[0], operand(2)?.[0], node.inputs[4] ? operand(4)?.[0] : 1];
      return typeof from === "number" && typeof to === "number" && typeof step === "number" ? sliced(operand(0), from, to, step) : undefined;
    }
    case "Where":
      return chosen(constantBehind(facts, node.inputs[0] ?? ""), operand(1), operand(2));
    case "Mul":
      return elementwise(operand(0), operand(1), productOf);
    case "Add":
      return elementwise(operand(0), operand(1), sumOf);
    case "Sub":
      return elementwise(operand(0), operand(1), ([a, b]) => (a === b ? 0 : a !== undefined && typeof b === "number" ? sumOf([a, -b]) : undefined));
    case "Div":
      return elementwise(operand(0), operand(1), ([a, b]) => (a === undefined || b === undefined ? undefined : quotientOf(a, b)));
    default:
      return undefined;
  }
}

function only(shape: Shape | undefined, f: (shape: Shape) => Dimension): Shape | undefined {
  return shape && [f(shape)];
}

function sliced(shape: Shape | undefined, from: number, to: number, step: number): Shape | undefined {
  return step === 1 ? shape?.slice(from, to) : undefined;
}

function joined(parts: readonly (Shape | undefined)[]): Shape | undefined {
  const known = parts.filter((p) => p !== undefined);
  return known.length === parts.length ? known.flat() : undefined;
}

function picked(shape: Shape | undefined, indices: Shape | undefined): Shape | undefined {
  if (!shape || !indices) return undefined;
  const found = indices.map((i) => (typeof i === "number" ? shape.at(i) : undefined)).filter((d) => d !== undefined);
  return found.length === indices.length ? found : undefined;
}

function chosen(condition: TensorData | undefined, yes: Shape | undefined, no: Shape | undefined): Shape | undefined {
  if (!condition || !yes || !no || condition.data.length !== yes.length || yes.length !== no.length) return undefined;
  return yes.map((d, i) => (condition.data[i] ? d : (no[i] ?? d)));
}

/** undefined where `f` finds no length for a pair. */
function elementwise(a: Shape | undefined, b: Shape | undefined, f: (pair: Shape) => Dimension | undefined): Shape | undefined {
  if (!a || !b || (a.length !== b.length && a.length !== 1 && b.length !== 1)) return undefined;
  const found = Array.from({ length: Math.max(a.length, b.length) }, (_, i) => f([a[a.length === 1 ? 0 : i] ?? 1, b[b.length === 1 ? 0 : i] ?? 1]));
  const known = found.filter((d) => d !== undefined);
  return known.length === found.length ? known : undefined;
}

function intOf(node: Node, name: string, fallback: number): number {
  const a = node.attributes[name];
  return a?.type === "int" ? a.value : fallback;
}
