import { defined } from "../base/assert.js";
import type { Emitter } from "../onnx/emitter.js";
import { type Value, text } from "../onnx/types.js";
import { reshapeTo, zerosLike } from "./shapes.js";
import { type WindowAxis, areApart, snug, windowAttributes } from "./windows.js";

interface Pooled {
  readonly x: Value;
  readonly dy: Value;
  readonly windows: readonly WindowAxis[];
}

/**
 * The gradient of a pool of maxima: dY where each maximum was, the first of equals in its window, zero elsewhere; added up where windows overlap. The places
 * are asked for here, not taken from the forward pass: there it would be the model that picks places. The two nodes fall together when the graph is rewritten.
 */
export function unpool(e: Emitter, { x, dy, windows }: Pooled): Value {
  const attributes = windowAttributes(snug(windows));
  const places = defined(e.graph.node("MaxPool", [x], attributes, { outputs: 2 })[1], "the places of MaxPool");
  // No place is named twice, and every one is in a window: then it is a matter of writing dY there.
  if (areApart(windows) && windows.every((w) => w.count * w.kernel === w.length)) return e.op("MaxUnpool", [dy, places], attributes);
  const flat = e.op("ScatterElements", [zerosLike(e, e.reshape(x, [-1])), e.reshape(places, [-1]), e.reshape(dy, [-1])], { reduction: text("add") });
  return reshapeTo(e, flat, x.shape, [x]);
}
