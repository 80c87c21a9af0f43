import { productOf, quotientOf } from "../onnx/dimensions.js";
import { sameShape, showShape } from "../onnx/types.js";
import { convolveBack, weightGradient } from "./convolution.js";
import { type GradientContext, defineOp } from "./op.js";
import { only } from "./rules.js";
import { type WindowAxis, checkOperands, spatialAxes, spatialLengths, windowsOf } from "./windows.js";

type Operand = "X" | "W" | "B";

/**
 * Y[n, m, o] = B[m] + Σ X[n, c, o·stride − pad + k·dilation] · W[m, c, k], X `[N, C, …]`, W `[M, C / group, …kernel]`, over the channels of m's group.
 * https://onnx.ai/onnx/operators/onnx__Conv.html
 */
export const conv = defineOp({
  type: "Conv",
  inputs: ["X", "W", "B"],
  required: 2,
  infer: only("float", (c) => {
    const [x, w] = [c.input("X"), c.input("W")];
    const lengths = spatialLengths(c, x.shape);
    const group = c.int("group", 1);
    const [filters = 1, perGroup = 1] = w.shape;
    if (w.shape.length !== x.shape.length) return c.fail("W must be [M, C / group, …kernel], with as many axes as X");
    checkOperands(c, filters);
    const channels = productOf([perGroup, group]);
    if (channels !== x.shape[1]) return c.fail(`W is for ${channels} channels in ${group} group${group === 1 ? "" : "s"}, X has ${x.shape[1]}`);
    if (quotientOf(filters, group) === undefined) return c.fail(`${filters} filters do not divide into ${group} groups`);
    const kernel = spatialLengths(c, w.shape);
    const stated = c.ints("kernel_shape");
    if (stated && !sameShape(stated, kernel)) return c.fail(`kernel_shape ${showShape(stated)} is not the kernel of W`);
    return [{ dtype: x.dtype, shape: [x.shape[0] ?? 1, filters, ...windowsOf(c, kernel, lengths).map((w) => w.count)] }];
  }),
  gradient: {
    X: (g) => convolveBack(g.e, g.dy(), g.input("W"), windows(g), g.int("group", 1)),
    W: (g) => weightGradient(g.e, g.input("X"), g.dy(), windows(g), g.int("group", 1)),
    B: (g) => g.e.reduceSum(g.dy(), [0, ...spatialAxes(g.dy().shape.length)]), // dB = Σ dY
  },
});

function windows(g: GradientContext<Operand>): readonly WindowAxis[] {
  const lengths = (name: Operand) => g.input(name).shape.slice(2).map(Number);
  return windowsOf(g, lengths("W"), lengths("X"));
}
