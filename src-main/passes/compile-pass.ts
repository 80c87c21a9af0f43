import { defined } from "../base/assert.js";
import type { Graph, Node } from "../onnx/types.js";
import { type Code, F32, F64, I32, V128, wasm, wasmModule } from "./web-assembly-code.js";

/** A graph of elementwise operators as one pass over memory. */
export interface Pass {
  readonly code: Uint8Array;
  /** Graph inputs and outputs in the order of the function's parameters: where vectors are read, where they are written; then their length; then numbers. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly numbers: readonly string[];
}

/** Axis that vectors have in the graph of a pass; what has it not is a number. */
export const VECTOR = ["P"] as const;

const { f32x4, f64x2, v128 } = wasm;
const both = (op: Code) => (a: Code, b: Code) => [...a, ...b, ...op];
const one = (op: Code) => (x: Code) => [...x, ...op];

/** The largest float32, which Clip without a bound has for it. */
const LARGEST = 3.4028234663852886e38;

/**
 * Operators that a pass has, with the bits of ONNX Runtime's in float32, but for the sign of the larger or smaller of two zeros; a NaN among the operands gives
 * a NaN. @param x how each operand is come by; undefined where an optional one is omitted
 */
const OPERATORS: Readonly<Record<string, (...x: readonly (Code | undefined)[]) => Code>> = {
  Add: of2(both(f32x4.add)),
  Sub: of2(both(f32x4.sub)),
  Mul: of2(both(f32x4.mul)),
  Div: of2(both(f32x4.div)),
  Max: of2(both(f32x4.max)),
  Min: of2(both(f32x4.min)),
  Sqrt: of1(one(f32x4.sqrt)),
  Neg: of1(one(f32x4.neg)),
  Abs: of1(one(f32x4.abs)),
  Identity: of1((x) => x),
  Relu: of1((x) => [...x, ...v128.const(0), ...f32x4.max]),
  Clip: (x, low = v128.const(-LARGEST), high = v128.const(LARGEST)) => [...defined(x, "an operand"), ...low, ...f32x4.max, ...high, ...f32x4.min],
};

/** Adds all up. It is no elementwise operator: what it gives may leave the pass as a number, but not come back to its vectors. */
const SUM = "ReduceSum";

/**
 * Compiles a graph in float32 whose inputs and outputs are vectors of shape `VECTOR`, of one length, and numbers. A vector may be written where one was read.
 * Vectors go out; a sum of all elements, and what is made of it, may be one more output, the function's result. Sums are added up in float64.
 * @returns undefined where the graph has an operator that a pass has not, or constants that are more than a number
 */
export function compilePass(graph: Graph): Pass | undefined {
  const nodes = needed(graph);
  const isVector = (name: string) => graph.types.get(name)?.shape[0] === VECTOR[0];
  if (nodes.some(({ op, domain, outputs }) => domain !== "" || outputs.length !== 1 || (op !== SUM && !Object.hasOwn(OPERATORS, op)))) return undefined;

  const read = nodes.flatMap(({ inputs }) => inputs.filter((name) => name !== ""));
  if (read.some((name) => graph.types.get(name)?.dtype !== "float32" || (graph.initializers.get(name)?.data.length ?? 1) !== 1)) return undefined;

  const reads = graph.inputs.flatMap(({ name }) => (isVector(name) ? [name] : []));
  const numbers = graph.inputs.flatMap(({ name }) => (isVector(name) ? [] : [name]));
  const writes = graph.outputs.flatMap(({ name }) => (isVector(name) ? [name] : []));
  const results = graph.outputs.flatMap(({ name }) => (isVector(name) ? [] : [name]));
  const sums = nodes.filter(({ op }) => op === SUM);
  if (sums.length !== results.length || results.length > 1) return undefined;
  const [sum] = sums;
  const summed = sum?.inputs[0];
  if (sum && (summed === undefined || !isVector(summed) || sum.inputs.length > 1)) return undefined;

  const parameters = [...reads.map(() => I32), ...writes.map(() => I32), I32, ...numbers.map(() => F32)];
  const locals: number[] = [];
  const local = (type: number) => parameters.length + locals.push(type) - 1;
  const [count, at, end] = [reads.length + writes.length, local(I32), local(I32)];

  const places = new Map<string, number>();
  const placeOf = (name: string) => {
    const known = places.get(name);
    if (known !== undefined) return known;
    const made = local(V128);
    places.set(name, made);
    return made;
  };
  const valueOf = (name: string): Code => {
    const constant = graph.initializers.get(name);
    return constant ? v128.const(Number(constant.data[0])) : wasm.get(placeOf(name));
  };
  const compute = (list: readonly Node[]): Code =>
    list.flatMap(({ op, inputs, outputs: [output = ""] }) => {
      const write = defined(OPERATORS[op], op);
      return [...write(...inputs.map((name) => (name === "" ? undefined : valueOf(name)))), ...wasm.set(placeOf(output))];
    });

  const after = sum ? dependants(nodes, sum.outputs) : [];
  const inLoop = nodes.filter((node) => isVector(node.outputs[0] ?? ""));
  if (after.some((node) => inLoop.includes(node))) return undefined;
  const before = nodes.filter((node) => node !== sum && !inLoop.includes(node) && !after.includes(node));

  // Two sums of two numbers each, and one of what is left over.
  const [low, high, left] = summed === undefined ? [0, 0, 0] : [local(V128), local(V128), local(F64)];
  const add = (into: number, value: Code): Code => [...wasm.get(into), ...value, ...f64x2.promoteLow, ...f64x2.add, ...wasm.set(into)];
  const pointer = (parameter: number): Code => [...wasm.get(parameter), ...wasm.get(at), ...wasm.i32.add];
  const turn = (load: Code, store: Code, sumUp: (value: Code) => Code, bytes: number): Code =>
    wasm.loop([
      ...reads.flatMap((name, i) => [...pointer(i), ...load, ...wasm.set(placeOf(name))]),
      ...compute(inLoop),
      ...writes.flatMap((name, i) => [...pointer(reads.length + i), ...valueOf(name), ...store]),
      ...(summed === undefined ? [] : sumUp(valueOf(summed))),
      ...[...wasm.get(at), ...wasm.i32.const(bytes), ...wasm.i32.add, ...wasm.set(at)],
      ...[...wasm.get(at), ...wasm.get(end), ...wasm.i32.ltU],
    ]);
  const until = (bytes: Code, body: Code): Code => [
    ...[...bytes, ...wasm.set(end)],
    ...[...wasm.get(at), ...wasm.get(end), ...wasm.i32.ltU, ...wasm.when(body)],
  ];
  const fours: Code = [...wasm.get(count), ...wasm.i32.const(-4), ...wasm.i32.and, ...wasm.i32.const(2), ...wasm.i32.shl];
  const all: Code = [...wasm.get(count), ...wasm.i32.const(2), ...wasm.i32.shl];
  const lanes = (sums: number): Code => [...wasm.get(sums), ...f64x2.lane(0), ...wasm.get(sums), ...f64x2.lane(1), ...wasm.f64.add];

  const body: Code = [
    ...numbers.flatMap((name, i) => [...wasm.get(count + 1 + i), ...f32x4.splat, ...wasm.set(placeOf(name))]),
    ...compute(before),
    ...until(
      fours,
      turn(v128.load, v128.store, (value) => [...add(low, value), ...add(high, [...value, ...value, ...v128.upper])], 16),
    ),
    ...until(
      all,
      turn(
        v128.load32Zero,
        v128.store32Lane0,
        (value) => [...wasm.get(left), ...value, ...f32x4.first, ...wasm.f64.promote, ...wasm.f64.add, ...wasm.set(left)],
        4,
      ),
    ),
    ...(sum
      ? [
          ...[...lanes(low), ...lanes(high), ...wasm.f64.add, ...wasm.get(left), ...wasm.f64.add],
          ...[...wasm.f32.demote, ...f32x4.splat, ...wasm.set(placeOf(sum.outputs[0] ?? ""))],
          ...compute(after),
          ...[...valueOf(results[0] ?? ""), ...f32x4.first],
        ]
      : []),
  ];
  return { code: wasmModule({ parameters, locals, body, ...(sum ? { result: F32 } : {}) }), reads, writes, numbers };
}

/** Nodes that lead to an output, in order. */
function needed(graph: Graph): readonly Node[] {
  const wanted = new Set(graph.outputs.map(({ name }) => name));
  return graph.nodes
    .toReversed()
    .filter((node) => {
      if (!node.outputs.some((name) => wanted.has(name))) return false;
      for (const name of node.inputs) wanted.add(name);
      return true;
    })
    .toReversed();
}

/** Nodes that read any of these values, or what is made of them. */
function dependants(nodes: readonly Node[], values: readonly string[]): readonly Node[] {
  const reached = new Set(values);
  return nodes.filter(({ inputs, outputs }) => {
    if (!inputs.some((name) => reached.has(name))) return false;
    for (const name of outputs) reached.add(name);
    return true;
  });
}

function of1(write: (x: Code) => Code): (...x: readonly (Code | undefined)[]) => Code {
  return (x) => write(defined(x, "an operand"));
}

function of2(write: (a: Code, b: Code) => Code): (...x: readonly (Code | undefined)[]) => Code {
  return (a, b) => write(defined(a, "an operand"), defined(b, "an operand"));
}
