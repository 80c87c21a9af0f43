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
    ["Linear", { outFeatures: 2 }, [["N", "L"]], /Linear got float32 \[N, L\], expected axis -1 to be there and of a known length; flatten the input, or fix its size/],
    ["Linear", { outFeatures: 2 }, [[4]], /Linear got \[4\]: expected real numbers of shape \[N, …, in\]/],
    ["Linear", { outFeatures: "classes" }, [["N", 4]], /outFeatures "classes", but no category target is read from it; give a number/],
    ["BatchNorm1d", {}, [["N", 3, 8, 8]], /BatchNorm1d got \[N, 3, 8, 8\]: expected real numbers of shape \[N, C\] or \[N, C, L\]; flatten the input/],
    ["BatchNorm1d", {}, [["N"]], /BatchNorm1d got float32 \[N\], expected axis 1 to be there/],
    ["LayerNorm", { normalizedShape: 5 }, [["N", 4]], /LayerNorm got float32 \[N, 4\], expected its last axes after the batch to be normalizedShape \[5\]; set that to \[4\], or leave it out/],
    ["LayerNorm", { normalizedShape: [3, 4] }, [["N", 4]], /expected its last axes after the batch to be normalizedShape \[3, 4\]/],
    ["LayerNorm", {}, [["N"]], /expected its last axes after the batch/],
    ["Softmax", { dim: 0 }, [["N", 4]], /expected dim 0 to be an axis of the input after the batch/],
    ["LogSoftmax", { dim: 2 }, [["N", 4]], /expected dim 2 to be an axis of the input after the batch/],
    ["Flatten", { startDim: 0 }, [["N", 4]], /expected startDim 1 or more: axis 0 is the batch and stays/],
    ["Flatten", { startDim: 2, endDim: 1 }, [["N", 4, 4]], /expected startDim 2 and endDim 1 to be axes of the input, in this order/],
    ["Flatten", { startDim: 3 }, [["N", 4]], /expected startDim 3 and endDim -1 to be axes of the input/],
    ["Concat", {}, [["N", 4, 2], ["N", 3, 3]], /expected inputs of one type whose axes agree but for axis 1/],
    ["Concat", { dim: 0 }, [["N", 4], ["N", 4]], /expected dim 0 to be an axis of the input after the batch/],
    ["Add", {}, [["N", 4], ["N", 3]], /expected inputs of one type and shape \(an axis of 1 repeats\), got \[N, 4\] and \[N, 3\]/],
    ["Add", {}, [["N", 4]], /expected two or more inputs; connect another one/],
  ])("%s %j of %j", (type, options, shapes, message) => {
    const error = thrown(() => lowerLayer(type, options, shapes.map((shape) => ({ dtype: "float32", shape })), "train"));
    expect(error.code).toBe("model.layer");
    expect(error.message).toMatch(message);
  });
});

test("layers of several inputs say how many they take", () => {
  expect(layers.all.filter((l) => (l.arity?.[1] ?? 1) > 1).map((l) => [l.type, l.arity])).toEqual([["Concat", [2, Infinity]], ["Add", [2, Infinity]]]);
});

test("only batch norm needs a batch of more than one", () => {
  expect(layers.all.filter((l) => l.needsBatch).map((l) => l.type)).toEqual(["BatchNorm1d"]);
});

describe("evaluation adds nothing to the graph for", () => {
  test.each([["Dropout", {}], ["Identity", {}], ["Flatten", {}]])("%s", (type, options) => {
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
