import { int, text } from "../../../src-main/onnx/types.js";
import { any, whole } from "../../support/samples.js";
import { type OpCase, grad, refused, unwritten } from "./case.js";

export const indexing: readonly OpCase[] = [
  grad("Gather", "rows, one of them twice", [any(4, 2), whole([3, 0, 3])], (e, x, i) => e.gather(x, i, 0)),
  grad("Gather", "an embedding of a batch", [any(5, 2), whole([4, 1, 4], "N")], (e, x, i) => e.gather(x, i, 0)),
  grad("Gather", "columns by negative indices", [any(2, 3), whole([-1, 0, -1])], (e, x, i) => e.gather(x, i, 1)),
  grad("Gather", "a negative axis of rank 3", [any(2, 2, 3), whole([2, 2])], (e, x, i) => e.gather(x, i, -1)),
  grad("Gather", "one index drops the axis", [any(2, 3)], (e, x) => e.gather(x, e.scalar(1, "int64"), 1)),
  grad("Gather", "indices of rank 2", [any(3, 2), whole([0, 1, 2, 1], 2, 2)], (e, x, i) => e.gather(x, i, 0)),
  grad("Gather", "features of a batch", [any("N", 4), whole([3, 1, 1])], (e, x, i) => e.gather(x, i, 1)),
  grad("Gather", "the first sample twice", [any("N", 2), whole([0, 0])], (e, x, i) => e.gather(x, i, 0)),
  grad("Gather", "one feature of a batch", [any("N", 3)], (e, x) => e.gather(x, e.scalar(-1, "int64"), 1)),
  refused("Gather", /indices/, [whole([0, 1]), any(3)], (e, i, x) => e.gather(x, i, 0)),
  grad("GatherElements", "columns, one of them twice", [any(2, 3), whole([0, 0, 2, 1], 2, 2)], (e, x, i) => e.op("GatherElements", [x, i], { axis: int(1) })),
  grad("GatherElements", "rows by negative indices", [any(3, 2), whole([-1, 0], 1, 2)], (e, x, i) => e.op("GatherElements", [x, i], { axis: int(0) })),
  grad("GatherElements", "one score a sample", [any("N", 3), whole([2, 0, 2], "N", 1)], (e, x, i) => e.op("GatherElements", [x, i], { axis: int(-1) })),
  grad("GatherND", "elements, one of them twice", [any(2, 3), whole([0, 2, 1, 0, 0, 2], 3, 2)], (e, x, i) => e.op("GatherND", [x, i])),
  grad("GatherND", "rows by negative indices", [any(3, 2), whole([-1, 0, -1], 3, 1)], (e, x, i) => e.op("GatherND", [x, i])),
  grad("ScatterElements", "replaced along axis 0", [any(3, 2), whole([2, 0], 1, 2), any(1, 2)], (e, x, i, u) => e.op("ScatterElements", [x, i, u])),
  grad("ScatterElements", "replaced along a negative axis", [any(2, 3), whole([1, -1, 0, 2], 2, 2), any(2, 2)], (e, x, i, u) =>
    e.op("ScatterElements", [x, i, u], { axis: int(-1) }),
  ),
  grad("ScatterElements", "added, one place twice", [any(2, 3), whole([1, 1, 0, 2], 2, 2), any(2, 2)], (e, x, i, u) =>
    e.op("ScatterElements", [x, i, u], { axis: int(1), reduction: text("add") }),
  ),
  grad("ScatterElements", "added over a batch", [any("N", 3), whole([1, 2, 0], "N", 1), any("N", 1)], (e, x, i, u) =>
    e.op("ScatterElements", [x, i, u], { axis: int(1), reduction: text("add") }),
  ),
  grad("ScatterND", "rows replaced", [any(4, 2), whole([3, 1], 2, 1), any(2, 2)], (e, x, i, u) => e.op("ScatterND", [x, i, u])),
  grad("ScatterND", "elements replaced", [any(2, 3), whole([0, 2, 1, 0], 2, 2), any(2)], (e, x, i, u) => e.op("ScatterND", [x, i, u])),
  grad("ScatterND", "rows added, one of them twice", [any(3, 2), whole([1, 1, 0], 3, 1), any(3, 2)], (e, x, i, u) =>
    e.op("ScatterND", [x, i, u], { reduction: text("add") }),
  ),
  unwritten("GatherND", /batch_dims/, [any(2, 3), whole([0, 2], 2, 1)], (e, x, i) => e.op("GatherND", [x, i], { batch_dims: int(1) })),
  unwritten("ScatterND", /mul/, [any(3), whole([0], 1, 1), any(1)], (e, x, i, u) => e.op("ScatterND", [x, i, u], { reduction: text("mul") })),
  unwritten("ScatterElements", /mul/, [any(3), whole([0]), any(1)], (e, x, i, u) => e.op("ScatterElements", [x, i, u], { reduction: text("mul") })),
  refused("ScatterND", /indices/, [whole([0, 1], 2, 1), any(3), any(2)], (e, i, x, u) => e.op("ScatterND", [x, i, u])),
  refused("OneHot", /.+/, [whole([0, 2])], (e, i) =>
    e.op("OneHot", [i, e.scalar(3, "int64"), e.constant({ dtype: "float32", dims: [2], data: Float32Array.of(0, 1) })]),
  ),
];
