import { Random } from "../../src-main/base/random.js";
import type { DataType, Dimension } from "../../src-main/onnx/types.js";
import type { Evaluated } from "./reference-interpreter.js";

/**
 * Inputs of test graphs: a type, a shape that may hold the symbolic batch axis `"N"`, and the values for a given batch.
 * Values are float32 numbers, so that float64 and float32 engines are fed exactly the same.
 */
export interface Sample {
  readonly dtype: DataType;
  readonly shape: readonly Dimension[];
  /** @param place which input of the graph it is: two inputs of one shape do not get the same numbers. */
  values(count: number, n: number, place: number): ArrayLike<number>;
  /** True for numbers that nobody differentiates by: targets, running statistics, learning rates. */
  readonly fixed?: boolean;
}

type Dims = readonly Dimension[];

const drawn = (shape: Dims, draw: (random: Random) => number): Sample => ({
  dtype: "float32",
  shape,
  values: (count, n, place) => {
    const random = new Random("sample", place, shape.join(), n);
    return Array.from({ length: count }, () => Math.fround(draw(random)));
  },
});

/** Numbers in [-2, 2]. */
export const any = (...shape: Dims): Sample => drawn(shape, (r) => 4 * r.uniform() - 2);
/** Numbers in [-2, -0.2] or [0.2, 2]: away from a kink or pole at 0. */
export const apart = (...shape: Dims): Sample => drawn(shape, (r) => (r.uniform() < 0.5 ? -1 : 1) * (0.2 + 1.8 * r.uniform()));
/** Numbers in [0.3, 2.5]. */
export const positive = (...shape: Dims): Sample => drawn(shape, (r) => 0.3 + 2.2 * r.uniform());
/** Numbers in [-20, 20]. */
export const wide = (...shape: Dims): Sample => drawn(shape, (r) => 40 * r.uniform() - 20);

/** Numbers from -1 up, of which no two are within 0.05 of each other, in no order: a small step changes no maximum among them. */
export const distinct = (...shape: Dims): Sample => ({
  dtype: "float32",
  shape,
  // 37 is prime: without a common divisor its multiples run through all remainders.
  values: (count) => Array.from({ length: count }, (_, i) => Math.fround(((i * 37) % (count % 37 === 0 ? count + 1 : count)) * 0.05 - 1)),
});

/** These numbers; the shape defaults to one axis. */
export const given = (values: readonly number[], ...shape: Dims): Sample => ({
  dtype: "float32",
  shape: shape.length > 0 ? shape : [values.length],
  values: () => values.map(Math.fround),
});
export const scalar = (value: number): Sample => ({ dtype: "float32", shape: [], values: () => [Math.fround(value)] });

export const fixed = (sample: Sample): Sample => ({ ...sample, fixed: true });
/** The length of the batch axis as a number of shape [1]. */
export const batchSize = (axis: Dimension): Sample => ({ dtype: "float32", shape: [1], fixed: true, values: (_, n) => [typeof axis === "number" ? axis : n] });
/** Uniform in [0, 1). */
export const uniform = (...shape: Dims): Sample => drawn(shape, (r) => r.uniform());

/** Whole numbers, repeated over the batch as needed. */
export const whole = (values: readonly number[], ...shape: Dims): Sample => cycled("int64", values, shape);
/** Truth values as 0 and 1, repeated over the batch as needed. */
export const truth = (values: readonly number[], ...shape: Dims): Sample => cycled("bool", values, shape);

function cycled(dtype: DataType, values: readonly number[], shape: Dims): Sample {
  return { dtype, shape: shape.length > 0 ? shape : [values.length], values: (count) => Array.from({ length: count }, (_, i) => values[i % values.length]!) };
}

/** A length for a batch of `n`, such as `(2*N+1)`: sums of products. */
export function lengthAt(d: Dimension, n: number): number {
  if (typeof d === "number") return d;
  const tokens = d.match(/\d+|[A-Za-z_]\w*|[-+*()]/g) ?? [];
  const factor = (): number => {
    const token = tokens.shift();
    if (token === "(") {
      const inner = sum();
      tokens.shift();
      return inner;
    }
    if (token !== undefined && /^\d/.test(token)) return Number(token);
    if (token === "N") return n;
    throw new Error(`the length ${d} depends on ${token}`);
  };
  const product = (): number => {
    let value = factor();
    while (tokens[0] === "*") {
      tokens.shift();
      value *= factor();
    }
    return value;
  };
  const sum = (): number => {
    let value = product();
    while (tokens[0] === "+" || tokens[0] === "-") value += tokens.shift() === "+" ? product() : -product();
    return value;
  };
  return sum();
}

/** The values of input `place` for a batch of `n`. */
export function feedOf(sample: Sample, n: number, place: number): Evaluated {
  const dims = sample.shape.map((d) => lengthAt(d, n));
  const data = Array.from(
    sample.values(
      dims.reduce((a, b) => a * b, 1),
      n,
      place,
    ),
  );
  return { dims, data };
}

/** The batch sizes to try: one and several where an axis is symbolic. */
export function batchesOf(samples: readonly Sample[]): readonly number[] {
  return samples.some((s) => s.shape.some((d) => typeof d === "string")) ? [1, 3] : [1];
}
