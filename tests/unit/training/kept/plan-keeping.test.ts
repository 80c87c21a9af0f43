import { expect, it } from "vitest";
import type { LayerSpec } from "../../../../src-main/contract/model.js";
import { planKeeping } from "../../../../src-main/training/kept/plan-keeping.js";
import { restOf } from "../../../../src-main/training/kept/rest-of.js";
import { stepBytes } from "../../../../src-main/training/network/memory.js";
import { trainingSpec } from "../../../support/training-spec.js";

const counts = { train: 1000, validation: 200, test: 300 };
const augmented = new Map([["image", [{ type: "RandomHorizontalFlip" }]]]);

/** @param end layers that learn between the frozen convolution and the head */
function specOf(keepFeatures?: boolean, featureDraws?: number, end: readonly LayerSpec[] = []) {
  return trainingSpec({
    inputs: { image: [3, 16, 16] },
    targets: [{ name: "y", kind: "numeric", width: 1 }],
    model: {
      layers: [
        { id: "conv", type: "Conv2d", outChannels: 64, kernelSize: 3 },
        ...end,
        { id: "pool", type: "AdaptiveAvgPool2d", outputSize: 1 },
        { id: "flat", type: "Flatten" },
        { id: "out", type: "Linear", outFeatures: 1 },
      ],
      outputs: [{ target: "y", from: "out" }],
    },
    training: {
      groups: [{ layers: ["conv"], frozen: true }],
      ...(keepFeatures === undefined ? {} : { keepFeatures }),
      ...(featureDraws === undefined ? {} : { featureDraws }),
    },
  });
}

/** @param most samples for which there is room */
function plan(
  most: number,
  augment: typeof augmented | undefined,
  { keep, began, draws }: { readonly keep?: boolean; readonly began?: number; readonly draws?: number } = {},
) {
  const spec = specOf(keep, draws);
  return planKeeping({ spec, inputs: spec.inputs, counts, augment: augment ?? new Map(), began, most: most * 64 * 4 });
}

it("keeps as many draws of a sample's augmentation as are asked for and there is room for; samples as they are where none are, and says so", () => {
  expect(plan(1e9, augmented, { draws: 4 })).toMatchObject({ keeping: { draws: 4 } });
  expect(plan(4500, augmented, { draws: 4 }).keeping?.draws).toBe(4);
  expect(plan(4499, augmented, { draws: 4 }).keeping?.draws).toBe(3);
  expect(plan(4499, augmented, { draws: 4 }).told).toBe(
    "what is frozen, up to flat, is computed once: 64 numbers a sample, 1 MB; " +
      "of each training sample 3 draws of its augmentation are kept, which epochs take in turn",
  );
  expect(plan(2499, augmented, { draws: 4 }).keeping?.draws).toBe(1);
  expect(plan(1e9, augmented)).toMatchObject({
    keeping: { draws: 1 },
    told: "what is frozen, up to flat, is computed once: 64 numbers a sample, 1 MB; " + "training samples are read as they are, without their augmentation",
  });
  expect(plan(1e9, undefined)).toMatchObject({ keeping: { draws: 1 }, told: "what is frozen, up to flat, is computed once: 64 numbers a sample, 1 MB" });
});

it("keeps four draws of maps, which layers with weights still read, unless another number is asked for", () => {
  const end = [
    { id: "small", type: "AvgPool2d", kernelSize: 7 },
    { id: "end", type: "Conv2d", outChannels: 4, kernelSize: 2 },
  ];
  const drawsOf = (draws: number | undefined, changes: typeof augmented) => {
    const spec = specOf(undefined, draws, end);
    return planKeeping({ spec, inputs: spec.inputs, counts, augment: changes }).keeping?.draws;
  };
  expect([drawsOf(undefined, augmented), drawsOf(2, augmented), drawsOf(1, augmented), drawsOf(undefined, new Map())]).toEqual([4, 2, 1, 1]);
});

it("computes all anew where not even one fits, and says so", () => {
  expect(plan(1499, augmented)).toEqual({ told: "what is frozen, up to flat, is computed anew in every epoch: to keep it for all samples would take 1 MB" });
});

it("keeps what a run that is taken up began with, and nothing where the project says so", () => {
  expect(plan(1e9, augmented, { began: 2 }).keeping?.draws).toBe(2);
  expect(plan(1e9, augmented, { began: 0 })).toEqual({});
  expect(plan(1e9, augmented, { keep: false })).toEqual({});
});

it("leaves steps that need no memory for what is computed beforehand", () => {
  const spec = specOf();
  const rest = restOf(spec, planKeeping({ spec, inputs: spec.inputs, counts, augment: new Map() }).keeping!.prefix, spec.inputs);
  expect(stepBytes(rest.layout, 32)).toBeLessThan(stepBytes(spec.layout, 32) / 100);
});
