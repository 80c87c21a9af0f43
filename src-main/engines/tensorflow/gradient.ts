import type { DifferentiateOptions } from "../../autodiff/differentiate.js";
import { LatheError } from "../../base/errors.js";
import type { Emitter } from "../../onnx/emitter.js";
import { TRAINING_DOMAIN, type Value, isFloat, showType, strings, text } from "../../onnx/types.js";

export const GRADIENT = "Gradient";

/**
 * Adds one node that stands for the whole gradient: ONNX's Gradient, of the training preview. Its operands are `xs`, those by which `y` is differentiated, and
 * `zs`, which count as constants; who runs the graph differentiates the part between. https://onnx.ai/onnx/operators/onnx_aionnxpreviewtraining_Gradient.html
 * @throws LatheError `graph.shape` where the loss is no float scalar.
 */
export function differentiate(e: Emitter, loss: Value, wrt: readonly Value[], { stopAt = [] }: DifferentiateOptions = {}): readonly Value[] {
  if (loss.shape.length !== 0 || !isFloat(loss.dtype)) throw new LatheError("graph.shape", `the loss must be a float scalar, got ${showType(loss)}`);
  if (wrt.length === 0) return [];
  const attributes = {
    xs: strings(wrt.map(({ name }) => name)),
    y: text(loss.name),
    ...(stopAt.length > 0 ? { zs: strings(stopAt.map(({ name }) => name)) } : {}),
  };
  return e.graph.node(GRADIENT, [...wrt, ...stopAt], attributes, { domain: TRAINING_DOMAIN, types: wrt.map(({ dtype, shape }) => ({ dtype, shape })) });
}
