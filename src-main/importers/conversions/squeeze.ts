import type { Conversion, ForeignNode } from "../conversion.js";
import type { Value } from "../../onnx/types.js";

/** Axes are an operand (an attribute before opset 13). */
export const squeeze: Conversion = {
  type: "Squeeze",
  convert: (n) => {
    const x = n.input(0);
    const axes = axesOf(n);
    // A batch that the file has frozen at 1 is no axis to drop unless it is named.
    if (!axes && n.frozenBatch === 1)
      return [
        n.e.squeeze(
          x,
          x.shape.flatMap((d, i) => (d === 1 ? [i] : [])),
        ),
      ];
    return n.copy([x, axes && n.e.indices(axes)], {});
  },
};

export const unsqueeze: Conversion = {
  type: "Unsqueeze",
  convert: (n): readonly Value[] => n.copy([n.input(0), n.e.indices(axesOf(n) ?? n.fail("it names no axes"))], {}),
};

function axesOf(n: ForeignNode): readonly number[] | undefined {
  return n.opset < 13 ? n.ints("axes") : n.whole(1, "axes");
}
