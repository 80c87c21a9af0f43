import { describe, expect, test } from "vitest";
import { differentiate } from "../../src-main/autodiff/differentiate.js";
import { Random } from "../../src-main/base/random.js";
import { layers } from "../../src-main/layers/index.js";
import { type TensorData, type Value, tensor } from "../../src-main/onnx/types.js";
import { expectClose } from "../support/close.js";
import { evaluateOnEngine } from "../support/evaluate.js";
import { type Packed, batched, readGolden, unpack } from "../support/goldens.js";
import { initialFeeds, lowerLayer } from "../support/lower-layer.js";

type Named = Readonly<Record<string, Packed>>;

interface Step {
  readonly output: Packed;
  readonly upstream: Packed;
  readonly inputGradients: readonly Packed[];
  readonly parameterGradients: Named;
  readonly buffers: Named;
}

interface Case {
  readonly name: string;
  readonly layer: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: readonly Packed[];
  readonly parameters: Named;
  readonly buffers: Named;
  readonly train?: Step;
  readonly eval?: Step;
}

const cases = readGolden<readonly Case[]>("layers.json");

/** Float32 rounds to 6e-8; normalising numbers around 20 with deviation 0.5 makes 40 times that of it, and sums over a batch a little more. */
const TOLERANCE = 1e-5;

describe.each(["train", "eval"] as const)("PyTorch's output and gradients, mode %s", (mode) => {
  test.each(cases.filter((c) => c[mode]).map((c) => [c.name, c] as const))("%s", async (_, golden) => {
    const wanted = golden[mode]!;
    const layer = lowerLayer(
      golden.layer,
      golden.config,
      golden.inputs.map((x) => batched(x)),
      mode,
    );
    expect(layer.output.shape).toEqual(["N", ...wanted.output.dims.slice(1)]);
    expect(Object.fromEntries(layer.parameterSpecs.map((s) => [s.name, s.shape]))).toEqual(dimsOf(golden.parameters));
    expect(Object.fromEntries(layer.bufferSpecs.map((s) => [s.name, s.shape]))).toEqual(dimsOf(golden.buffers));

    const { e } = layer;
    const upstream = e.graph.input("upstream", "float32", layer.output.shape);
    const parameters = [...layer.parameters];
    const varying = layer.inputs.slice(0, wanted.inputGradients.length);
    const wrt = [...varying, ...parameters.map(([, value]) => value)];
    const gradients = differentiate(e, e.reduceSum(e.mul(layer.output, upstream)), wrt, { stopAt: layer.stopped });
    const outputs: Record<string, Value> = { y: layer.output };
    gradients.forEach((g, i) => (outputs[`d${i}`] = g));
    for (const [name, value] of layer.nextBuffers) outputs[`next ${name}`] = value;

    const feeds: Record<string, TensorData> = { ...initialFeeds(layer, golden.inputs[0]!.dims[0]!), upstream: unpack(wanted.upstream) };
    golden.inputs.forEach((x, i) => (feeds[`input${i}`] = unpack(x)));
    for (const [name, value] of Object.entries({ ...golden.parameters, ...golden.buffers })) feeds[name] = unpack(value);
    const got = await evaluateOnEngine(e, outputs, feeds);

    const check = (name: string, expected: Packed, what: string) => {
      expect(got[name]!.dims, what).toEqual(expected.dims);
      expectClose(got[name]!.values, expected.data, TOLERANCE, what);
    };
    check("y", wanted.output, "output");
    wanted.inputGradients.forEach((g, i) => check(`d${i}`, g, `gradient of input ${i}`));
    parameters.forEach(([name], i) => check(`d${varying.length + i}`, wanted.parameterGradients[name]!, `gradient of ${name}`));
    if (mode === "train") for (const [name, value] of Object.entries(wanted.buffers)) check(`next ${name}`, value, `${name} after the step`);
    else expect([...layer.nextBuffers.keys()], "evaluation changes no buffer").toEqual([]);
  });
});

test("every layer has golden numbers, for training and evaluation", () => {
  const has = (mode: "train" | "eval") => new Set(cases.filter((c) => c[mode]).map((c) => c.layer));
  // An operator by itself is no layer of PyTorch's; networks of them are compared with PyTorch in tests/unit/importers.
  const own = layers.types.filter((type) => type !== "OnnxOperator");
  expect(own.filter((type) => !has("train").has(type))).toEqual([]);
  expect(own.filter((type) => !has("eval").has(type))).toEqual([]);
  expect([...has("train")].filter((type) => !layers.has(type))).toEqual([]);
});

describe("Dropout in training", () => {
  const N = 200;
  const WIDTH = 100;
  const x = Float32Array.from({ length: N * WIDTH }, (_, i) => 0.5 + (i % 7));

  async function drop(p: number, uniforms: Float32Array) {
    const layer = lowerLayer("Dropout", { p }, [{ dtype: "float32", shape: ["N", WIDTH] }], "train");
    const [dx] = differentiate(layer.e, layer.e.reduceSum(layer.output), layer.inputs);
    const feeds = { input0: tensor("float32", x, [N, WIDTH]), uniform0: tensor("float32", uniforms, [N, WIDTH]) };
    expect(layer.uniforms.map((u) => u.shape)).toEqual([["N", WIDTH]]);
    return evaluateOnEngine(layer.e, { y: layer.output, dx: dx! }, feeds);
  }

  function stream(...key: (string | number)[]): Float32Array {
    return new Random(...key).fillUniform(new Float32Array(N * WIDTH));
  }

  test.each([0.1, 0.5, 0.8])("p %d drops that share, scales the rest by 1/(1 - p), and the gradient with the same mask", async (p) => {
    const { y, dx } = await drop(p, stream("dropout", p));
    const kept = 1 / (1 - p);
    y.values.forEach((v, i) => expect(Math.min(Math.abs(v), Math.abs(v - x[i]! * kept))).toBeLessThan(1e-5));
    y.values.forEach((v, i) => expect(dx.values[i]!).toBeCloseTo(v === 0 ? 0 : kept, 5));
    // The share of N = 20,000 draws is within 5 standard deviations of a binomial's.
    const share = y.values.filter((v) => v === 0).length / y.values.length;
    expect(Math.abs(share - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / y.values.length));
  });

  test("the same stream gives the same mask, another stream another", async () => {
    const first = await drop(0.5, stream(7, "dropout", 1));
    const again = await drop(0.5, stream(7, "dropout", 1));
    const other = await drop(0.5, stream(7, "dropout", 2));
    expect(again.y.values).toEqual(first.y.values);
    expect(other.y.values).not.toEqual(first.y.values);
  });
});

function dimsOf(named: Named): Record<string, readonly number[]> {
  return Object.fromEntries(Object.entries(named).map(([name, { dims }]) => [name, dims]));
}
