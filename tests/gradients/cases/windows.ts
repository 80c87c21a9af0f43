import { type Attributes, type Value, int, ints, text } from "../../../src-main/onnx/types.js";
import { type Sample, any, distinct, fixed, given } from "../../support/samples.js";
import { type OpCase, grad, kink, refused } from "./case.js";

const conv = (name: string, inputs: readonly Sample[], attributes: Attributes = {}): OpCase =>
  grad("Conv", name, inputs, (e, ...x) => e.op("Conv", x, attributes));
const transposed = (name: string, inputs: readonly Sample[], attributes: Attributes = {}): OpCase =>
  grad("ConvTranspose", name, inputs, (e, ...x) => e.op("ConvTranspose", x, attributes));

const pool = (op: string, name: string, x: Sample, kernel: readonly number[], attributes: Attributes = {}): OpCase =>
  grad(op, name, [x], (e, v) => e.op(op, [v], { kernel_shape: ints(kernel), ...attributes }));
const max = (name: string, x: Sample, kernel: readonly number[], attributes: Attributes = {}): OpCase => pool("MaxPool", name, x, kernel, attributes);
const mean = (name: string, x: Sample, kernel: readonly number[], attributes: Attributes = {}): OpCase => pool("AveragePool", name, x, kernel, attributes);
const ties = (name: string, values: readonly number[], shape: readonly number[], attributes: Attributes, expected: readonly number[]): OpCase =>
  kink("MaxPool", name, [given(values, ...shape)], (e, x) => e.op("MaxPool", [x], attributes), expected);
const two = { kernel_shape: ints([2, 2]), strides: ints([2, 2]) };
const placesToo = (attributes: Attributes) => (e: Parameters<OpCase["build"]>[0], x: Value) => e.graph.node("MaxPool", [x], attributes, { outputs: 2 });

export const windows: readonly OpCase[] = [
  conv("2d over a batch, with a bias", [any("N", 2, 4, 3), any(3, 2, 3, 2), any(3)]),
  conv("padding, stride 1", [any("N", 2, 3, 4), any(2, 2, 3, 3)], { pads: ints([1, 1, 1, 1]) }),
  conv("strides that leave a rest", [any(2, 1, 6, 5), any(2, 1, 3, 2)], { strides: ints([2, 3]), pads: ints([1, 0, 0, 1]) }),
  conv("more padding than the kernel reaches", [any(1, 1, 3, 3), any(1, 1, 2, 1)], { pads: ints([2, 1, 2, 1]) }),
  conv("dilations", [any("N", 1, 6, 5), any(2, 1, 2, 3)], { dilations: ints([3, 2]), pads: ints([1, 1, 0, 2]) }),
  conv("a kernel of one", [any("N", 3, 2, 2), any(2, 3, 1, 1)]),
  conv("a kernel of one with a stride", [any("N", 2, 3, 4), any(2, 2, 1, 1)], { strides: ints([2, 2]) }),
  conv("two groups", [any("N", 4, 3, 3), any(2, 2, 2, 2), any(2)], { group: int(2), pads: ints([1, 0, 1, 0]) }),
  conv("two groups with a stride that leaves a rest", [any("N", 2, 4, 4), any(4, 1, 2, 2)], { group: int(2), strides: ints([3, 2]) }),
  conv("depthwise", [any("N", 3, 3, 4), any(3, 1, 3, 3)], { group: int(3), pads: ints([1, 1, 1, 1]) }),
  conv("depthwise with a stride", [any(2, 2, 5, 4), any(2, 1, 3, 3)], { group: int(2), pads: ints([1, 1, 1, 1]), strides: ints([2, 2]) }),
  conv("depthwise, two filters a channel, dilated", [any(2, 2, 5, 1), any(4, 1, 2, 1)], { group: int(2), dilations: ints([2, 1]) }),
  conv("the same size, upper", [any("N", 1, 4, 3), any(1, 1, 2, 3)], { auto_pad: text("SAME_UPPER") }),
  conv("the same size, lower, with strides", [any(1, 2, 5, 4), any(1, 2, 3, 2)], { auto_pad: text("SAME_LOWER"), strides: ints([2, 2]) }),
  // From 16 channels, or with a stride, a kernel's gradient takes another form.
  conv("many channels, padded", [any("N", 16, 2, 2), any(1, 16, 2, 3)], { pads: ints([1, 1, 0, 1]) }),
  conv("many channels, a stride that leaves a rest", [any(1, 16, 4, 2), any(1, 16, 2, 1)], { strides: ints([3, 2]), pads: ints([0, 0, 0, 1]) }),
  conv("many channels, dilated along the first axis", [any(1, 16, 4, 2), any(2, 16, 2, 2)], { dilations: ints([3, 1]), pads: ints([0, 1, 0, 0]) }),
  conv("many channels, dilated along the last axis", [any(1, 16, 2, 3), any(1, 16, 2, 2)], { dilations: ints([1, 2]), pads: ints([0, 0, 1, 0]) }),
  conv("many channels, a kernel of one", [any("N", 16, 1, 2), any(2, 16, 1, 1)], { strides: ints([1, 2]) }),
  conv("many channels, 1d", [any("N", 16, 3), any(2, 16, 3)], { pads: ints([1, 1]) }),
  conv("1d", [any("N", 2, 6), any(3, 2, 3), any(3)], { strides: ints([2]), pads: ints([1, 1]) }),

  transposed("2d over a batch, with a bias", [any("N", 2, 2, 3), any(2, 3, 2, 2), any(3)]),
  transposed("strides, padding and a rest", [any("N", 2, 2, 3), any(2, 1, 3, 3)], {
    strides: ints([2, 2]),
    pads: ints([1, 1, 1, 1]),
    output_padding: ints([1, 0]),
  }),
  transposed("dilations", [any(1, 1, 3, 2), any(1, 2, 2, 2)], { dilations: ints([2, 3]) }),
  transposed("two groups", [any("N", 4, 2, 2), any(4, 1, 2, 2), any(2)], { group: int(2), strides: ints([2, 1]) }),
  transposed("1d with a given result", [any(2, 2, 3), any(2, 2, 3)], { strides: ints([2]), output_shape: ints([6]) }),

  max("side by side", distinct("N", 2, 4, 4), [2, 2], { strides: ints([2, 2]) }),
  max("side by side with a rest", distinct("N", 1, 5, 7), [2, 3], { strides: ints([2, 3]) }),
  max("overlapping", distinct("N", 2, 4, 5), [3, 2], { strides: ints([1, 1]) }),
  max("overlapping, padded, with a stride", distinct("N", 1, 5, 5), [3, 3], { strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) }),
  max("dilated", distinct(2, 1, 5, 5), [2, 2], { dilations: ints([2, 3]) }),
  max("a last window that hangs over", distinct(1, 2, 5, 4), [2, 3], { strides: ints([2, 2]), ceil_mode: int(1) }),
  max("the same size", distinct(1, 1, 3, 4), [2, 2], { auto_pad: text("SAME_LOWER") }),
  max("1d", distinct("N", 2, 7), [3], { strides: ints([2]), pads: ints([1, 0]) }),
  grad("MaxPool", "with the places", [distinct("N", 2, 4, 4)], placesToo(two)),
  ties("a flat picture: the first of each window", [1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 2, 4], two, [1, 0, 1, 0, 0, 0, 0, 0]),
  ties("zeros and negative zeros are equal", [0, -0, -0, 0], [1, 1, 2, 2], two, [1, 0, 0, 0]),
  ties("two of four, not the first", [0, 3, 3, 1], [1, 1, 2, 2], two, [0, 1, 0, 0]),
  ties(
    "the first row by row, not column by column",
    [0, 3, 3, 3, 0, 0],
    [1, 1, 2, 3],
    { kernel_shape: ints([2, 3]), strides: ints([2, 3]) },
    [0, 1, 0, 0, 0, 0],
  ),
  ties(
    "a flat picture, windows of three by two with a rest",
    new Array<number>(21).fill(-2),
    [1, 1, 3, 7],
    { kernel_shape: ints([3, 2]), strides: ints([3, 2]) },
    [1, 0, 1, 0, 1, 0, 0, ...new Array<number>(14).fill(0)],
  ),
  ties("a flat picture, overlapping windows", new Array<number>(9).fill(0.5), [1, 1, 3, 3], { kernel_shape: ints([2, 2]) }, [1, 1, 0, 1, 1, 0, 0, 0, 0]),
  ties(
    "a flat picture, overlapping and padded",
    new Array<number>(9).fill(5),
    [1, 1, 3, 3],
    { kernel_shape: ints([3, 3]), pads: ints([1, 1, 1, 1]), strides: ints([2, 2]) },
    [1, 1, 0, 1, 1, 0, 0, 0, 0],
  ),
  kink("MaxPool", "a flat picture, with the places", [given([2, 2, 2, 2], 1, 1, 2, 2)], (e, x) => placesToo(two)(e, x)[0]!, [1, 0, 0, 0]),
  refused("MaxPool", /not a real number/, [distinct(1, 1, 4, 4)], (e, x) => e.cast(placesToo(two)(e, x)[1]!, "float32")),

  grad("MaxUnpool", "side by side", [any("N", 2, 2, 1), fixed(distinct("N", 2, 4, 2))], (e, x, picture) =>
    e.op("MaxUnpool", [x, placesToo(two)(e, picture)[1]!], two),
  ),
  grad("MaxUnpool", "1d", [any(2, 1, 2), fixed(distinct(2, 1, 6))], (e, x, series) => {
    const three = { kernel_shape: ints([3]), strides: ints([3]) };
    return e.op("MaxUnpool", [x, placesToo(three)(e, series)[1]!], three);
  }),

  mean("side by side", any("N", 2, 4, 4), [2, 2], { strides: ints([2, 2]) }),
  mean("side by side with a rest", any("N", 1, 5, 4), [2, 3], { strides: ints([2, 3]) }),
  mean("overlapping", any("N", 2, 4, 3), [2, 2]),
  mean("padded, the padding not counted", any("N", 1, 4, 4), [3, 3], { pads: ints([1, 1, 1, 1]), strides: ints([2, 2]) }),
  mean("padded, the padding counted", any(2, 1, 4, 4), [3, 2], { pads: ints([1, 1, 1, 0]), count_include_pad: int(1) }),
  mean("a last window that hangs over", any(1, 2, 5, 4), [2, 3], { strides: ints([2, 2]), ceil_mode: int(1) }),
  mean("1d, the same size", any("N", 2, 5), [2], { auto_pad: text("SAME_UPPER") }),

  grad("GlobalAveragePool", "a picture", [any("N", 3, 2, 4)], (e, x) => e.op("GlobalAveragePool", [x])),
  grad("GlobalAveragePool", "a series", [any("N", 2, 5)], (e, x) => e.op("GlobalAveragePool", [x])),
  grad("GlobalMaxPool", "a picture", [distinct("N", 2, 3, 2)], (e, x) => e.op("GlobalMaxPool", [x])),
  kink("GlobalMaxPool", "a flat picture", [given([1, 1, 1, 1, 1, 1], 1, 1, 2, 3)], (e, x) => e.op("GlobalMaxPool", [x]), [1, 0, 0, 0, 0, 0]),
];
