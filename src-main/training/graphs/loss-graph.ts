import { LatheError } from "../../base/errors.js";
import { defined } from "../../base/assert.js";
import { counted } from "../../features/options.js";
import { losses } from "../../losses/index.js";
import type { LossDefinition, LossValue } from "../../losses/loss.js";
import type { Emitter } from "../../onnx/emitter.js";
import { type Value, showShape } from "../../onnx/types.js";
import type { Activations } from "../network/network.js";
import { type TargetSpec, type TrainingSpec, batchRows, names, targetType } from "../network/specification.js";

/** One target's part of a graph. */
export interface TargetLoss extends LossValue {
  readonly target: TargetSpec;
  readonly definition: LossDefinition;
  /** The network's raw output, before sigmoid or softmax. */
  readonly output: Value;
}

/** Adds every target's loss to a graph in which the network has been lowered. @throws LatheError `model.layer` where an output does not fit its target. */
export function lowerLosses(e: Emitter, spec: TrainingSpec, activations: Activations): readonly TargetLoss[] {
  const rows = batchRows(spec);
  return spec.targets.map((target) => {
    const { output, definition, config } = outputOf(spec, target, activations);
    const type = targetType(target, rows);
    const value = e.graph.input(names.target(target.name), type.dtype, type.shape);
    const counts = target.masked ? e.graph.input(names.counts(target.name), "float32", type.shape) : undefined;
    const fail = (expected: string): never => {
      throw new LatheError("model.layer", `loss of ${target.name} (${definition.type}) got ${showShape(output.shape)}: ${expected}`, { target: target.name });
    };
    const lowered = e.graph.scope("loss", () => definition.lower({ e, config, output, target: value, counts, kind: target.kind, classes: target.width, fail }));
    return { ...lowered, target, definition, output };
  });
}

/** The layer output that answers a target, with the loss that judges it. */
export function outputOf(spec: TrainingSpec, target: TargetSpec, activations: Activations) {
  const from = defined(
    spec.plan.outputs.find((o) => o.target === target.name),
    `the output for ${target.name}`,
  ).from;
  const output = activations.get(from);
  if (!output) throw new LatheError("model.layer", `the output for ${target.name} reads ${from}, which is not a layer`);
  const width = output.shape.at(-1);
  if (output.shape.length !== 2 || width !== target.width) {
    const wanted = counted(target.width, { category: "class", labels: "label", embedding: "dimension", binary: "value", numeric: "value" }[target.kind]);
    throw new LatheError(
      "model.layer",
      `layer ${from} gives ${showShape(output.shape)}, but target ${target.name} has ${wanted}: expected [N, ${target.width}]`,
      { layer: from },
    );
  }
  const { type, weight: _weight, ...options } = defined(spec.training.losses[target.name], `the loss of ${target.name}`);
  const definition = losses.get(type);
  const config = definition.config.parse({ ...options, ...spec.balanced.get(target.name) });
  return { output, definition, config };
}

/** The network's output as a consumer reads it: probabilities, or the number itself. */
export function activate(e: Emitter, definition: LossDefinition, output: Value): Value {
  switch (definition.activation) {
    case "softmax":
      return e.softmax(output, 1);
    case "sigmoid":
      return e.sigmoid(output);
    case "exp":
      return e.exp(output);
    case "identity":
      return output;
  }
}
