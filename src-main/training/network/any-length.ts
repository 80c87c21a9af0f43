import { LatheError } from "../../base/errors.js";
import { type TensorType, isStatic } from "../../onnx/types.js";
import { recordLayout } from "./layout.js";
import { type NetworkPlan, lowerNetwork } from "./network.js";

/** What the length of a window is called in a file that takes any. */
export const ANY_LENGTH = "L";

/**
 * Whether the trained network answers windows of other lengths than those it was trained on: recurrent layers and convolutions over time do, a Linear over all
 * steps and attention with its positions do not. Its file may then name the axis `ANY_LENGTH` instead of giving it a number.
 * @param inputs encoded inputs by name with their types. @param window one of them, `[N, length, features]`
 */
export function takesAnyLength(plan: NetworkPlan, inputs: ReadonlyMap<string, TensorType>, window: string): boolean {
  const recorder = recordLayout();
  const encoded = new Map(
    [...inputs].map(([name, type]) => {
      const [batch = "N", , ...features] = type.shape;
      return [name, recorder.input(name, name === window ? { ...type, shape: [batch, ANY_LENGTH, ...features] } : type)];
    }),
  );
  try {
    const activations = lowerNetwork(recorder.e, plan, encoded, { ...recorder.bindings, mode: "eval" });
    return plan.outputs.every(({ from }) => isStatic(activations.get(from)?.shape.slice(1) ?? []));
  } catch (thrown) {
    if (thrown instanceof LatheError) return false;
    throw thrown;
  }
}
