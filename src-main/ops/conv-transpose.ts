import { productOf, quotientOf } from "../onnx/dimensions.js";
import { showShape } from "../onnx/types.js";
import { convolve, weightGradient } from "./convolution.js";
import { type AttributeReader, type GradientContext, defineOp } from "./op.js";
import { only } from "./rules.js";
import { type WindowAxis, checkOperands, reachOf, spatialAxes, spatialLengths, stepsOf } from "./windows.js";

type Operand = "X" | "W" | "B";

/**
 * The transpose of Conv as a linear map: each element of X adds W, times itself, to Y, at o·stride − pad + k·dilation. X `[N, C, …]`, W `[C, M / group,
 * …kernel]`. https://onnx.ai/onnx/operators/onnx__ConvTranspose.html
 */
export const convTranspose = defineOp({
  type: "ConvTranspose",
  inputs: ["X", "W", "B"],
  required: 2,
  infer: only("float", (c) => {
    const [x, w] = [c.input("X"), c.input("W")];
    const lengths = spatialLengths(c, x.shape);
    const group = c.int("group", 1);
    if (w.shape.length !== x.shape.length || w.shape[0] !== x.shape[1]) return c.fail("W must be [C, M / group, …kernel], with X's channels first");
    if (quotientOf(x.shape[1] ?? 1, group) === undefined) return c.fail(`${x.shape[1]} channels do not divide into ${group} groups`);
    const filters = productOf([w.shape[1] ?? 1, group]);
    checkOperands(c, filters);
    const results = windowsFrom(c, spatialLengths(c, w.shape), lengths).map((w) => w.length);
    if (results.some((n) => n < 1)) return c.fail(`pads leave nothing of the result: ${showShape(results)}`);
    return [{ dtype: x.dtype, shape: [x.shape[0] ?? 1, filters, ...results] }];
  }),
  gradient: {
    X: (g) => convolve(g.e, g.dy(), g.input("W"), windows(g), g.int("group", 1)),
    W: (g) => weightGradient(g.e, g.dy(), g.input("X"), windows(g), g.int("group", 1)),
    B: (g) => g.e.reduceSum(g.dy(), [0, ...spatialAxes(g.dy().shape.length)]), // dB = Σ dY
  },
});

/** The windows of the convolution that this transposes: they go over Y, and fit as often as X has elements. */
function windowsFrom(
  c: AttributeReader & { readonly fail?: (expected: string) => never },
  kernel: readonly number[],
  counts: readonly number[],
): readonly WindowAxis[] {
  const rank = counts.length;
  const { strides, dilations } = stepsOf(c);
  const pads = c.ints("pads");
  const auto = c.string("auto_pad", "NOTSET");
  return counts.map((count, i) => {
    const [stride, dilation, taps, extra] = [strides?.[i] ?? 1, dilations?.[i] ?? 1, kernel[i] ?? 1, c.ints("output_padding")?.[i] ?? 0];
    const whole = stride * (count - 1) + extra + reachOf({ kernel: taps, dilation });
    const wanted = c.ints("output_shape")?.slice(-rank)[i] ?? (auto.startsWith("SAME") ? count * stride : undefined);
    if (wanted === undefined) {
      const [before, after] = [pads?.[i] ?? 0, pads?.[i + rank] ?? 0];
      return { length: whole - before - after, kernel: taps, stride, dilation, before, after, count };
    }
    const before = (auto === "SAME_UPPER" ? Math.floor : Math.ceil)((whole - wanted) / 2);
    return { length: wanted, kernel: taps, stride, dilation, before, after: whole - wanted - before, count };
  });
}

function windows(g: GradientContext<Operand>): readonly WindowAxis[] {
  const lengths = (name: Operand) => g.input(name).shape.slice(2).map(Number);
  return windowsFrom(g, lengths("W"), lengths("X"));
}
