import type { Emitter } from "../../../src-main/onnx/emitter.js";
import { type Attributes, type TensorData, type Value, float, int } from "../../../src-main/onnx/types.js";
import { any, apart, fixed, given, positive, scalar } from "../../support/samples.js";
import { type OpCase, drawing, grad, kink, unwritten } from "./case.js";

/** Batch norm in training mode: Y, and the running mean and variance where asked for. */
function trained(e: Emitter, x: readonly Value[], outputs: 1 | 3, attributes: Attributes = {}): readonly Value[] {
  return e.graph.node("BatchNormalization", x, { training_mode: int(1), ...attributes }, { outputs: 3 }).slice(0, outputs);
}

const yes: TensorData = { dtype: "bool", dims: [], data: Uint8Array.of(1) };
const no: TensorData = { dtype: "bool", dims: [], data: Uint8Array.of(0) };

function dropped(e: Emitter, x: Value, ratio: Value | undefined, training: Value): Value {
  return e.graph.node("Dropout", [x, ratio, training], {}, { outputs: 2 })[0]!;
}

export const normalizing: readonly OpCase[] = [
  grad("BatchNormalization", "inference over a batch", [any("N", 3), any(3), any(3), any(3), positive(3)], (e, ...x) => e.op("BatchNormalization", x)),
  grad("BatchNormalization", "inference, rank 4 and a large epsilon", [any(2, 2, 2, 1), any(2), any(2), any(2), positive(2)], (e, ...x) =>
    e.op("BatchNormalization", x, { epsilon: float(0.1) }),
  ),
  grad("BatchNormalization", "inference, rank 3 over a batch", [any("N", 2, 2), any(2), any(2), any(2), positive(2)], (e, ...x) =>
    e.op("BatchNormalization", x),
  ),
  grad("BatchNormalization", "training", [apart(4, 3), any(3), any(3)], (e, ...x) => trained(e, [...x, ...still(e, 3)], 1)),
  grad("BatchNormalization", "training, rank 4", [any(2, 2, 2, 2), any(2), any(2)], (e, ...x) => trained(e, [...x, ...still(e, 2)], 1)),
  grad("BatchNormalization", "training, rank 3 over a batch", [any("N", 2, 4), any(2), any(2)], (e, ...x) => trained(e, [...x, ...still(e, 2)], 1)),
  grad("BatchNormalization", "training with a large epsilon", [any(3, 2), any(2), any(2)], (e, ...x) =>
    trained(e, [...x, ...still(e, 2)], 1, { epsilon: float(0.5) }),
  ),
  grad("BatchNormalization", "training, with running statistics", [any(3, 2), any(2), any(2), any(2), positive(2)], (e, ...x) => trained(e, x, 3)),
  grad("BatchNormalization", "training, with the batch's own statistics", [any(2, 2, 3), any(2), any(2), any(2), positive(2)], (e, ...x) =>
    trained(e, x, 3, { momentum: float(0) }),
  ),
  grad("BatchNormalization", "training, statistics alone", [any("N", 2, 3), any(2), any(2), any(2), positive(2)], (e, ...x) =>
    trained(e, x, 3, { momentum: float(0.3) }).slice(1),
  ),

  grad("LayerNormalization", "the last axis by default", [any("N", 3), any(3), any(3)], (e, ...x) => e.op("LayerNormalization", x)),
  grad("LayerNormalization", "without B", [any("N", 4), any(4)], (e, ...x) => e.op("LayerNormalization", x)),
  grad("LayerNormalization", "the last two axes", [any("N", 2, 3), any(2, 3), any(2, 3)], (e, ...x) => e.op("LayerNormalization", x, { axis: int(1) })),
  grad("LayerNormalization", "a negative axis", [any(2, 2, 3), any(2, 3), any(2, 3)], (e, ...x) => e.op("LayerNormalization", x, { axis: int(-2) })),
  grad("LayerNormalization", "all axes", [any(2, 3), any(2, 3), any(2, 3)], (e, ...x) => e.op("LayerNormalization", x, { axis: int(0) })),
  grad("LayerNormalization", "a large epsilon", [any(2, 3), any(3), any(3)], (e, ...x) => e.op("LayerNormalization", x, { epsilon: float(0.5) })),
  grad("LayerNormalization", "a vector", [any(4), any(4), any(4)], (e, ...x) => e.op("LayerNormalization", x)),
  grad("LayerNormalization", "with mean and deviation", [any("N", 3), any(3), any(3)], (e, ...x) => e.graph.node("LayerNormalization", x, {}, { outputs: 3 })),
  grad("LayerNormalization", "mean and deviation alone", [any(2, 2, 2), any(2, 2)], (e, ...x) =>
    e.graph.node("LayerNormalization", x, { axis: int(1) }, { outputs: 3 }).slice(1),
  ),
  grad("LayerNormalization", "a constant row", [given([1, 1, 1], 1, 3), any(3), any(3)], (e, ...x) => e.op("LayerNormalization", x, { epsilon: float(0.25) })),

  grad("Dropout", "inference", [any("N", 3)], (e, x) => e.op("Dropout", [x])),
  grad("Dropout", "inference with a ratio", [any(3)], (e, x) => dropped(e, x, e.scalar(0.7), e.constant(no))),
  kink("Dropout", "training with ratio 0", [any(2, 2)], (e, x) => dropped(e, x, e.scalar(0), e.constant(yes)), [1, 1, 1, 1]),
  unwritten("Dropout", /mask/, [any(3)], (e, x) => e.op("Dropout", [x, e.scalar(0.5), e.constant(yes)])),
  drawing("Dropout", "training", [any("N", 6)], (e, x) => dropped(e, x, e.scalar(0.5), e.constant(yes))),
  drawing("Dropout", "training with the default ratio", [any(4, 5)], (e, x) => dropped(e, x, undefined, e.constant(yes))),
  drawing("Dropout", "ratio and mode known only when it runs", [any(4, 5), fixed(scalar(0.3)), fixed(scalar(1))], (e, x, ratio, mode) =>
    dropped(e, x, ratio, e.cast(mode, "bool")),
  ),
  drawing("Dropout", "mode known only when it runs, and off", [any(4, 5), fixed(scalar(0))], (e, x, mode) =>
    dropped(e, x, e.scalar(0.3), e.cast(mode, "bool")),
  ),
  drawing("Dropout", "training, more dropped than kept", [any(4, 5)], (e, x) => dropped(e, x, e.scalar(0.8), e.constant(yes))),
];

/** Running statistics to start from. */
function still(e: Emitter, channels: number): readonly Value[] {
  const fill = (v: number) => e.constant({ dtype: "float32", dims: [channels], data: new Float32Array(channels).fill(v) });
  return [fill(0.5), fill(2)];
}
