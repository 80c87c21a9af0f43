import { type TensorData, type Value, numbersOf } from "../../onnx/types.js";
import { of } from "../evaluate.js";
import type { Conversion, ForeignNode } from "../conversion.js";

/** Operators without a gradient that exporters use on what is known before a network runs: lengths, and masks. */
const computed = (type: string, compute: (n: ForeignNode, operands: readonly TensorData[]) => TensorData): Conversion => ({
  type,
  convert: (n): readonly Value[] => {
    const operands = n.inputs.map((v) => n.graph.constantOf(v));
    const known = operands.filter((data) => data !== undefined);
    if (known.length === 0 || known.length < operands.length)
      return n.fail("it is computed for constants only, and reads what is known only when the network runs");
    return [n.graph.keep(compute(n, known))];
  },
});

const each =
  (f: (x: number) => number) =>
  (_n: ForeignNode, [x]: readonly TensorData[]) =>
    of(numeric(x).dtype, numbersOf(numeric(x)).map(f), numeric(x).dims);

export const floor = computed("Floor", each(Math.floor));
export const ceil = computed("Ceil", each(Math.ceil));
/** Halves go to the even one. */
export const round = computed(
  "Round",
  each((x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x))),
);

/** The rest has the divisor's sign, or with fmod = 1 the dividend's. */
export const mod = computed("Mod", (n, [a, b]) => {
  const [x, y] = [numeric(a), numeric(b)];
  const divisors = numbersOf(y);
  if (divisors.length !== 1 && divisors.length !== x.data.length) n.fail("it is computed for operands of one shape");
  const rest = (v: number, d: number) => (n.int("fmod", 0) === 1 ? v % d : v - d * Math.floor(v / d));
  const values = numbersOf(x).map((v, i) => rest(v, divisors[divisors.length === 1 ? 0 : i] ?? 1));
  return values.every(Number.isFinite) ? of(x.dtype, values, x.dims) : n.fail("it divides by 0");
});

export const reduceProd = computed("ReduceProd", (n, [x]) => {
  const product = numbersOf(numeric(x)).reduce((a, b) => a * b, 1);
  if (numeric(x).dims.length > 1) n.fail("it is computed over one axis");
  return of(numeric(x).dtype, [product], n.int("keepdims", 1) === 1 ? [1] : []);
});

/** The lower or upper triangle of the last two axes, zeros elsewhere. */
export const trilu = computed("Trilu", (n, [x, k]) => {
  const { dtype, dims, data } = numeric(x);
  const [diagonal, columns, rows] = [k ? (numbersOf(k)[0] ?? 0) : 0, dims.at(-1) ?? 1, dims.at(-2) ?? 1];
  const upper = n.int("upper", 1) === 1;
  const values = Array.from(data as Iterable<number | bigint>, Number);
  const kept = values.map((v, i) => {
    const [row, column] = [Math.floor(i / columns) % rows, i % columns];
    return (upper ? column - row >= diagonal : column - row <= diagonal) ? v : 0;
  });
  return of(dtype, kept, dims);
});

function numeric(x: TensorData | undefined): Exclude<TensorData, { readonly dtype: "string" }> {
  return x && x.dtype !== "string" ? x : { dtype: "float32", dims: [0], data: new Float32Array(0) };
}
