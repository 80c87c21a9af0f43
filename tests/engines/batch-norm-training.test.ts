import { expect, test } from "vitest";
import { differentiate } from "../../src-main/autodiff/differentiate.js";
import { onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import { type TensorData, float, int, numbersOf, tensor } from "../../src-main/onnx/types.js";
import { createEmitter } from "../../src-main/ops/index.js";
import { initialFeeds, lowerLayer } from "../support/lower-layer.js";

// ONNX Runtime's CPU kernel writes the statistics of a training step over the operands they replace.

test("what ONNX Runtime does to a constant operand, and why the layer gives it none", async () => {
  const e = createEmitter();
  const x = e.graph.input("x", "float32", ["N", 2]);
  const zeros = e.constant(tensor("float32", [0, 0]));
  const ones = e.constant(tensor("float32", [1, 1]));
  const attributes = { epsilon: float(1e-5), momentum: float(0), training_mode: int(1) };
  const [y, mean] = e.graph.node("BatchNormalization", [x, ones, e.graph.input("bias", "float32", [2]), zeros, ones], attributes, { outputs: 3 });
  // A result that is itself an output of the graph gets memory of its own; one that is read inside does not.
  e.graph.output(e.scale(mean!, 2), "twice the mean");
  // Reads the constant after the node has run.
  e.graph.output(e.add(zeros, e.reduceSum(e.scale(y!, 0), [0])), "zeros");
  const run = await onnxruntimeEngine.compile(e.graph.build("alias"), { device: "cpu", threads: 1 });
  const got = await run.run({ x: tensor("float32", [1, 2, 3, 6], [2, 2]), bias: tensor("float32", [0, 0]) });
  await run.dispose();
  expect(numbersOf(got["twice the mean"]!)).toEqual([4, 8]);
  // Once this says [0, 0], the layer's scratch operands can go.
  expect(numbersOf(got["zeros"]!)).toEqual([2, 4]);
});

test.each([1, 3])("BatchNorm1d of %d features: a step repeated gives the same bits and leaves its operands alone", async (width) => {
  const layer = lowerLayer("BatchNorm1d", {}, [{ dtype: "float32", shape: ["N", width] }], "train");
  const { e } = layer;
  const loss = e.reduceSum(e.mul(layer.output, e.mul(layer.output, layer.output)));
  const wrt = [...layer.inputs, ...layer.parameters.values()];
  differentiate(e, loss, wrt).forEach((g, i) => e.graph.output(g, `gradient ${i}`));
  e.graph.output(layer.output, "y");
  for (const [name, value] of layer.nextBuffers) e.graph.output(value, `next ${name}`);
  const feeds: Record<string, TensorData> = {
    ...initialFeeds(layer, 4),
    input0: tensor(
      "float32",
      Array.from({ length: 4 * width }, (_, i) => Math.sin(7 * i) * 3 + 5),
      [4, width],
    ),
  };
  const before = Object.fromEntries(Object.entries(feeds).map(([name, data]) => [name, numbersOf(data)]));
  const step = await onnxruntimeEngine.compile(e.graph.build("step"), { device: "cpu", threads: 1 });
  const read = async () => Object.fromEntries(Object.entries(await step.run(feeds)).map(([name, data]) => [name, numbersOf(data)]));
  const first = await read();
  expect(await read()).toEqual(first);
  expect(Object.fromEntries(Object.entries(feeds).map(([name, data]) => [name, numbersOf(data)]))).toEqual(before);
  await step.dispose();
});
