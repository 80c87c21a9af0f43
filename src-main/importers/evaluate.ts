import { ONNX_TYPE } from "../onnx/emitter.js";
import { type Attributes, type DataType, type TensorData, type TensorType, isStatic, sizeOf, tensor } from "../onnx/types.js";

/** What constants alone decide: the arithmetic of shapes that exporters leave in a file, and weights that are transposed, cut or joined there. */

/** Numbers that one result may have. */
const MOST = 2 ** 28;

type Numeric = Exclude<TensorData, { readonly dtype: "string" }>;
/** Where element `i` of the result comes from. */
type Source = (i: number) => number;

/**
 * Results of an operator (opset 17) whose operands are all known.
 * @param types of the results, by the operator's shape rule
 * @returns undefined where the operator is none of these, or a result is too large to be kept
 */
export function evaluate(
  op: string,
  attributes: Attributes,
  operands: readonly (TensorData | undefined)[],
  types: readonly TensorType[],
): readonly TensorData[] | undefined {
  const [type] = types;
  if (!type || types.some(({ shape }) => !isStatic(shape) || sizeOf(shape) > MOST)) return undefined;
  const given = operands.filter((t): t is Numeric => t !== undefined && t.dtype !== "string");
  if (given.length < operands.filter((t) => t !== undefined).length) return undefined;
  const [x] = given;
  if (!x) return undefined;
  const dims = type.shape.map(Number);
  const int = (name: string, fallback: number) => {
    const a = attributes[name];
    return a?.type === "int" ? a.value : fallback;
  };
  if (KEEPS_ORDER.has(op)) return [moved(x, dims, (i) => i)];
  switch (op) {
    case "Transpose": {
      const perm = attributes["perm"];
      return [moved(x, dims, transposition(x.dims, perm?.type === "ints" ? perm.value : [...x.dims.keys()].reverse(), dims))];
    }
    case "ConstantOfShape": {
      const value = attributes["value"];
      return [
        of(
          type.dtype === "string" ? "float32" : type.dtype,
          filled(dims, () => (value?.type === "tensor" ? Number(value.value.data[0]) : 0)),
          dims,
        ),
      ];
    }
    case "Range":
      return (
        given[2] && [
          of(
            x.dtype,
            filled(dims, (i) => at(x, 0) + i * at(given[2] ?? x, 0)),
            dims,
          ),
        ]
      );
    case "Expand":
      return [moved(x, dims, broadcasting(x.dims, dims))];
    case "Tile":
      return [
        moved(
          x,
          dims,
          mapped(dims, x.dims, (at) => at.map((n, axis) => n % (x.dims[axis] ?? 1))),
        ),
      ];
    case "Concat":
      return [concatenated(given, dims, axisOf(int("axis", 0), dims.length))];
    case "Gather":
      return given[1] && [gathered(x, given[1], dims, axisOf(int("axis", 0), x.dims.length))];
    case "Slice":
      return [sliced(x, operands, dims)];
    case "Split": {
      const axis = axisOf(int("axis", 0), x.dims.length);
      let before = 0;
      return types.map(({ shape }) => {
        const [own, start] = [shape.map(Number), before];
        before += own[axis] ?? 0;
        return moved(x, own, strided(own, strides(x.dims), start * (strides(x.dims)[axis] ?? 1)));
      });
    }
    case "Cast": {
      const to = (Object.keys(ONNX_TYPE) as DataType[]).find((d) => ONNX_TYPE[d] === int("to", 1));
      if (to === undefined || to === "string") return undefined;
      return [to === x.dtype ? x : of(to, Array.from(x.data, Number).map(to.startsWith("float") ? (v) => v : Math.trunc), dims)];
    }
    case "Where": {
      const [, a, b] = given;
      if (!a || !b) return undefined;
      const [c, yes, no] = [x, a, b].map((t) => broadcasting(t.dims, dims)) as [Source, Source, Source];
      return [
        of(
          a.dtype,
          filled(dims, (i) => (x.data[c(i)] ? at(a, yes(i)) : at(b, no(i)))),
          dims,
        ),
      ];
    }
    default:
      return elementwise(op, given, type.dtype, dims);
  }
}

const KEEPS_ORDER: ReadonlySet<string> = new Set(["Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze"]);

const UNARY: Readonly<Record<string, (x: number) => number>> = {
  Neg: (x) => -x,
  Abs: Math.abs,
  Sqrt: Math.sqrt,
  Exp: Math.exp,
  Log: Math.log,
  Not: (x) => (x ? 0 : 1),
};
const BINARY: Readonly<Record<string, (a: number, b: number, whole: boolean) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b, whole) => (whole ? Math.trunc(a / b) : a / b),
  Pow: (a, b) => a ** b,
  Min: (a, b) => Math.min(a, b),
  Max: (a, b) => Math.max(a, b),
  Equal: (a, b) => Number(a === b),
  Greater: (a, b) => Number(a > b),
  GreaterOrEqual: (a, b) => Number(a >= b),
  Less: (a, b) => Number(a < b),
  LessOrEqual: (a, b) => Number(a <= b),
  And: (a, b) => a && b,
  Or: (a, b) => a || b,
};

function elementwise(op: string, given: readonly Numeric[], dtype: DataType, dims: readonly number[]): readonly TensorData[] | undefined {
  const [x, ...others] = given;
  const [unary, binary] = [UNARY[op], BINARY[op]];
  if (!x || dtype === "string") return undefined;
  if (unary && others.length === 0)
    return [
      of(
        dtype,
        filled(dims, (i) => unary(at(x, i))),
        dims,
      ),
    ];
  if (!binary || others.length === 0) return undefined;
  const whole = !x.dtype.startsWith("float");
  let sum = filled(dims, fetching(x, dims));
  for (const other of others) {
    const fetch = fetching(other, dims);
    sum = sum.map((a, i) => (x.dtype === "float32" ? Math.fround(binary(a, fetch(i), whole)) : binary(a, fetch(i), whole)));
  }
  if (whole && sum.some((v) => !Number.isFinite(v))) return undefined;
  return [of(dtype, sum, dims)];
}

const at = (t: Numeric, i: number): number => Number(t.data[i] ?? 0);

function fetching(t: Numeric, dims: readonly number[]): (i: number) => number {
  const from = broadcasting(t.dims, dims);
  return (i) => at(t, from(i));
}

function filled(dims: readonly number[], value: (i: number) => number): Float64Array {
  const values = new Float64Array(sizeOf(dims));
  for (let i = 0; i < values.length; i++) values[i] = value(i);
  return values;
}

/** 2^63, which "to the end" has become, is one too many for 64 bits. */
export function of(dtype: Exclude<DataType, "string">, values: ArrayLike<number>, dims: readonly number[]): TensorData {
  if (dtype !== "int64") return tensor(dtype, values, dims);
  return { dtype, dims, data: BigInt64Array.from(values, (v) => (v >= 2 ** 63 ? 2n ** 63n - 1n : v <= -(2 ** 63) ? -(2n ** 63n) : BigInt(v))) };
}

/** The same numbers, bit by bit, in other places. */
function moved(x: Numeric, dims: readonly number[], from: Source): TensorData {
  const size = sizeOf(dims);
  if (x.dtype === "int64") return { dtype: x.dtype, dims, data: BigInt64Array.from({ length: size }, (_, i) => x.data[from(i)] ?? 0n) };
  const data = x.data.slice(0, 0);
  const made = new (data.constructor as new (size: number) => typeof x.data)(size);
  for (let i = 0; i < size; i++) made[i] = x.data[from(i)] ?? 0;
  return { dtype: x.dtype, dims, data: made } as TensorData;
}

function strides(dims: readonly number[]): readonly number[] {
  const steps = new Array<number>(dims.length).fill(1);
  for (let axis = dims.length - 2; axis >= 0; axis--) steps[axis] = (steps[axis + 1] ?? 1) * (dims[axis + 1] ?? 1);
  return steps;
}

/** Where an element lies that is so many steps on along each axis. Weights have a hundred million numbers: nothing is made for one. */
function strided(dims: readonly number[], steps: readonly number[], start = 0): Source {
  return (i) => {
    let [at, rest] = [start, i];
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const length = dims[axis] ?? 1;
      at += (rest % length) * (steps[axis] ?? 0);
      rest = Math.floor(rest / length);
    }
    return at;
  };
}

/** By the place along each axis. */
function mapped(dims: readonly number[], source: readonly number[], move: (at: number[]) => readonly number[]): Source {
  const [own, theirs] = [strides(dims), strides(source)];
  return (i) => {
    const place = own.map((step, axis) => Math.floor(i / step) % (dims[axis] ?? 1));
    return move(place).reduce((sum, n, axis) => sum + n * (theirs[axis] ?? 0), 0);
  };
}

function broadcasting(source: readonly number[], dims: readonly number[]): Source {
  if (source.length === dims.length && source.every((d, i) => d === dims[i])) return (i) => i;
  const [more, theirs] = [dims.length - source.length, strides(source)];
  return strided(
    dims,
    dims.map((_, axis) => (source[axis - more] === 1 ? 0 : (theirs[axis - more] ?? 0))),
  );
}

function transposition(source: readonly number[], perm: readonly number[], dims: readonly number[]): Source {
  const theirs = strides(source);
  return strided(
    dims,
    perm.map((axis) => theirs[axis] ?? 0),
  );
}

function concatenated(parts: readonly Numeric[], dims: readonly number[], axis: number): TensorData {
  const [first] = parts;
  const all = strides(dims);
  const values = new Array<number | bigint>(sizeOf(dims)).fill(0);
  let start = 0;
  for (const part of parts) {
    const own = strides(part.dims);
    for (let i = 0; i < part.data.length; i++) {
      const place = own.map((step, a) => (Math.floor(i / step) % (part.dims[a] ?? 1)) + (a === axis ? start : 0));
      values[place.reduce((sum, n, a) => sum + n * (all[a] ?? 0), 0)] = part.data[i] ?? 0;
    }
    start += part.dims[axis] ?? 0;
  }
  const dtype = first?.dtype ?? "float32";
  return dtype === "int64" ? { dtype, dims, data: BigInt64Array.from(values, BigInt) } : tensor(dtype, values.map(Number), dims);
}

function gathered(x: Numeric, indices: Numeric, dims: readonly number[], axis: number): TensorData {
  const [rank, own] = [indices.dims.length, strides(indices.dims)];
  return moved(
    x,
    dims,
    mapped(dims, x.dims, (place) => {
      const which = own.reduce((sum, step, i) => sum + step * (place[axis + i] ?? 0), 0);
      const index = at(indices, which);
      return [...place.slice(0, axis), index < 0 ? index + (x.dims[axis] ?? 0) : index, ...place.slice(axis + rank)];
    }),
  );
}

function sliced(x: Numeric, [, starts, ends, axes, steps]: readonly (TensorData | undefined)[], dims: readonly number[]): TensorData {
  const list = (t: TensorData | undefined) => (t === undefined || t.dtype === "string" ? undefined : Array.from(t.data, Number));
  const named = list(axes) ?? [...(list(ends)?.keys() ?? [])];
  const begin = x.dims.map((length, axis) => {
    const which = named.findIndex((a) => axisOf(a, x.dims.length) === axis);
    const step = which < 0 ? 1 : (list(steps)?.[which] ?? 1);
    const start = which < 0 ? 0 : (list(starts)?.[which] ?? 0);
    const from = Math.min(Math.max(start < 0 ? start + length : start, 0), step < 0 ? length - 1 : length);
    return { from, step };
  });
  const theirs = strides(x.dims);
  const start = begin.reduce((sum, { from }, axis) => sum + from * (theirs[axis] ?? 0), 0);
  return moved(
    x,
    dims,
    strided(
      dims,
      begin.map(({ step }, axis) => step * (theirs[axis] ?? 0)),
      start,
    ),
  );
}

const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);
