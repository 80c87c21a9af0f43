import { LatheError } from "../../base/errors.js";
import type { TensorType } from "../../onnx/types.js";
import { laidTraining } from "../combining/index.js";
import type { FrozenPrefix } from "../network/frozen-prefix.js";
import { layOut } from "../network/layout.js";
import type { TrainingSpec } from "../network/specification.js";

/**
 * What is left to train where the beginning of a network is kept. Nothing of the beginning learns, so all that learns lies where it did.
 * @param inputs of the network, encoded, by name with their types
 */
export function restOf(spec: TrainingSpec, { rest, kept, spared }: FrozenPrefix, inputs: ReadonlyMap<string, TensorType>): TrainingSpec {
  const left = <T>(map: ReadonlyMap<string, T>) => new Map([...map].filter(([name]) => !spared.includes(name)));
  const layout = layOut(rest, new Map([...left(inputs), ...kept]), laidTraining(spec.training, spec.targets));
  if (layout.trainedCount !== spec.layout.trainedCount)
    throw new LatheError("internal", `of ${spec.layout.trainedCount} numbers that learn, ${layout.trainedCount} are left behind what is frozen`);
  return { ...spec, plan: rest, layout, inputs: left(spec.inputs), whole: { plan: spec.plan, layout: spec.layout, kept } };
}
