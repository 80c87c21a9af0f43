import { tensor, text } from "../../onnx/types.js";
import type { Conversion } from "../conversion.js";

/** Pads and value are operands (attributes before opset 11), pads of all axes (some in opset 18). */
export const pad: Conversion = {
  type: "Pad",
  convert: (n) => {
    const x = n.input(0);
    const mode = { mode: text(n.string("mode", "constant")) };
    if (n.string("mode", "constant") === "wrap") n.fail("mode wrap is not read");
    if (n.opset < 11) return n.copy([x, n.e.indices(n.ints("pads") ?? n.fail("it has no pads")), n.e.scalarLike(n.float("value", 0), x)], mode);
    const given = n.whole(1, "pads") ?? n.fail("it has no pads");
    const axes = n.whole(3, "axes")?.map((axis) => (axis < 0 ? axis + x.shape.length : axis));
    const rank = x.shape.length;
    const pads = axes ? Array.from({ length: 2 * rank }, (_, i) => given[axes.indexOf(i % rank) + (i < rank ? 0 : axes.length)] ?? 0) : given;
    const all = axes ? pads.map((p, i) => (axes.includes(i % rank) ? p : 0)) : pads;
    const value = n.numbers(2)?.[0] ?? 0;
    return n.copy([x, n.e.indices(all), x.dtype === "string" ? undefined : n.e.constant(tensor(x.dtype, [value], []))], mode);
  },
};
