import type { Value } from "../../onnx/types.js";
import type { Conversion, ForeignNode } from "../conversion.js";

/** Bounds are operands (attributes before opset 11), scalars of the input's type. */
export const clip: Conversion = {
  type: "Clip",
  convert: (n) => {
    const x = n.input(0);
    const scalar = (name: string, i: number): Value | undefined => {
      if (n.opset < 11) return n.attribute(name) ? n.e.scalarLike(n.float(name), x) : undefined;
      return bound(n, i);
    };
    return n.copy([x, scalar("min", 1), scalar("max", 2)], {});
  },
};

function bound(n: ForeignNode, i: number): Value | undefined {
  const value = n.optional(i);
  if (!value) return undefined;
  const typed = value.dtype === n.input(0).dtype ? value : n.e.cast(value, n.input(0).dtype);
  return typed.shape.length === 0 ? typed : n.e.reshape(typed, []);
}
