import type { Tensor } from "@tensorflow/tfjs-core";
import { SCAN_CONSTANTS } from "../../../onnx/emitter.js";
import type { Held } from "../held.js";
import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";

/** Step after step, along axis 0. https://onnx.ai/onnx/operators/onnx__Scan.html */
export const scan = defineKernel({
  type: "Scan",
  compile: (c) => {
    const { tf } = c;
    const body = c.attribute("body");
    if (body?.type !== "graph") return c.unsupported("no body");
    const step = c.graph(body.value);
    const [sequences, constants] = [c.int("num_scan_inputs"), c.int(SCAN_CONSTANTS, 0)];
    const read = c.ints("scan_input_directions") ?? [];
    const written = c.ints("scan_output_directions") ?? [];
    return (operands) => {
      const states = operands.length - sequences - constants;
      const parts = Array.from({ length: sequences }, (_, k) => tf.unstack(operand(operands, states + k).tensor()));
      const same = Array.from({ length: constants }, (_, k) => operand(operands, states + sequences + k));
      const length = parts[0]?.length ?? 0;
      let state: readonly Held[] = Array.from({ length: states }, (_, k) => operand(operands, k));
      const results = Array.from({ length: body.value.outputs.length - states }, () => new Array<Tensor>(length));
      for (let i = 0; i < length; i++) {
        const elements = parts.map((part, k) => c.hold(part[read[k] === 1 ? length - 1 - i : i] as Tensor));
        const made = step([...state, ...elements, ...same]);
        state = made.slice(0, states);
        made.slice(states).forEach((held, k) => {
          const list = results[k];
          if (list) list[written[k] === 1 ? length - 1 - i : i] = held.tensor();
        });
      }
      return [...state, ...results.map((list) => c.hold(tf.stack(list)))];
    };
  },
});
