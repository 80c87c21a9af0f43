import type { Conversion } from "../conversion.js";

/** With its ratio as an operand (an attribute before opset 12), and without its mask, which evaluation does not drop by. */
export const dropout: Conversion = {
  type: "Dropout",
  convert: (n) => {
    const ratio = n.opset < 12 ? n.float("ratio", 0.5) : (n.numbers(1)?.[0] ?? 0.5);
    return n.copy([n.input(0), n.e.scalarLike(ratio, n.input(0))], {}, 1);
  },
};
