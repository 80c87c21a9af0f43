import type { Emitter } from "../../../src-main/onnx/emitter.js";
import { type Attributes, type Value, int, text } from "../../../src-main/onnx/types.js";
import { type Sample, any, fixed, whole } from "../../support/samples.js";
import { type OpCase, grad, refused, unwritten } from "./case.js";

const pad = (name: string, x: Sample, pads: readonly number[], attributes: Attributes = {}): OpCase =>
  grad("Pad", name, [x], (e, v) => e.op("Pad", [v, e.indices(pads)], attributes));

/** Some of the pieces of a split: those not returned are not used. */
const pieces = (e: Emitter, x: Value, sizes: readonly number[], axis: number, ...used: number[]): readonly Value[] => {
  const all = e.split(x, sizes, axis);
  return used.map((i) => all[i]!);
};

export const shaping: readonly OpCase[] = [
  grad("Reshape", "to another rank", [any(2, 6)], (e, x) => e.reshape(x, [3, 2, 2])),
  grad("Reshape", "with an axis inferred", [any("N", 2, 3)], (e, x) => e.reshape(x, [-1, 6])),
  grad("Reshape", "with an axis copied", [any("N", 6)], (e, x) => e.reshape(x, [0, 2, 3])),
  grad("Reshape", "a scalar to a vector", [any()], (e, x) => e.reshape(x, [1])),
  grad("Reshape", "one element to a scalar", [any(1, 1)], (e, x) => e.reshape(x, [])),
  grad("Reshape", "the batch into rows", [any("N", 3)], (e, x) => e.reshape(x, [-1])),
  refused("Reshape", /shape/, [whole([3, 2])], (e, s) => e.reshape(e.constant({ dtype: "float32", dims: [6], data: Float32Array.of(1, 2, 3, 4, 5, 6) }), s)),
  grad("Flatten", "from axis 1 by default", [any("N", 2, 3)], (e, x) => e.op("Flatten", [x])),
  grad("Flatten", "from axis 0", [any(2, 3)], (e, x) => e.op("Flatten", [x], { axis: int(0) })),
  grad("Flatten", "from axis 2 of 4", [any(2, 1, 2, 2)], (e, x) => e.op("Flatten", [x], { axis: int(2) })),
  grad("Flatten", "from a negative axis", [any(2, 3, 2)], (e, x) => e.op("Flatten", [x], { axis: int(-1) })),
  grad("Flatten", "the batch too", [any("N", 2, 2)], (e, x) => e.op("Flatten", [x], { axis: int(2) })),
  grad("Flatten", "a vector", [any(3)], (e, x) => e.op("Flatten", [x], { axis: int(1) })),
  grad("Transpose", "reversed by default", [any(2, 3, 2)], (e, x) => e.op("Transpose", [x])),
  grad("Transpose", "a cycle of three axes", [any("N", 2, 3)], (e, x) => e.transpose(x, [2, 0, 1])),
  grad("Transpose", "a cycle of four axes", [any(1, 2, 3, 2)], (e, x) => e.transpose(x, [1, 2, 3, 0])),
  grad("Transpose", "a scalar", [any()], (e, x) => e.transpose(x, [])),
  grad("Squeeze", "given axes", [any("N", 1, 3, 1)], (e, x) => e.squeeze(x, [1, -1])),
  grad("Squeeze", "all axes of length 1", [any(1, 3, 1)], (e, x) => e.op("Squeeze", [x])),
  grad("Squeeze", "to a scalar", [any(1)], (e, x) => e.squeeze(x, [0])),
  grad("Unsqueeze", "at both ends", [any("N", 3)], (e, x) => e.unsqueeze(x, [0, -1])),
  grad("Unsqueeze", "in no order", [any(2, 3)], (e, x) => e.unsqueeze(x, [3, 1])),
  grad("Unsqueeze", "a scalar", [any()], (e, x) => e.unsqueeze(x, [0])),
  grad("Concat", "different lengths", [any(2, 1), any(2, 3), any(2, 2)], (e, ...x) => e.concat(x, 1)),
  grad("Concat", "features of a batch, negative axis", [any("N", 2), any("N", 3)], (e, ...x) => e.concat(x, -1)),
  grad("Concat", "axis 0 of rank 3", [any(1, 2, 2), any(2, 2, 2)], (e, ...x) => e.concat(x, 0)),
  grad("Concat", "a value with itself", [any(2, 2)], (e, x) => e.concat([x, e.exp(x), x], 0)),
  grad("Concat", "samples after samples", [any("N", 2), any(2, 2)], (e, ...x) => e.concat(x, 0)),
  grad("Concat", "one part", [any(3)], (e, x) => e.concat([x], 0)),
  grad("Split", "equal parts", [any(4, 2)], (e, x) => e.graph.node("Split", [x], {}, { outputs: 2 })),
  grad("Split", "given lengths of a batch", [any("N", 6)], (e, x) => e.split(x, [1, 3, 2], 1)),
  grad("Split", "a negative axis of rank 3", [any(2, 2, 3)], (e, x) => e.split(x, [2, 1], -1)),
  grad("Split", "pieces nobody uses", [any("N", 5)], (e, x) => pieces(e, x, [1, 2, 2], 1, 1)),
  grad("Split", "one piece used twice", [any(5)], (e, x) => pieces(e, x, [2, 3], 0, 0, 0)),
  grad("Slice", "a middle part", [any("N", 5)], (e, x) => e.slice(x, [1], [4], [1])),
  grad("Slice", "every second", [any(7)], (e, x) => e.slice(x, [0], [7], [0], [2])),
  grad("Slice", "backwards", [any(2, 4)], (e, x) => e.slice(x, [-1], [-9], [1], [-1])),
  grad("Slice", "backwards by two from the middle", [any(6)], (e, x) => e.slice(x, [4], [0], [0], [-2])),
  grad("Slice", "negative bounds and axis", [any(2, 5)], (e, x) => e.slice(x, [-4], [-1], [-1])),
  grad("Slice", "bounds beyond the ends", [any(2, 3)], (e, x) => e.slice(x, [-100, 1], [100, 100], [0, 1])),
  grad("Slice", "two axes with steps", [any(4, 2, 5)], (e, x) => e.slice(x, [3, 1], [0, 5], [0, 2], [-1, 3])),
  unwritten("Slice", /named axis N/, [any("N", 2)], (e, x) => e.slice(x, [0], [1], [0])),
  grad("Slice", "axes and steps omitted", [any(3, 4)], (e, x) => e.op("Slice", [x, e.indices([1, 0]), e.indices([3, 2])])),
  pad("zeros around", any(2, 3), [0, 1, 1, 2]),
  pad("zeros around the features of a batch", any("N", 2), [0, 1, 0, 1]),
  pad("negative pads crop", any(4), [-1, 2]),
  grad("Pad", "a given constant", [any(2, 2)], (e, x) => e.op("Pad", [x, e.indices([1, 0, 0, 1]), e.scalar(7)], { mode: text("constant") })),
  grad("Pad", "a constant that varies", [any(2, 3), any()], (e, x, c) => e.op("Pad", [x, e.indices([0, 1, 2, 0]), c])),
  pad("zeros before the batch", any("N", 2), [1, 0, 0, 0]),
  pad("reflected", any("N", 2, 4), [0, 0, 2, 0, 1, 1], { mode: text("reflect") }),
  pad("reflected at one end", any(3), [2, 0], { mode: text("reflect") }),
  pad("the edges repeated", any("N", 2, 3), [0, 1, 2, 0, 0, 3], { mode: text("edge") }),
  unwritten("Pad", /named axis N/, [any("N", 2)], (e, x) => e.op("Pad", [x, e.indices([1, 0, 0, 0])], { mode: text("edge") })),
  grad("Expand", "a new leading axis", [any(3)], (e, x) => e.op("Expand", [x, e.indices([2, 3])])),
  grad("Expand", "an axis of length 1", [any(2, 1)], (e, x) => e.op("Expand", [x, e.indices([2, 4])])),
  grad("Expand", "a shape smaller than the operand", [any(2, 3)], (e, x) => e.op("Expand", [x, e.indices([1])])),
  grad("Expand", "a scalar", [any()], (e, x) => e.op("Expand", [x, e.indices([2, 2])])),
  grad("Expand", "to the shape of a batch", [any(1, 2), any("N", 2)], (e, x, y) => e.mul(e.expandLike(x, y), y)),
  grad("Expand", "a scalar to the shape of a batch", [any(), fixed(any("N", 2))], (e, x, y) => e.expandLike(e.mul(x, x), y)),
  grad("Tile", "both axes", [any(2, 3)], (e, x) => e.op("Tile", [x, e.indices([2, 2])])),
  grad("Tile", "the features of a batch", [any("N", 2)], (e, x) => e.op("Tile", [x, e.indices([1, 3])])),
  grad("Tile", "once each way", [any(2, 3)], (e, x) => e.op("Tile", [x, e.indices([1, 1])])),
  grad("Tile", "the batch", [any("N", 2)], (e, x) => e.op("Tile", [x, e.indices([2, 1])])),
  grad("Tile", "a vector", [any(2)], (e, x) => e.op("Tile", [x, e.indices([3])])),
];
