import { productOf, quotientOf } from "../onnx/dimensions.js";
import type { Emitter } from "../onnx/emitter.js";
import type { Value } from "../onnx/types.js";
import { defineOp } from "./op.js";
import { reshapeTo } from "./shapes.js";

/**
 * `[N, C, H, W]` to `[N, C / b², H·b, W·b]`: channels become b × b blocks. A channel's number is (row, column, rest) in mode DCR and (rest, row, column), as
 * torch.nn.PixelShuffle has it, in mode CRD. https://onnx.ai/onnx/operators/onnx__DepthToSpace.html
 */
export const depthToSpace = defineOp({
  type: "DepthToSpace",
  inputs: ["input"],
  infer: (c) => {
    const { dtype, shape } = c.input("input");
    const [n = 1, channels = 1, height = 1, width = 1] = shape;
    const b = c.int("blocksize");
    if (shape.length !== 4) return c.fail("expected [N, C, H, W]");
    const rest = quotientOf(channels, b * b);
    if (rest === undefined) return c.fail(`${channels} channels do not divide into blocks of ${b} × ${b}`);
    return [{ dtype, shape: [n, rest, productOf([height, b]), productOf([width, b])] }];
  },
  gradient: { input: (g) => spaceToDepth(g.e, g.dy(), g.input("input"), g.int("blocksize"), g.string("mode", "DCR") === "CRD") },
});

/** dX: each element of dY at its channel again. */
function spaceToDepth(e: Emitter, dy: Value, x: Value, b: number, restFirst: boolean): Value {
  const [n = 1, , height = 1, width = 1] = x.shape;
  const apart = reshapeTo(e, dy, [n, dy.shape[1] ?? 1, height, b, width, b], [x]);
  return reshapeTo(e, e.transpose(apart, restFirst ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4]), x.shape, [x]);
}
