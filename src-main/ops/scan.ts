import { SCAN_CONSTANTS } from "../onnx/emitter.js";
import { sameShape } from "../onnx/types.js";
import { defineOp, notDifferentiable } from "./op.js";

/**
 * Runs a graph for every element along an axis; here always axis 0. Operands are the states, the sequences and, at the end, the constants (see
 * `SCAN_CONSTANTS`), as are the inputs of the body; results are the last states, then what every step gave, stacked.
 * https://onnx.ai/onnx/operators/onnx__Scan.html
 */
export const scan = defineOp({
  type: "Scan",
  inputs: ["operands"],
  variadic: true,
  infer: (c) => {
    const body = c.attribute("body");
    if (body?.type !== "graph") return c.fail("the attribute body is required");
    for (const name of ["scan_input_axes", "scan_output_axes"]) {
      if (c.ints(name)?.some((axis) => axis !== 0)) return c.fail(`${name} must be 0: sequences run along axis 0`);
    }
    const states = c.inputs.length - c.int("num_scan_inputs") - c.int(SCAN_CONSTANTS, 0);
    const sequences = c.inputs.slice(states, states + c.int("num_scan_inputs"));
    const [first] = sequences;
    const length = first?.shape[0];
    if (states < 0 || length === undefined || sequences.some((v) => v?.shape[0] !== length)) return c.fail("expected sequences that are all as long");
    const { inputs, outputs } = body.value;
    if (inputs.length !== c.inputs.length) return c.fail(`the body reads ${inputs.length} values`);
    inputs.forEach(({ dtype, shape }, i) => {
      const v = c.inputs[i];
      const given = v && (sequences.includes(v) && i >= states && i < states + sequences.length ? v.shape.slice(1) : v.shape);
      if (!v || !given || v.dtype !== dtype || !sameShape(given, shape)) c.fail(`operand ${i} is not what the body reads`);
    });
    outputs.slice(0, states).forEach(({ dtype, shape }, i) => {
      if (inputs[i]?.dtype !== dtype || !sameShape(inputs[i].shape, shape)) c.fail(`state ${i} does not stay as it is typed`);
    });
    return outputs.map(({ dtype, shape }, i) => ({ dtype, shape: i < states ? shape : [length, ...shape] }));
  },
  gradient: notDifferentiable("it is written into gradients only, of first order"),
});
