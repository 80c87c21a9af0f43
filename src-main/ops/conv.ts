import { LatheError } from "../base/errors.js";
import { productOf, quotientOf } from "../onnx/dimensions.js";
import { isStatic, sameShape, showShape } from "../onnx/types.js";
import { convolveBack, weightGradient } from "./convolution.js";
import { type GradientContext, defineOp } from "./op.js";
import { only } from "./rules.js";
import { type WindowAxis, checkOperands, openCounts, spatialAxes, spatialLengths, windowsOf } from "./windows.js";

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
    const counts = isStatic(x.shape.slice(2)) ? windowsOf(c, kernel, spatialLengths(c, x.shape)).map((w) => w.count) : openCounts(c, kernel, x.shape.slice(2));
    return [{ dtype: x.dtype, shape: [x.shape[0] ?? 1, filters, ...counts] }];
  }),
  gradient: {
    X: (g) => convolveBack(g.e, g.dy(), g.input("W"), windows(g), g.int("group", 1)),
    W: (g) => weightGradient(g.e, g.input("X"), g.dy(), windows(g), g.int("group", 1)),
    B: (g) => g.e.reduceSum(g.dy(), [0, ...spatialAxes(g.dy().shape.length)]), // dB = Σ dY
  },
});

function windows(g: GradientContext<Operand>): readonly WindowAxis[] {
  if (!isStatic(g.input("X").shape.slice(2))) throw new LatheError("autodiff.unsupported", "a convolution is trained on pictures and series of one known size");
  const lengths = (name: Operand) => g.input(name).shape.slice(2).map(Number);
  return windowsOf(g, lengths("W"), lengths("X"));
}
