import { int } from "../../onnx/types.js";
import type { Conversion, ForeignNode } from "../conversion.js";
import type { Value } from "../../onnx/types.js";

/** Before opset 13 the axes from `axis` on (1 by default) are one: shares sum to 1 over all of them. Since then along one axis, the last by default. */
export const softmax: Conversion = { type: "Softmax", convert: (n) => joined(n) };
export const logSoftmax: Conversion = { type: "LogSoftmax", convert: (n) => joined(n) };

function joined(n: ForeignNode): readonly Value[] {
  const x = n.input(0);
  const rank = x.shape.length;
  if (n.opset >= 13) return n.copy([x], { axis: int(n.int("axis", -1)) }, 1);
  const given = n.int("axis", 1);
  const axis = given < 0 ? given + rank : given;
  const others = x.shape.filter((d, i) => i >= axis && d !== 1).length;
  if (axis === rank - 1) return n.copy([x], { axis: int(-1) }, 1);
  // Where all but one of them have length 1, they are that one.
  if (others <= 1)
    return n.copy(
      [x],
      {
        axis: int(
          Math.max(
            axis,
            x.shape.findIndex((d, i) => i >= axis && d !== 1),
          ),
        ),
      },
      1,
    );
  const flat = n.e.op("Flatten", [x], { axis: int(axis) });
  return [n.e.reshapeLike(n.e.op(n.op, [flat], { axis: int(-1) }), x)];
}
