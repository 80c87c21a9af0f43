import type { Conversion } from "../conversion.js";

/** Bounds are operands (attributes before opset 10), of 64 bits. */
export const slice: Conversion = {
  type: "Slice",
  convert: (n) => {
    if (n.opset >= 10) return n.copy();
    const axes = n.ints("axes");
    return n.copy([n.input(0), n.e.indices(n.ints("starts") ?? []), n.e.indices(n.ints("ends") ?? []), axes && n.e.indices(axes)], {});
  },
};
