import { expect } from "vitest";
import { differentiate } from "../../src-main/autodiff/differentiate.js";
import { onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import { Random } from "../../src-main/base/random.js";
import type { Engine } from "../../src-main/engines/engine.js";
import type { Emitter } from "../../src-main/onnx/emitter.js";
import { type Graph, type Value, isFloat, sameShape, showType } from "../../src-main/onnx/types.js";
import { createEmitter } from "../../src-main/ops/index.js";
import { type Evaluated, evaluate, evaluateAll } from "./reference-interpreter.js";
import { expectClose } from "./close.js";
import { compareWithEngine } from "./engine-comparison.js";
import { tensorflowUnderTest } from "./tensorflow.js";
import { type Sample, batchesOf, feedOf, lengthAt } from "./samples.js";

/**
 * Holds the gradients that `differentiate` writes against central differences of the reference interpreter.
 *
 * For y = f(x, …) the loss is L = Σ w∘y with fixed random w (the sum over all float results). The analytic dL/dx is the gradient graph evaluated by the
 * reference interpreter in float64; the numeric one is (L(x + h) - L(x - h)) / 2h of the forward graph alone, with h = 1e-6 · max(1, |x|). Its error is
 * h² f‴/6 ≈ 1e-13 by truncation and 1e-16 · |y| / h ≈ 1e-10 · |y| by rounding; constants that rules and layers store as float32 (6e-8
 * relative) are what the tolerance of 1e-6, relative plus absolute, has to leave room for.
 */
const STEP = 1e-6;
const TOLERANCE = 1e-6;

const tensorflow = await tensorflowUnderTest();
/**
 * Its library's exponentials and its order of sums are others than ONNX Runtime's; TensorFlow.js's own kernels approximate erf to 1.5e-7 and write some
 * formulas plainly.
 */
const TENSORFLOW_TOLERANCE = tensorflow.native ? 1e-5 : 1e-4;

export type Build = (e: Emitter, ...inputs: Value[]) => Value | readonly Value[];

export interface GradientCheck {
  readonly inputs: readonly Sample[];
  readonly build: Build;
  /** The gradient of Σ y by input, in place of differences: at a kink, where a convention decides. */
  readonly expected?: readonly (readonly number[])[];
  /** 2 checks the gradient of the gradient too. */
  readonly order?: 1 | 2;
  /** False where no engine can give the reference's numbers: the graph draws its own random numbers. */
  readonly engine?: boolean;
}

interface Assembled {
  readonly graph: Graph;
  readonly outputs: readonly Value[];
}

/** Runs all comparisons of a case, for every batch size. */
export async function checkGradients(check: GradientCheck): Promise<void> {
  for (const n of batchesOf(check.inputs)) await checkBatch(check, n);
  if (check.order === 2) await checkGradients(derivativeOf(check));
}

/** The graph of f alone. Its float results are y0, y1, …. */
export function forwardGraph({ inputs, build }: GradientCheck): Assembled {
  const e = createEmitter();
  const outputs = floatsOf(build(e, ...inputs.map((s, i) => e.graph.input(`x${i}`, s.dtype, s.shape))));
  outputs.forEach((y, i) => e.graph.output(y, `y${i}`));
  return { graph: e.graph.build("forward"), outputs };
}

/** The graph of the gradients: inputs x0… and w0…; outputs y0…, and dx0… for every float input. */
function gradientGraph({ inputs, build }: GradientCheck, by: Engine["differentiate"]): Graph {
  const e = createEmitter();
  const xs = inputs.map((s, i) => e.graph.input(`x${i}`, s.dtype, s.shape));
  const ys = floatsOf(build(e, ...xs));
  const ws = ys.map((y, i) => e.graph.input(`w${i}`, y.dtype, y.shape));
  const varying = xs.flatMap((x, i) => (varies(inputs[i]!) ? [{ x, i }] : []));
  const gradients = by(
    e,
    weightedSum(e, ys, ws),
    varying.map(({ x }) => x),
  );
  ys.forEach((y, i) => e.graph.output(y, `y${i}`));
  gradients.forEach((g, k) => {
    const { x, i } = varying[k]!;
    if (!sameShape(g.shape, x.shape) || g.dtype !== x.dtype)
      throw new Error(`the gradient of x${i} is ${g.dtype} [${g.shape.join()}], expected ${x.dtype} [${x.shape.join()}]`);
    e.graph.output(g, `dx${i}`);
  });
  return e.graph.build("gradient");
}

/** The case that checks this one's gradient: its function is (x, w) → dL/dx, so dx' of it are second derivatives. */
function derivativeOf(check: GradientCheck): GradientCheck {
  const { outputs } = forwardGraph(check);
  const count = check.inputs.length;
  return {
    inputs: [...check.inputs, ...outputs.map((y, i) => weightSample(y, `second${i}`))],
    build: (e, ...inputs) => {
      const xs = inputs.slice(0, count);
      const ys = floatsOf(check.build(e, ...xs));
      return differentiate(
        e,
        weightedSum(e, ys, inputs.slice(count)),
        xs.filter((_, i) => varies(check.inputs[i]!)),
      );
    },
    ...(check.engine === undefined ? {} : { engine: check.engine }),
  };
}

async function checkBatch(check: GradientCheck, n: number): Promise<void> {
  const { graph: forward, outputs } = forwardGraph(check);
  if (outputs.length === 0) throw new Error("the case has no float result to differentiate");
  const xs = Object.fromEntries(check.inputs.map((s, i) => [`x${i}`, feedOf(s, n, i)]));
  const results = evaluate(forward, xs);
  const ws = Object.fromEntries(
    outputs.map((_, i) => {
      const y = results[`y${i}`]!;
      return [`w${i}`, check.expected ? { dims: y.dims, data: y.data.map(() => 1) } : weightsFor(y.dims, `${i}`)];
    }),
  );
  const graph = gradientGraph(check, differentiate);
  const feeds = { ...xs, ...ws };
  const analytic = evaluate(graph, feeds);
  expectTypes(graph, feeds, n);
  check.inputs.forEach((sample, i) => {
    if (!varies(sample)) return;
    const gradient = analytic[`dx${i}`]!;
    const x = xs[`x${i}`]!;
    expect(gradient.dims, `shape of the gradient of input ${i}`).toEqual(x.dims);
    const wanted = check.expected ? check.expected[i]! : x.data.map((_, k) => centralDifference(forward, xs, ws, `x${i}`, k));
    expectClose(gradient.data, wanted, TOLERANCE, `gradient of input ${i}, batch of ${n}`);
  });
  if (check.engine === false) return;
  await compareWithEngine(onnxruntimeEngine, graph, feeds, analytic);
  // TensorFlow finds its gradients by itself: they have to be the same.
  const double = [...graph.types.values()].some(({ dtype }) => dtype === "float64");
  if (!double)
    await compareWithEngine(
      tensorflow.engine,
      gradientGraph(check, (...asked) => tensorflow.engine.differentiate(...asked)),
      feeds,
      analytic,
      TENSORFLOW_TOLERANCE,
    );
}

/** What the shape rules said of every value in the graph is what it turns out to be. */
function expectTypes(graph: Graph, feeds: Record<string, Evaluated>, n: number): void {
  for (const [name, { dtype, dims }] of evaluateAll(graph, feeds)) {
    const stated = graph.types.get(name);
    if (!stated) throw new Error(`no rule typed ${name}`);
    const shape = stated.shape.map((d) => lengthAt(d, n));
    expect({ dtype, shape: dims }, `type of ${name}, stated as ${showType(stated)}`).toEqual({ dtype: stated.dtype, shape });
  }
}

/** (L(x + h) - L(x - h)) / 2h in element k of input `name`. Differences are taken before weighting, so results that do not change add no rounding. */
function centralDifference(forward: Graph, xs: Record<string, Evaluated>, ws: Record<string, Evaluated>, name: string, k: number): number {
  const x = xs[name]!;
  const h = STEP * Math.max(1, Math.abs(x.data[k]!));
  const shifted = (by: number) => evaluate(forward, { ...xs, [name]: { dims: x.dims, data: x.data.map((v, j) => (j === k ? v + by : v)) } });
  const [above, below] = [shifted(h), shifted(-h)];
  let sum = 0;
  for (const [output, w] of Object.entries(ws).map(([key, w]) => [key.replace("w", "y"), w] as const)) {
    w.data.forEach((weight, j) => {
      sum += weight * (above[output]!.data[j]! - below[output]!.data[j]!);
    });
  }
  return sum / (2 * h);
}

const varies = (sample: Sample): boolean => isFloat(sample.dtype) && !sample.fixed;

export function floatsOf(built: Value | readonly Value[]): readonly Value[] {
  return ("name" in built ? [built] : built).filter((y) => isFloat(y.dtype));
}

function weightedSum(e: Emitter, ys: readonly Value[], ws: readonly Value[]): Value {
  const terms = ys.map((y, i) => e.reduceSum(e.mul(y, ws[i]!)));
  return terms.reduce((a, b) => e.add(a, b));
}

function weightsFor(dims: readonly number[], name: string): Evaluated {
  const random = new Random("weights", name, dims.join());
  return { dims, data: Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => Math.fround(2 * random.uniform() - 1)) };
}

function weightSample({ dtype, shape }: Value, name: string): Sample {
  return { dtype, shape, values: (count) => weightsFor([count], name).data };
}
