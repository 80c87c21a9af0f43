import { defined } from "../base/assert.js";
import { LatheError } from "../base/errors.js";
import type { GraphBuilder } from "./builder.js";
import { type Attributes, type DataType, type Shape, type TensorData, type Value, float, int, ints, isStatic, sameShape, tensor } from "./types.js";

/** The numeric types a constant can be made in. */
type Numeric = Exclude<DataType, "string">;

/**
 * The vocabulary that layers, losses, optimizers and gradient rules are written in: one short method an ONNX operator, opset 17.
 * Methods add a node and return its output; broadcasting is ONNX's (numpy's). Sizes go in as plain numbers and become constants.
 */
export class Emitter {
  constructor(readonly graph: GraphBuilder) {}

  /** Any operator with one output. */
  op(type: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}): Value {
    return defined(this.graph.node(type, inputs, attributes)[0], `${type}'s output`);
  }

  // Constants
  constant(data: TensorData): Value {
    return this.graph.constant(data);
  }
  /** A 0-dimensional constant. */
  scalar(value: number, dtype: Numeric = "float32"): Value {
    return this.constant(tensor(dtype, [value], []));
  }
  /** A scalar of the type of `x`, so that a rule works in float32 and float64. */
  scalarLike(value: number, x: Value): Value {
    return this.scalar(value, x.dtype === "string" ? "float32" : x.dtype);
  }
  /** An int64 vector, as axes, shapes and bounds are given to operators. */
  indices(values: readonly number[]): Value {
    return this.constant(tensor("int64", values));
  }

  // Arithmetic
  add(a: Value, b: Value): Value {
    return this.op("Add", [a, b]);
  }
  sub(a: Value, b: Value): Value {
    return this.op("Sub", [a, b]);
  }
  mul(a: Value, b: Value): Value {
    return this.op("Mul", [a, b]);
  }
  div(a: Value, b: Value): Value {
    return this.op("Div", [a, b]);
  }
  pow(a: Value, b: Value): Value {
    return this.op("Pow", [a, b]);
  }
  neg(x: Value): Value {
    return this.op("Neg", [x]);
  }
  sqrt(x: Value): Value {
    return this.op("Sqrt", [x]);
  }
  exp(x: Value): Value {
    return this.op("Exp", [x]);
  }
  log(x: Value): Value {
    return this.op("Log", [x]);
  }
  abs(x: Value): Value {
    return this.op("Abs", [x]);
  }
  sign(x: Value): Value {
    return this.op("Sign", [x]);
  }
  erf(x: Value): Value {
    return this.op("Erf", [x]);
  }
  square(x: Value): Value {
    return this.mul(x, x);
  }
  /** x · k for a plain number. */
  scale(x: Value, k: number): Value {
    return k === 1 ? x : this.mul(x, this.scalarLike(k, x));
  }
  /** x + k for a plain number. */
  shift(x: Value, k: number): Value {
    return k === 0 ? x : this.add(x, this.scalarLike(k, x));
  }
  /** k - x for a plain number. */
  subFrom(k: number, x: Value): Value {
    return this.sub(this.scalarLike(k, x), x);
  }
  min(a: Value, b: Value): Value {
    return this.op("Min", [a, b]);
  }
  max(a: Value, b: Value): Value {
    return this.op("Max", [a, b]);
  }
  clip(x: Value, low?: number, high?: number): Value {
    return this.op("Clip", [x, low === undefined ? undefined : this.scalarLike(low, x), high === undefined ? undefined : this.scalarLike(high, x)]);
  }

  // Activations
  relu(x: Value): Value {
    return this.op("Relu", [x]);
  }
  sigmoid(x: Value): Value {
    return this.op("Sigmoid", [x]);
  }
  tanh(x: Value): Value {
    return this.op("Tanh", [x]);
  }
  softplus(x: Value): Value {
    return this.op("Softplus", [x]);
  }
  softmax(x: Value, axis: number): Value {
    return this.op("Softmax", [x], { axis: int(axis) });
  }
  logSoftmax(x: Value, axis: number): Value {
    return this.op("LogSoftmax", [x], { axis: int(axis) });
  }

  // Linear algebra
  matMul(a: Value, b: Value): Value {
    return this.op("MatMul", [a, b]);
  }
  /** α·A'B' + β·C, A' = Aᵀ where transA. */
  gemm(a: Value, b: Value, c?: Value, options: { transA?: boolean; transB?: boolean; alpha?: number; beta?: number } = {}): Value {
    const { transA, transB, alpha, beta } = options;
    return this.op("Gemm", [a, b, c], {
      ...(transA ? { transA: int(1) } : {}),
      ...(transB ? { transB: int(1) } : {}),
      ...(alpha === undefined ? {} : { alpha: float(alpha) }),
      ...(beta === undefined ? {} : { beta: float(beta) }),
    });
  }

  // Reductions. Without axes they reduce all.
  reduceSum(x: Value, axes?: readonly number[], keepDims = false): Value {
    return this.op("ReduceSum", [x, axes && this.indices(axes)], { keepdims: int(keepDims ? 1 : 0) });
  }
  reduceMean(x: Value, axes?: readonly number[], keepDims = false): Value {
    return this.op("ReduceMean", [x], { ...(axes ? { axes: ints(axes) } : {}), keepdims: int(keepDims ? 1 : 0) });
  }
  reduceMax(x: Value, axes?: readonly number[], keepDims = false): Value {
    return this.op("ReduceMax", [x], { ...(axes ? { axes: ints(axes) } : {}), keepdims: int(keepDims ? 1 : 0) });
  }

  // Shapes
  /** `dims` as ONNX reads them: -1 is inferred, 0 copies; or a value computed in the graph. */
  reshape(x: Value, dims: readonly number[] | Value): Value {
    return this.op("Reshape", [x, "name" in dims ? dims : this.indices(dims)]);
  }
  /** Reshapes to the shape of `like`: by constants where at most one axis is symbolic, else by asking at run time. */
  reshapeLike(x: Value, like: Value): Value {
    if (sameShape(x.shape, like.shape)) return x;
    return this.reshape(x, inferableDims(like.shape) ?? this.shapeOf(like));
  }
  /** Broadcasts to the shape of `like`. */
  expandLike(x: Value, like: Value): Value {
    if (sameShape(x.shape, like.shape)) return x;
    return this.op("Expand", [x, isStatic(like.shape) ? this.indices(like.shape) : this.shapeOf(like)]);
  }
  transpose(x: Value, perm: readonly number[]): Value {
    return this.op("Transpose", [x], { perm: ints(perm) });
  }
  squeeze(x: Value, axes: readonly number[]): Value {
    return this.op("Squeeze", [x, this.indices(axes)]);
  }
  unsqueeze(x: Value, axes: readonly number[]): Value {
    return this.op("Unsqueeze", [x, this.indices(axes)]);
  }
  concat(parts: readonly Value[], axis: number): Value {
    return this.op("Concat", parts, { axis: int(axis) });
  }
  /** Pieces of the given lengths along an axis. */
  split(x: Value, sizes: readonly number[], axis: number): readonly Value[] {
    return this.graph.node("Split", [x, this.indices(sizes)], { axis: int(axis) }, { outputs: sizes.length });
  }
  slice(x: Value, starts: readonly number[], ends: readonly number[], axes: readonly number[], steps?: readonly number[]): Value {
    return this.op("Slice", [x, this.indices(starts), this.indices(ends), this.indices(axes), steps && this.indices(steps)]);
  }
  gather(x: Value, indices: Value, axis: number): Value {
    return this.op("Gather", [x, indices], { axis: int(axis) });
  }
  /** The lengths of `x` as an int64 vector. */
  shapeOf(x: Value): Value {
    return isStatic(x.shape) ? this.indices(x.shape) : this.op("Shape", [x]);
  }

  // Steps
  /**
   * Runs a step for every element along axis 0 of `sequences`, in their order or, where `reverse`, from the last one on. A step reads the states and one
   * element of each sequence, which keeps axis 0 with length 1, and gives the next states and results.
   *
   * Several steps are one turn of a Scan, whose own work would else cost more than a small step; what is left over is written out before it. The body is
   * closed: it sees nothing around it but its arguments; what is the same in every step comes in as `constants`.
   * @returns the states after the last step, and the results of all steps, joined along axis 0 in the order of the sequences.
   */
  scan({ states, sequences, constants = [], reverse = false }: ScanOperands, step: (e: Emitter, element: ScanElement) => ScanStep): ScanStep {
    const [length] = sequences[0]?.shape ?? [];
    if (typeof length !== "number") throw new LatheError("graph.unsupported", "steps are written out over a sequence of one known length");
    const left = length <= WRITTEN_OUT ? length : length % STEPS_A_TURN;
    const part = (from: number, to: number) => sequences.map((v) => (to - from === length ? v : this.slice(v, [from], [to], [0])));
    // In reverse the last elements come first.
    const [own, others] = reverse ? [part(length - left, length), part(0, length - left)] : [part(0, left), part(left, length)];
    const before = left > 0 ? this.#steps({ states, sequences: own, constants, reverse }, step) : { states, results: [] };
    if (left === length) return before;
    const after = this.#turns({ states: before.states, sequences: others, constants, reverse }, step);
    const joined = (a: Value, b: Value | undefined) => (b ? this.concat(reverse ? [a, b] : [b, a], 0) : a);
    return { states: after.states, results: after.results.map((v, i) => joined(v, before.results[i])) };
  }

  /** Steps one after another, written out. */
  #steps({ states, sequences, constants = [], reverse }: ScanOperands, step: (e: Emitter, element: ScanElement) => ScanStep): ScanStep {
    const length = Number(sequences[0]?.shape[0]);
    const ones = Array.from({ length }, () => 1);
    const parts = sequences.map((v) => (length === 1 ? [v] : this.split(v, ones, 0)));
    const results: (readonly Value[])[] = [];
    let state = states;
    for (let i = 0; i < length; i++) {
      const elements = parts.map((part) => defined(part[reverse === true ? length - 1 - i : i], "an element"));
      const made = step(this, { states: state, elements, constants });
      state = made.states;
      results.push(made.results);
    }
    if (reverse === true) results.reverse();
    const [first = []] = results;
    return {
      states: state,
      results: first.map((v, k) =>
        length === 1
          ? v
          : this.concat(
              results.map((made) => defined(made[k], "a result")),
              0,
            ),
      ),
    };
  }

  /** A Scan over parts of `STEPS_A_TURN` elements. */
  #turns({ states, sequences, constants = [], reverse }: ScanOperands, step: (e: Emitter, element: ScanElement) => ScanStep): ScanStep {
    const length = Number(sequences[0]?.shape[0]);
    const turns = length / STEPS_A_TURN;
    const parted = sequences.map((v) => this.#lead(v, [turns, STEPS_A_TURN], 1));
    const e = new Emitter(this.graph.another());
    const inputs = (name: string, values: readonly Value[], from: number) =>
      values.map(({ dtype, shape }, i) => e.graph.input(`${name}${i}`, dtype, shape.slice(from)));
    const body = { states: inputs("state", states, 0), sequences: inputs("element", parted, 1), constants: inputs("constant", constants, 0) };
    const { states: next, results } = e.#steps({ ...body, reverse }, step);
    next.forEach((value, i) => e.graph.output(value, `next${i}`));
    results.forEach((value, i) => e.graph.output(value, `result${i}`));
    const directions = (list: readonly Value[]) => ints(list.map(() => (reverse === true ? 1 : 0)));
    const outputs = this.graph.node(
      "Scan",
      [...states, ...parted, ...constants],
      {
        body: { type: "graph", value: e.graph.build("steps") },
        num_scan_inputs: int(parted.length),
        scan_input_directions: directions(parted),
        ...(results.length > 0 ? { scan_output_directions: directions(results) } : {}),
        ...(constants.length > 0 ? { [SCAN_CONSTANTS]: int(constants.length) } : {}),
      },
      { outputs: next.length + results.length },
    );
    return { states: outputs.slice(0, next.length), results: outputs.slice(next.length).map((v) => this.#lead(v, [length], 2)) };
  }

  /** Other axes in the place of the first `count`. */
  #lead(v: Value, axes: readonly number[], count: number): Value {
    const rest = v.shape.slice(count);
    const unknown = rest.filter((d) => typeof d === "string").length;
    if (unknown > 1) throw new LatheError("graph.unsupported", "elements of a sequence may have one axis of unknown length");
    return this.reshape(v, [...axes, ...rest.map((d) => (typeof d === "string" ? -1 : d))]);
  }

  // Choice and type
  where(condition: Value, yes: Value, no: Value): Value {
    return this.op("Where", [condition, yes, no]);
  }
  equal(a: Value, b: Value): Value {
    return this.op("Equal", [a, b]);
  }
  greater(a: Value, b: Value): Value {
    return this.op("Greater", [a, b]);
  }
  less(a: Value, b: Value): Value {
    return this.op("Less", [a, b]);
  }
  not(x: Value): Value {
    return this.op("Not", [x]);
  }
  /** `to` is an element type; the attribute holds ONNX's number for it. */
  cast(x: Value, to: DataType): Value {
    return x.dtype === to ? x : this.op("Cast", [x], { to: int(ONNX_TYPE[to]) });
  }
  identity(x: Value): Value {
    return this.op("Identity", [x]);
  }
}

/** Steps in one turn of a Scan. A turn costs as much as half a dozen small operations. */
const STEPS_A_TURN = 16;
/** Sequences up to so long are written out, without a Scan. */
const WRITTEN_OUT = 16;

/** What a Scan reads. */
export interface ScanOperands {
  /** Before the first step. */
  readonly states: readonly Value[];
  /** All as long along axis 0; at least one. */
  readonly sequences: readonly Value[];
  readonly constants?: readonly Value[];
  readonly reverse?: boolean | undefined;
}

/** What one step reads. */
export interface ScanElement {
  readonly states: readonly Value[];
  readonly elements: readonly Value[];
  readonly constants: readonly Value[];
}

/** What one step gives, or all of them together. */
export interface ScanStep {
  readonly states: readonly Value[];
  readonly results: readonly Value[];
}

/**
 * How many of a Scan's last operands are the same in every step. ONNX has no such operands: there the body names values of the graph around it. Here it is
 * closed, so that no copy or rewrite of a graph can tear the two apart; the file is written in ONNX's way.
 */
export const SCAN_CONSTANTS = "constants";

/** TensorProto.DataType by element type. */
export const ONNX_TYPE: Readonly<Record<DataType, number>> = { float32: 1, uint8: 2, int32: 6, int64: 7, string: 8, bool: 9, float64: 11 };

/** A Reshape target that ONNX can resolve by itself: at most one unknown axis, and no zero-length axis beside it. */
function inferableDims(shape: Shape): readonly number[] | undefined {
  const symbolic = shape.filter((d) => typeof d === "string").length;
  if (symbolic > 1 || (symbolic === 1 && shape.includes(0))) return undefined;
  return shape.map((d) => (typeof d === "string" ? -1 : d));
}

/** A graph that is still being built. */
export interface Unfinished {
  readonly e: Emitter;
  /** What it will be differentiated by. */
  readonly learns: readonly Value[];
  /** What is still going to be used. */
  readonly kept: readonly Value[];
}
