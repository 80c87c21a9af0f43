import { differentiate } from "../../autodiff/differentiate.js";
import { LatheError, toLatheError } from "../../base/errors.js";
import type { ModelSpec } from "../../contract/model.js";
import type { ImportedNetwork } from "../../importers/network.js";
import type { Emitter } from "../../onnx/emitter.js";
import { type Graph, type Value, showShape } from "../../onnx/types.js";
import { createEmitter } from "../../ops/index.js";
import { type Activations, lowerNetwork, planNetwork } from "../network/network.js";

/** An imported network as it is evaluated: its layers in one graph, parameters and buffers as stored tensors that are called `layer.name`. */
export interface LoweredImport {
  readonly e: Emitter;
  readonly inputs: readonly Value[];
  readonly output: Value;
  /** What training adjusts, by name. */
  readonly parameters: ReadonlyMap<string, Value>;
  readonly activations: Activations;
}

/** Its layers alone, as a project's network. */
export function importedModel({ layers, output }: Pick<ImportedNetwork, "layers" | "output">): ModelSpec {
  return { layers: layers.map(({ from, ...layer }) => ({ ...layer, from: [...from] })), outputs: [{ target: "output", from: output }] };
}

/** @throws LatheError `model.layer` where a layer does not take what the file has it read; `graph.invalid` where the file lacks values */
export function lowerImport(network: ImportedNetwork): LoweredImport {
  const e = createEmitter();
  const names = network.inputs.map(({ name }) => name);
  const plan = planNetwork(importedModel(network), names, new Map());
  const inputs = new Map(network.inputs.map(({ name, type }) => [name, e.graph.input(name, type.dtype, type.shape)]));
  const tensors = new Map<string, Value>();
  const parameters = new Map<string, Value>();
  const stored = (owner: string, name: string, shape: readonly number[]): Value => {
    const full = `${owner}.${name}`;
    const known = tensors.get(full);
    if (known) return known;
    const data = network.values.get(full);
    if (!data) throw new LatheError("graph.invalid", `the file has no values for ${full} ${showShape(shape)}`);
    const value = e.graph.initializer(full, data);
    tensors.set(full, value);
    if (network.parameters.has(full)) parameters.set(full, value);
    return value;
  };
  const never = (what: string) => {
    throw new LatheError("internal", `${what} is for training, and this is evaluated`);
  };
  const activations = lowerNetwork(e, plan, inputs, {
    mode: "eval",
    parameter: (owner, { name, shape }) => stored(owner, name, shape),
    buffer: (owner, { name, shape }) => stored(owner, name, shape),
    updateBuffer: () => undefined,
    uniform: () => never("a uniform"),
    batchSize: () => never("the batch's size"),
    stopGradient: (value) => value,
  });
  const output = activations.get(network.output);
  if (!output) throw new LatheError("internal", `the layer ${network.output} has no result`);
  return { e, inputs: [...inputs.values()], output, parameters, activations };
}

/** The lowered network as a graph of its own. */
export function graphOf({ e, output }: LoweredImport): Graph {
  e.graph.output(output, "output");
  return e.graph.build("imported");
}

/** Gradients of the sum of the squares of what a network gives, by parameter. @throws LatheError `autodiff.*` where there are none */
export function gradientsOf({ e, output, parameters }: LoweredImport): ReadonlyMap<string, Value> {
  const loss = e.reduceSum(e.square(output));
  const found = differentiate(e, loss, [...parameters.values()]);
  return new Map([...parameters.keys()].flatMap((name, i) => (found[i] ? [[name, found[i]] as const] : [])));
}

/** Why a network cannot be trained as a whole, as a sentence; undefined where it can. */
export function gradientProblem(network: ImportedNetwork): string | undefined {
  const lowered = lowerImport(network);
  if (lowered.parameters.size === 0) return "it has no weights that training could adjust";
  try {
    gradientsOf(lowered);
    return undefined;
  } catch (thrown) {
    const error = toLatheError(thrown);
    if (!error.code.startsWith("autodiff.")) throw error;
    return error.message;
  }
}
