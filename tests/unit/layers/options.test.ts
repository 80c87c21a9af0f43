import { describe, expect, test } from "vitest";
import { z } from "zod";
import { initializers } from "../../../src-main/layers/init/index.js";
import { layers } from "../../../src-main/layers/index.js";
import { activationOf } from "../../../src-main/layers/layer.js";
import { losses } from "../../../src-main/losses/index.js";

const messages = (type: string, options: unknown): string => {
  const issues = layers.get(type).config.safeParse(options).error?.issues ?? [];
  return issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
};

describe("PyTorch's defaults, under PyTorch's names in camelCase", () => {
  test.each([
    ["LeakyReLU", { negativeSlope: 0.01 }],
    ["ELU", { alpha: 1 }],
    ["GELU", { approximate: "none" }],
    ["Softplus", { beta: 1, threshold: 20 }],
    ["Dropout", { p: 0.5 }],
    ["BatchNorm1d", { eps: 1e-5, momentum: 0.1, affine: true, trackRunningStats: true, init: "pytorch_default", initBias: "pytorch_default" }],
    ["LayerNorm", { eps: 1e-5, elementwiseAffine: true, bias: true, init: "pytorch_default", initBias: "pytorch_default" }],
    ["Flatten", { startDim: 1, endDim: -1 }],
    ["Concat", { dim: 1 }],
    ["AdaptiveAvgPool2d", { outputSize: 1 }],
    ["Select", { dim: 1, index: -1 }],
    ["BatchNorm2d", { eps: 1e-5, momentum: 0.1, affine: true, trackRunningStats: true, init: "pytorch_default", initBias: "pytorch_default" }],
    ["InstanceNorm2d", { eps: 1e-5, affine: false, init: "pytorch_default", initBias: "pytorch_default" }],
    ["Dropout2d", { p: 0.5 }],
    ["Upsample", { mode: "nearest", alignCorners: false }],
  ])("%s", (type, defaults) => {
    expect(layers.get(type).config.parse({})).toEqual(defaults);
  });
});

test("what convolutions and pools are not told", () => {
  const rest = { stride: 1, padding: 0, dilation: 1, groups: 1, bias: true, init: "pytorch_default", initBias: "pytorch_default" };
  expect(layers.get("Conv2d").config.parse({ outChannels: 2, kernelSize: 3 })).toEqual({ outChannels: 2, kernelSize: 3, ...rest, paddingMode: "zeros" });
  expect(layers.get("ConvTranspose2d").config.parse({ outChannels: 2, kernelSize: [3, 1] })).toEqual({
    outChannels: 2,
    kernelSize: [3, 1],
    ...rest,
    outputPadding: 0,
  });
  expect(layers.get("MaxPool2d").config.parse({ kernelSize: 2 })).toEqual({ kernelSize: 2, padding: 0, dilation: 1, ceilMode: false });
  expect(layers.get("AvgPool2d").config.parse({ kernelSize: 2 })).toEqual({ kernelSize: 2, padding: 0, ceilMode: false, countIncludePad: true });
});

describe("each wrong option is told in words", () => {
  test.each([
    ["Linear", {}, 'outFeatures: expected a whole number above 0, or "classes"'],
    ["Linear", { outFeatures: 0 }, "outFeatures: Too small: expected number to be >0"],
    ["Linear", { outFeatures: "class" }, 'outFeatures: expected a whole number above 0, or "classes"'],
    ["Linear", { outFeatures: 2, init: "kaming_uniform" }, "init: there is no initialisation kaming_uniform; did you mean kaiming_uniform?"],
    ["Linear", { outFeatures: 2, init: { type: "orthogonl" } }, "init: there is no initialisation orthogonl; did you mean orthogonal?"],
    ["Linear", { outFeatures: 2, init: { type: "normal", std: -1 } }, "init.std: Too small: expected number to be >=0"],
    ["Linear", { outFeatures: 2, init: { type: "normal", std: "1" } }, "init: normal.std: Invalid input: expected number, received string"],
    ["Linear", { outFeatures: 2, init: { type: "normal", sd: 1 } }, 'init: Unrecognized key: "sd"'],
    [
      "Linear",
      { outFeatures: 2, init: 3 },
      /^init: expected the name of an initialisation \(pytorch_default, kaiming_uniform, .*\) or an object with its type, got 3$/,
    ],
    ["Dropout", { p: 1.5 }, "p: Too big: expected number to be <=1"],
    ["Conv2d", { outChannels: 2, kernelSize: [3, 3, 3] }, "kernelSize: expected a whole number above 0, or 2 of them: [rows, columns]"],
    ["Conv2d", { outChannels: 2, kernelSize: 3, padding: "full" }, 'padding: expected a whole number from 0, "same" or "valid"'],
    ["Conv2d", { outChannels: 2, kernelSize: 3, padding: "causal" }, 'padding: expected a whole number from 0, "same" or "valid"'],
    ["Conv1d", { outChannels: 2, kernelSize: 3, padding: "full" }, 'padding: expected a whole number from 0, "same", "valid" or "causal"'],
    ["MaxPool2d", { kernelSize: 0 }, "kernelSize: Too small: expected number to be >0"],
    ["LayerNorm", { normalizedShape: "4" }, "normalizedShape: expected a whole number above 0, or a list of them"],
  ])("%s %j", (type, options, message) => {
    expect(messages(type, options)).toMatch(message);
  });
});

describe("every option is explained where forms and the JSON Schema read it", () => {
  const all = [...layers.all, ...losses.all, ...initializers.all];
  test.each(all.map((d) => [d.type, d] as const))("%s", (_, { config }) => {
    const schema = z.toJSONSchema(config, { io: "input" });
    const undescribed = Object.entries(schema.properties ?? {}).filter(([name, p]) => name !== "type" && !(typeof p === "object" && p.description));
    expect(undescribed.map(([name]) => name)).toEqual([]);
    expect(schema.additionalProperties).toBe(false);
  });
});

describe("init and initBias replace PyTorch's initialisation", () => {
  const inits = (options: Record<string, unknown>) => {
    const linear = layers.get("Linear");
    return linear.parameters!(linear.config.parse({ outFeatures: 2, ...options }), [{ dtype: "float32", shape: ["N", 16] }]).map((s) => s.init);
  };
  test("by default and by name, Linear starts as torch.nn.Linear does", () => {
    const pytorch = [
      { type: "kaiming_uniform", a: Math.sqrt(5) },
      { type: "uniform", a: -0.25, b: 0.25 },
    ];
    expect(inits({})).toEqual(pytorch);
    expect(inits({ init: "pytorch_default", initBias: "pytorch_default" })).toEqual(pytorch);
  });
  test("a name, or an object with options", () => {
    expect(inits({ init: "orthogonal", initBias: "zeros" })).toEqual([{ type: "orthogonal" }, { type: "zeros" }]);
    expect(inits({ init: { type: "xavier_normal", gain: 2 } })[0]).toEqual({ type: "xavier_normal", gain: 2 });
  });
});

describe("what the diagnosis reads of an activation", () => {
  const trait = (type: string, options = {}) => activationOf(layers.get(type), layers.get(type).config.parse(options));
  test.each([
    ["ReLU", {}, { deadAtOrBelow: 0 }],
    ["Sigmoid", {}, { saturatedOutside: [0.01, 0.99] }],
    ["Tanh", {}, { saturatedOutside: [-0.99, 0.99] }],
    ["ELU", {}, { saturatedOutside: [-0.99, Infinity] }],
    ["ELU", { alpha: 2 }, { saturatedOutside: [-1.98, Infinity] }],
    ["LeakyReLU", {}, undefined],
    ["GELU", {}, undefined],
    ["Softmax", {}, undefined],
    ["Linear", { outFeatures: 1 }, undefined],
  ])("%s %j", (type, options, expected) => {
    expect(trait(type, options)).toEqual(expected);
  });
  test("ELU and SELU are nearly flat where they count as saturated", () => {
    const low = trait("SELU")?.saturatedOutside?.[0] ?? 0;
    const [alpha, scale] = [1.6732632423543772, 1.0507009873554805];
    expect(low).toBeCloseTo(-0.99 * alpha * scale, 12);
  });
});
