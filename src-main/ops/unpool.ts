import { defined } from "../base/assert.js";
import type { Emitter } from "../onnx/emitter.js";
import { type Value, text, tensor } from "../onnx/types.js";
import { reshapeTo, zerosLike } from "./shapes.js";
import { type WindowAxis, areApart, snug, windowAttributes } from "./windows.js";

interface Pooled {
  readonly x: Value;
  readonly y: Value;
  readonly dy: Value;
  readonly windows: readonly WindowAxis[];
}

/** The gradient of a pool of maxima: dY where each maximum was, the first of equals in its window, zero elsewhere; added up where windows overlap. */
export function unpool(e: Emitter, pooled: Pooled): Value {
  return areApart(pooled.windows) ? unpoolApart(e, pooled) : scatter(e, pooled);
}

/**
 * Windows side by side: what is as large as its window's maximum is marked with how many places of the window come after it, and of these marks the largest, the
 * first place, stays. Without the maxima's indices, which ONNX Runtime takes several times as long to find as the maxima themselves.
 */
function unpoolApart(e: Emitter, { x, y, dy, windows }: Pooled): Value {
  const covered = windows.map((w) => w.count * w.kernel);
  const cropped = resized(e, x, windows.map((w, i) => (covered[i] ?? 0) - w.length));
  const marks = e.where(e.equal(cropped, spread(e, y, windows)), ranks(e, y, windows), e.scalarLike(0, y));
  const first = e.op("MaxPool", [marks], windowAttributes(windows));
  const dx = e.where(e.equal(marks, spread(e, first, windows)), spread(e, dy, windows), e.scalarLike(0, dy));
  return resized(e, dx, windows.map((w, i) => w.length - (covered[i] ?? 0)));
}

/** Each element of a pool's result, over all of its window. */
function spread(e: Emitter, y: Value, windows: readonly WindowAxis[]): Value {
  return e.op("Resize", [y, undefined, e.constant(tensor("float32", [1, 1, ...windows.map((w) => w.kernel)]))], {
    mode: text("nearest"), coordinate_transformation_mode: text("asymmetric"), nearest_mode: text("floor"),
  });
}

/** For each place, one more than how many places of its window come after it, row by row. */
function ranks(e: Emitter, like: Value, windows: readonly WindowAxis[]): Value {
  const taps = windows.reduce((n, w) => n * w.kernel, 1);
  const lengths = windows.map((w) => w.count * w.kernel);
  const size = lengths.reduce((a, b) => a * b, 1);
  const values = Array.from({ length: size }, (_, i) => {
    let [rest, place, step] = [i, 0, 1];
    for (const [axis, w] of [...windows.entries()].reverse()) {
      const length = defined(lengths[axis], "a length");
      place += ((rest % length) % w.kernel) * step;
      rest = Math.floor(rest / length);
      step *= w.kernel;
    }
    return taps - place;
  });
  return e.constant(tensor(like.dtype === "float64" ? "float64" : "float32", values, lengths));
}

/** X with elements added at the end of each axis after the channels, or cut off. */
function resized(e: Emitter, x: Value, more: readonly number[]): Value {
  return more.every((n) => n === 0) ? x : e.op("Pad", [x, e.indices([0, 0, ...more.map(() => 0), 0, 0, ...more])]);
}

function scatter(e: Emitter, { x, dy, windows }: Pooled): Value {
  // Asked for here, not taken from the forward pass: there it would be the model that picks places. The two nodes fall together.
  const places = defined(e.graph.node("MaxPool", [x], windowAttributes(snug(windows)), { outputs: 2 })[1], "the places of MaxPool");
  const flat = e.op("ScatterElements", [zerosLike(e, e.reshape(x, [-1])), e.reshape(places, [-1]), e.reshape(dy, [-1])], { reduction: text("add") });
  return reshapeTo(e, flat, x.shape, [x]);
}
