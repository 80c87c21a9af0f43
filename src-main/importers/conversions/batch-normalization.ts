import { float } from "../../onnx/types.js";
import type { Conversion } from "../conversion.js";

/** As it is evaluated: by its running statistics. `spatial` 0, statistics of each place (opset 7 and 8), is not read. */
export const batchNormalization: Conversion = {
  type: "BatchNormalization",
  convert: (n) => {
    if (n.int("spatial", 1) !== 1) n.fail("spatial 0, which keeps statistics of each place, is not read");
    return n.copy(n.inputs.slice(0, 5), { epsilon: float(n.float("epsilon", 1e-5)), momentum: float(n.float("momentum", 0.9)) }, 1);
  },
};
