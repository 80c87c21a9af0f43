import type { Graph } from "../../onnx/types.js";
import { createEmitter } from "../../ops/index.js";
import { LatheError } from "../../base/errors.js";
import { bindFlat } from "../network/flat-bindings.js";
import { activate, lowerLosses } from "./loss-graph.js";
import { lowerNetwork } from "../network/network.js";
import { type TrainingSpec, declareInputs, names } from "../network/specification.js";

/**
 * The network in evaluation mode on encoded batches: for each target its prediction (probabilities for classes) and its loss with the weight by which
 * batches are averaged.
 * @param inParts whether weights are fed in parts, as `bindFlat` has it
 */
export function buildEvaluationGraph(spec: TrainingSpec, inParts = false): Graph {
  const e = createEmitter();
  const noBatchSize = () => {
    throw new LatheError("internal", "evaluation does not depend on the batch size");
  };
  const flat = bindFlat(e, spec.layout, "eval", noBatchSize, inParts);
  const inputs = declareInputs(e, spec);
  const activations = lowerNetwork(e, spec.plan, inputs, flat);
  for (const { target, output, definition, loss, weight } of lowerLosses(e, spec, activations)) {
    e.graph.output(activate(e, definition, output), names.output(target.name));
    e.graph.output(loss, names.targetLoss(target.name));
    e.graph.output(weight, names.targetWeight(target.name));
  }
  return e.graph.build("evaluation");
}
