import { describe, expect, test } from "vitest";
import { Random } from "../../src-main/base/random.js";
import { initialize, initializers } from "../../src-main/layers/init/index.js";
import { layers } from "../../src-main/layers/index.js";
import type { TensorType } from "../../src-main/onnx/types.js";
import { expectClose } from "../support/close.js";
import { readGolden } from "../support/goldens.js";

interface Statistics {
  readonly name: string;
  readonly shape: readonly number[];
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  readonly max: number;
  readonly quantiles: readonly number[];
}

interface Initialisation extends Statistics {
  readonly init: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly gram?: { readonly diagonal: number; readonly others: number };
}

interface Default extends Statistics {
  readonly layer: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly input: readonly number[];
  /** Of a layer of two inputs. */
  readonly other?: readonly number[];
  readonly parameter: string;
}

const golden = readGolden<{ readonly quantiles: readonly number[]; readonly initialisers: readonly Initialisation[]; readonly defaults: readonly Default[] }>(
  "init.json",
);

/**
 * Both samples vary: a difference of two means has deviation std·√(2/n), of two standard deviations at most std/√n (a normal's kurtosis), of two quantiles
 * √(2q(1 - q)/n) / density, with a normal's or uniform's density at our quantiles at least 0.1/std. Five deviations of each are allowed;
 * the streams are fixed, so a test that passes continues passing.
 */
function expectSameDistribution(data: Float32Array, wanted: Statistics): void {
  const sorted = Float64Array.from(data).sort();
  const n = sorted.length;
  const mean = sorted.reduce((a, b) => a + b, 0) / n;
  const std = Math.sqrt(sorted.reduce((a, b) => a + (b - mean) ** 2, 0) / n);
  expect(n).toBe(wanted.shape.reduce((a, b) => a * b, 1));
  const near = (got: number, expected: number, deviation: number, what: string) => {
    expect(Math.abs(got - expected), `${what} is ${got}, PyTorch's ${expected}`).toBeLessThanOrEqual(5 * deviation + 1e-7 * Math.abs(expected));
  };
  near(mean, wanted.mean, wanted.std * Math.sqrt(2 / n), "mean");
  near(std, wanted.std, wanted.std / Math.sqrt(n), "standard deviation");
  golden.quantiles.forEach((q, i) => {
    near(sorted[Math.floor(q * (n - 1))]!, wanted.quantiles[i]!, (wanted.std / 0.1) * Math.sqrt((2 * q * (1 - q)) / n), `quantile ${q}`);
  });
  // A uniform's ends: PyTorch's and ours both come within 10/n of the width of the bounds, and no further.
  const flat = wanted.max - wanted.min < 4 * wanted.std;
  if (flat) {
    const slack = (20 / n) * (wanted.max - wanted.min) + 1e-7;
    expect(Math.abs(sorted[0]! - wanted.min)).toBeLessThan(slack);
    expect(Math.abs(sorted[n - 1]! - wanted.max)).toBeLessThan(slack);
  }
}

describe("initialisations draw from PyTorch's distributions", () => {
  test.each(golden.initialisers.map((c) => [c.name, c] as const))("%s", (_, wanted) => {
    const config = { type: wanted.init, ...wanted.config };
    const data = initialize(wanted.shape, config, new Random("init", wanted.name));
    expectSameDistribution(data, wanted);
    expect(initialize(wanted.shape, config, new Random("init", wanted.name)), "the same stream gives the same bits").toEqual(data);
    if (wanted.gram) expectOrthogonal(data, wanted.shape, wanted.gram.diagonal);
  });
});

/** Rows of a wide matrix, columns of a tall one: products with themselves are `squared` (float32 rounds rows of 180 to 1e-6), with each other 0. */
function expectOrthogonal(data: Float32Array, shape: readonly number[], squared: number): void {
  const rows = shape[0]!;
  const columns = data.length / rows;
  const [count, length] = rows < columns ? [rows, columns] : [columns, rows];
  const at = (i: number, j: number) => (rows < columns ? data[i * columns + j]! : data[j * columns + i]!);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b <= a; b++) {
      let dot = 0;
      for (let j = 0; j < length; j++) dot += at(a, j) * at(b, j);
      expectClose([dot], [a === b ? squared : 0], 1e-5, `product of ${a} and ${b}`);
    }
  }
}

test("a square orthogonal matrix is not biased to one sign, as an uncorrected QR decomposition would be", () => {
  // Without the sign fix Householder's QR makes every diagonal element of Q have one sign most of the time.
  let positive = 0;
  for (let i = 0; i < 200; i++) positive += initialize([3, 3], { type: "orthogonal" }, new Random("signs", i))[0]! > 0 ? 1 : 0;
  // Binomial of 200 and a half: deviation 7.
  expect(Math.abs(positive - 100)).toBeLessThan(35);
});

describe("parameters start as PyTorch starts them", () => {
  test.each(golden.defaults.map((c) => [c.name, c] as const))("%s", (_, wanted) => {
    const definition = layers.get(wanted.layer);
    expect(wanted.input[0]).toBeGreaterThan(1);
    const specs = definition.parameters!(definition.config.parse(wanted.config), typesOf(wanted));
    const spec = specs.find((s) => s.name === wanted.parameter)!;
    expect(spec.shape).toEqual(wanted.shape);
    expectSameDistribution(initialize(spec.shape, spec.init, new Random("default", wanted.name)), wanted);
  });

  test("every layer with parameters has golden numbers for each", () => {
    for (const definition of layers.all) {
      // An operator by itself is no layer of PyTorch's.
      if (!definition.parameters || definition.type === "OnnxOperator") continue;
      const { type } = definition;
      const own = golden.defaults.filter((c) => c.layer === type);
      const names = own.flatMap((wanted) => (definition.parameters?.(definition.config.parse(wanted.config), typesOf(wanted)) ?? []).map(({ name }) => name));
      expect(names.length, type).toBeGreaterThan(0);
      expect([...new Set(own.map((c) => c.parameter))].sort(), type).toEqual([...new Set(names)].sort());
    }
  });
});

function typesOf({ input, other }: Default): readonly TensorType[] {
  return [input, ...(other ? [other] : [])].map(([, ...rest]) => ({ dtype: "float32", shape: ["N", ...rest] }));
}

test("every initialisation, and every option of it, has golden numbers", () => {
  for (const { type, config } of initializers.all) {
    const own = golden.initialisers.filter((c) => c.init === type);
    expect(own.length, type).toBeGreaterThan(0);
    const options = Object.keys("shape" in config ? (config.shape as object) : {}).filter((name) => name !== "type");
    expect(
      options.filter((option) => !own.some((c) => option in c.config)),
      `options of ${type}`,
    ).toEqual([]);
  }
});
