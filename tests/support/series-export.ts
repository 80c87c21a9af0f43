import { defined } from "../../src-main/base/assert.js";
import { pytorchSource } from "../../src-main/exporters/pytorch-source.js";
import { type Dimension, type Graph, type TensorData, tensor } from "../../src-main/onnx/types.js";
import { createEmitter } from "../../src-main/ops/index.js";
import { rewriteForInference } from "../../src-main/rewrites/index.js";
import { lowerNetwork } from "../../src-main/training/network/network.js";
import type { TrainingSpec } from "../../src-main/training/network/specification.js";

/** Numbers that Python makes too (`generate_series.py`), so that nobody has to store them. */
function parameterOf(name: string, shape: readonly number[]): TensorData {
  let start = 0;
  for (let i = 0; i < name.length; i++) start += name.charCodeAt(i);
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    "float32",
    Array.from({ length: size }, (_, i) => 0.2 * Math.sin(1.7 * (start + i))),
    shape,
  );
}

/** A batch of windows `[N, L, C]`, likewise. */
export function windows(batch: number, length: number, features: number): TensorData {
  return tensor(
    "float32",
    Array.from({ length: batch * length * features }, (_, i) => Math.sin(0.37 * i) + 0.5 * Math.cos(0.11 * i * i)),
    [batch, length, features],
  );
}

/** The graph of a file that answers for windows `x`, with these numbers as weights. @param length of a window; a name: any */
export function exportedSeries({ plan, inputs }: TrainingSpec, length: Dimension): Graph {
  const e = createEmitter();
  const [, , features = 1] = defined(inputs.get("x"), "x").shape;
  const unused = (): never => {
    throw new Error("a file that answers needs none");
  };
  const activations = lowerNetwork(e, plan, new Map([["x", e.graph.input("x", "float32", ["N", length, features])]]), {
    mode: "eval",
    parameter: (owner, { name, shape }) => e.graph.initializer(`${owner}.${name}`, parameterOf(`${owner}.${name}`, shape)),
    buffer: unused,
    updateBuffer: unused,
    uniform: unused,
    batchSize: unused,
    stopGradient: unused,
  });
  for (const { target, from } of plan.outputs) e.graph.output(defined(activations.get(from), from), target);
  return rewriteForInference(e.graph.build("series"));
}

/** The same network in PyTorch. */
export function seriesSource(name: string, { plan, layout, inputs }: TrainingSpec): string {
  const typeOf = (id: string) => defined(layout.types.get(id), id);
  return pytorchSource({
    name,
    inputs: [...inputs].map(([input, { shape }]) => ({ name: input, shape, description: "a window" })),
    layers: plan.layers.map((layer) => ({ ...layer, inputs: layer.from.map(typeOf), output: typeOf(layer.id) })),
    outputs: plan.outputs.map((output) => ({ ...output, description: "the forecast" })),
  }).text;
}
