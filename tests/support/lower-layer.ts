import { LatheError } from "../../src-main/base/errors.js";
import { Random } from "../../src-main/base/random.js";
import { initialize } from "../../src-main/layers/init/index.js";
import { layers } from "../../src-main/layers/index.js";
import type { BufferSpec, LayerDefinition, ParameterSpec } from "../../src-main/layers/layer.js";
import type { Emitter } from "../../src-main/onnx/emitter.js";
import { type TensorData, type TensorType, type Value, showShape, tensor } from "../../src-main/onnx/types.js";
import { createEmitter } from "../../src-main/ops/index.js";

/** One layer alone in a graph. Inputs are graph inputs `input0`…, parameters and buffers graph inputs by their own names. */
export interface LoweredLayer {
  readonly e: Emitter;
  readonly definition: LayerDefinition;
  readonly config: unknown;
  readonly output: Value;
  readonly inputs: readonly Value[];
  readonly parameterSpecs: readonly ParameterSpec[];
  readonly bufferSpecs: readonly BufferSpec[];
  readonly parameters: ReadonlyMap<string, Value>;
  /** Buffers as they come in. */
  readonly buffers: ReadonlyMap<string, Value>;
  /** Buffers as the layer leaves them, where it changes them. */
  readonly nextBuffers: ReadonlyMap<string, Value>;
  /** Fresh uniforms asked for: graph inputs `uniform0`…. */
  readonly uniforms: readonly Value[];
  /** Values through which no gradient is to flow. */
  readonly stopped: readonly Value[];
  /** The graph input `batchSize`, where the layer asked for it. */
  readonly batchSize: Value | undefined;
}

/**
 * Lowers one layer.
 * @param options as in a project file, without `type`. @param inputs usually float32 `["N", …]`.
 * @throws LatheError `model.layer` as training would.
 */
export function lowerLayer(type: string, options: Readonly<Record<string, unknown>>, inputs: readonly TensorType[], mode: "train" | "eval"): LoweredLayer {
  const e = createEmitter();
  const definition = layers.get(type);
  const config = definition.config.parse(options);
  const values = inputs.map((t, i) => e.graph.input(`input${i}`, t.dtype, t.shape));
  const dtype = inputs[0]?.dtype ?? "float32";
  const parameterSpecs = definition.parameters?.(config, inputs) ?? [];
  const bufferSpecs = definition.buffers?.(config, inputs) ?? [];
  const parameters = new Map(parameterSpecs.map((s) => [s.name, e.graph.input(s.name, dtype, s.shape)]));
  const buffers = new Map(bufferSpecs.map((s) => [s.name, e.graph.input(s.name, dtype, s.shape)]));
  const nextBuffers = new Map<string, Value>();
  const uniforms: Value[] = [];
  const stopped: Value[] = [];
  let batchSize: Value | undefined;
  const named = (map: ReadonlyMap<string, Value>, name: string): Value => {
    const value = map.get(name);
    if (!value) throw new LatheError("internal", `${type} has no tensor ${name}`);
    return value;
  };
  const fail = (expected: string): never => {
    throw new LatheError("model.layer", `${type} got ${inputs.map((t) => showShape(t.shape)).join(", ")}: ${expected}`);
  };
  const trainingOnly = (what: string) => {
    if (mode !== "train") throw new LatheError("internal", `${type} asked for ${what} outside training`);
  };
  const output = definition.lower({
    e,
    config,
    inputs: values,
    input: values[0] ?? fail("expected an input"),
    mode,
    fail,
    parameter: (name) => named(parameters, name),
    buffer: (name) => nextBuffers.get(name) ?? named(buffers, name),
    updateBuffer: (name, value, share = 1) => {
      trainingOnly("a buffer to be changed");
      const before = nextBuffers.get(name) ?? named(buffers, name);
      nextBuffers.set(name, share === 1 ? value : e.add(e.scale(before, 1 - share), e.scale(value, share)));
    },
    uniform: (shape) => {
      trainingOnly("random numbers");
      const u = e.graph.input(`uniform${uniforms.length}`, dtype, shape);
      uniforms.push(u);
      return u;
    },
    batchSize: () => {
      trainingOnly("the batch size");
      return (batchSize ??= e.graph.input("batchSize", dtype, [1]));
    },
    stopGradient: (value) => {
      trainingOnly("a gradient to be stopped");
      stopped.push(value);
      return value;
    },
  });
  return { e, definition, config, output, inputs: values, parameterSpecs, bufferSpecs, parameters, buffers, nextBuffers, uniforms, stopped, batchSize };
}

/** First values of all parameters and buffers, and the batch size: what a training step is fed beside inputs and uniforms. */
export function initialFeeds(layer: LoweredLayer, n: number, seed = 1): Record<string, TensorData> {
  const feeds: Record<string, TensorData> = {};
  for (const { name, shape, init } of layer.parameterSpecs) feeds[name] = tensor("float32", initialize(shape, init, new Random(seed, name)), shape);
  for (const { name, shape, fill } of layer.bufferSpecs) feeds[name] = tensor("float32", new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(fill), shape);
  if (layer.batchSize) feeds["batchSize"] = tensor("float32", [n]);
  return feeds;
}
