import { describe, expect, test } from "vitest";
import { LatheError } from "../../../src-main/base/errors.js";
import { Random } from "../../../src-main/base/random.js";
import { initialize } from "../../../src-main/layers/init/index.js";
import { layers } from "../../../src-main/layers/index.js";
import type { Shape } from "../../../src-main/onnx/types.js";
import { lowerLayer } from "../../support/lower-layer.js";

const thrown = (act: () => unknown): LatheError => {
  try {
    act();
  } catch (error) {
    if (error instanceof LatheError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
};

describe("an input a layer cannot take is refused with what it expected and what to do", () => {
  test.each<[string, Record<string, unknown>, Shape[], RegExp]>([
    [
      "Linear",
      { outFeatures: 2 },
      [["N", "L"]],
      /Linear got float32 \[N, L\], expected axis -1 to be there and of a known length; flatten the input, or fix its size/,
    ],
    ["Linear", { outFeatures: 2 }, [[4]], /Linear got \[4\]: expected real numbers of shape \[N, …, in\]/],
    ["Linear", { outFeatures: "classes" }, [["N", 4]], /outFeatures "classes", but no category target is read from it; give a number/],
    ["BatchNorm1d", {}, [["N", 3, 8, 8]], /BatchNorm1d got \[N, 3, 8, 8\]: expected real numbers of shape \[N, C\] or \[N, C, L\]; flatten the input/],
    ["BatchNorm1d", {}, [["N"]], /BatchNorm1d got float32 \[N\], expected axis 1 to be there/],
    [
      "LayerNorm",
      { normalizedShape: 5 },
      [["N", 4]],
      /LayerNorm got float32 \[N, 4\], expected its last axes after the batch to be normalizedShape \[5\]; set that to \[4\], or omit it/,
    ],
    ["LayerNorm", { normalizedShape: [3, 4] }, [["N", 4]], /expected its last axes after the batch to be normalizedShape \[3, 4\]/],
    ["LayerNorm", {}, [["N"]], /expected its last axes after the batch/],
    ["Softmax", { dim: 0 }, [["N", 4]], /expected dim 0 to be an axis of the input after the batch/],
    ["LogSoftmax", { dim: 2 }, [["N", 4]], /expected dim 2 to be an axis of the input after the batch/],
    ["Select", { dim: 0 }, [["N", 4]], /expected dim 0 to be an axis of the input after the batch/],
    ["Select", { index: 4 }, [["N", 4]], /expected index 4 to be one of the 4 places of dim 1/],
    ["Select", { dim: 2, index: -3 }, [["N", 4, 2]], /expected index -3 to be one of the 2 places of dim 2/],
    [
      "Sub",
      {},
      [
        ["N", 4],
        ["N", 3],
      ],
      /expected inputs of one type and shape \(an axis of 1 repeats\), got \[N, 4\] and \[N, 3\]/,
    ],
    ...["DotProduct", "CosineSimilarity", "PairwiseDistance"].map((type): [string, Record<string, unknown>, Shape[], RegExp] => [
      type,
      {},
      [
        ["N", 8, 4, 4],
        ["N", 4],
      ],
      /got \[N, 8, 4, 4\], \[N, 4\]: expected two inputs of real numbers of one shape \[N, …\] \(an axis of 1 repeats\), got \[N, 8, 4, 4\] and \[N, 4\]/,
    ]),
    [
      "CosineSimilarity",
      { dim: 0 },
      [
        ["N", 4],
        ["N", 4],
      ],
      /expected dim 0 to be an axis of the input after the batch/,
    ],
    [
      "Bilinear",
      { outFeatures: 2 },
      [
        ["N", 5, 4],
        ["N", 3],
      ],
      /expected real numbers of shapes \[N, …, in1\] and \[N, …, in2\], got \[N, 5, 4\] and \[N, 3\]/,
    ],
    [
      "Bilinear",
      { outFeatures: "classes" },
      [
        ["N", 4],
        ["N", 3],
      ],
      /Bilinear got outFeatures "classes", but no category target is read from it/,
    ],
    ["PositionalEncoding", {}, [["N", 4]], /expected real numbers of shape \[N, T, E\]/],
    ["Flatten", { startDim: 0 }, [["N", 4]], /expected startDim 1 or more: axis 0 is the batch and stays/],
    ["Flatten", { startDim: 2, endDim: 1 }, [["N", 4, 4]], /expected startDim 2 and endDim 1 to be axes of the input, in this order/],
    ["Flatten", { startDim: 3 }, [["N", 4]], /expected startDim 3 and endDim -1 to be axes of the input/],
    [
      "Concat",
      {},
      [
        ["N", 4, 2],
        ["N", 3, 3],
      ],
      /expected inputs of one type whose axes agree but for axis 1/,
    ],
    [
      "Concat",
      { dim: 0 },
      [
        ["N", 4],
        ["N", 4],
      ],
      /expected dim 0 to be an axis of the input after the batch/,
    ],
    [
      "Add",
      {},
      [
        ["N", 4],
        ["N", 3],
      ],
      /expected inputs of one type and shape \(an axis of 1 repeats\), got \[N, 4\] and \[N, 3\]/,
    ],
    ["Add", {}, [["N", 4]], /expected two or more inputs; connect another one/],
    ["Unflatten", { unflattenedSize: [2, 3] }, [["N", 8]], /expected the product of unflattenedSize 2 × 3, which is 6, to be the length of axis 1/],
    [
      "Mul",
      {},
      [
        ["N", 4, 2, 2],
        ["N", 3],
      ],
      /expected inputs of one type and shape \(an axis of 1 repeats\), got \[N, 4, 2, 2\] and \[N, 3, 1, 1\]/,
    ],
    [
      "Conv2d",
      { outChannels: 2, kernelSize: 3 },
      [["N", 8]],
      /Conv2d got float32 \[N, 8\], expected real numbers of shape \[N, C, H, W\] .*put it before Flatten/,
    ],
    [
      "Conv2d",
      { outChannels: 2, kernelSize: 5 },
      [["N", 1, 3, 4]],
      /its window reaches over 5, but a picture of 3 × 4 is left here, so nothing would come out; use larger inputs, fewer or smaller pools before it, a smaller kernelSize, or padding/,
    ],
    [
      "Conv2d",
      { outChannels: 2, kernelSize: 3, dilation: 3, padding: 1 },
      [["N", 1, 8, 4]],
      /its window reaches over 7, but a picture of 8 × 4 is left here \(6 with its padding\)/,
    ],
    ["Conv2d", { outChannels: 4, kernelSize: 1, groups: 2 }, [["N", 3, 4, 4]], /expected 3 channels and outChannels 4 both to divide by groups 2/],
    ["Conv2d", { outChannels: 4, kernelSize: 3, stride: 2, padding: "same" }, [["N", 3, 4, 4]], /expected stride 1 with padding "same", as in PyTorch/],
    [
      "Conv2d",
      { outChannels: 1, kernelSize: 3, padding: 4, paddingMode: "reflect" },
      [["N", 1, 4, 6]],
      /expected less padding than the picture is long, which is 4 × 6/,
    ],
    ["Conv1d", { outChannels: 2, kernelSize: 5 }, [["N", 2, 4]], /its window reaches over 5, but a series of 4 is left here/],
    ["ConvTranspose2d", { outChannels: 1, kernelSize: 1, padding: 1 }, [["N", 1, 2, 2]], /a picture of 2 × 2 would come out as 0 × 0; use less padding/],
    ["ConvTranspose2d", { outChannels: 1, kernelSize: 2, outputPadding: 1 }, [["N", 1, 2, 2]], /expected outputPadding smaller than stride or dilation/],
    ["MaxPool2d", { kernelSize: 2 }, [["N", 64, 1, 1]], /its window reaches over 2, but a picture of 1 × 1 is left here, so nothing would come out/],
    ["MaxPool2d", { kernelSize: 2, padding: 2 }, [["N", 1, 4, 4]], /expected padding of at most half of kernelSize, got 2 × 2 for 2 × 2/],
    ["AvgPool2d", { kernelSize: [1, 3] }, [["N", 4, 8, 2]], /its window reaches over 3, but a picture of 8 × 2 is left here/],
    ["AdaptiveMaxPool2d", { outputSize: 2 }, [["N", 4, 5, 4]], /expected a picture whose size outputSize 2 × 2 divides, got 5 × 4/],
    ["BatchNorm2d", {}, [["N", 8]], /expected real numbers of shape \[N, C, H, W\]; after Flatten or Linear use BatchNorm1d/],
    ["GroupNorm", { numGroups: 3 }, [["N", 4, 2, 2]], /expected numGroups 3 to divide its 4 channels/],
    ["Upsample", {}, [["N", 1, 2, 2]], /expected one of scaleFactor and size/],
    ["Upsample", { size: 4, alignCorners: true }, [["N", 1, 2, 2]], /expected alignCorners only with bilinear or bicubic/],
    ["PixelShuffle", { upscaleFactor: 2 }, [["N", 6, 2, 2]], /expected 4, the square of upscaleFactor, to divide its 6 channels/],
    ["ReflectionPad2d", { padding: 2 }, [["N", 1, 2, 4]], /expected a border narrower than the picture, which is 2 × 4/],
  ])("%s %j of %j", (type, options, shapes, message) => {
    const error = thrown(() =>
      lowerLayer(
        type,
        options,
        shapes.map((shape) => ({ dtype: "float32", shape })),
        "train",
      ),
    );
    expect(error.code).toBe("model.layer");
    expect(error.message).toMatch(message);
  });
});

test("layers of several inputs say how many they take", () => {
  expect(layers.all.filter((l) => (l.arity?.[1] ?? 1) > 1).map((l) => [l.type, l.arity])).toEqual([
    ["Concat", [2, Infinity]],
    ["Add", [2, Infinity]],
    ["Sub", [2, 2]],
    ["Mul", [2, Infinity]],
    ["Bilinear", [2, 2]],
    ["DotProduct", [2, 2]],
    ["CosineSimilarity", [2, 2]],
    ["PairwiseDistance", [2, 2]],
    ["OnnxOperator", [1, 1000]],
  ]);
});

test("only batch norm over rows needs a batch of more than one", () => {
  expect(layers.all.filter((l) => l.needsBatch).map((l) => l.type)).toEqual(["BatchNorm1d"]);
});

describe("evaluation adds nothing to the graph for", () => {
  test.each([
    ["Dropout", {}],
    ["Identity", {}],
    ["Flatten", {}],
  ])("%s", (type, options) => {
    const layer = lowerLayer(type, options, [{ dtype: "float32", shape: ["N", 4] }], "eval");
    expect(layer.output).toBe(layer.inputs[0]);
    expect(layer.e.graph.nodes).toEqual([]);
  });
});

describe("an initialisation that counts fans refuses a tensor without them", () => {
  test.each(["kaiming_uniform", "kaiming_normal", "xavier_uniform", "xavier_normal", "orthogonal"])("%s", (type) => {
    const error = thrown(() => initialize([8], { type }, new Random(1)));
    expect(error.code).toBe("model.layer");
    expect(error.message).toBe(`${type} got a tensor of shape [8], expected at least two axes [out, in]; use normal, uniform or constant here`);
  });
});
