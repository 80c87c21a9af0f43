import { describe, expect, it } from "vitest";
import type { ProjectInput } from "../../../../src-main/contract/project.js";
import { featurePrefix } from "../../../../src-main/training/network/feature-prefix.js";
import { trainingSpec } from "../../../support/training-spec.js";

type Layers = ProjectInput["model"]["layers"];

/** What the features are of each target, which layer reads them, what is computed for them, and how many numbers they have. */
function featuresOf(
  layers: Layers,
  outputs: Readonly<Record<string, string>> = { y: layers.at(-1)!.id },
  inputs: Readonly<Record<string, number | readonly number[]>> = { x: 8 },
) {
  const spec = trainingSpec({
    inputs,
    targets: Object.keys(outputs).map((name) => ({ name, kind: "numeric" as const, width: 2 })),
    model: { layers, outputs: Object.entries(outputs).map(([target, from]) => ({ target, from })) },
    training: { batchSize: 4 },
  });
  return (target: string) => {
    const { prefix, kept, head, numbers, reads } = featurePrefix(spec.plan, spec.layout, spec.inputs, target);
    return { head, kept: [...kept.keys()], numbers, computed: prefix.layers.map(({ id }) => id), reads };
  };
}
const linear = (id: string, outFeatures: number, more: object = {}) => ({ id, type: "Linear", outFeatures, ...more });

describe("the features of a network", () => {
  it("are what its last Linear reads, whatever stands behind it or hands on before it", () => {
    const layers = [linear("a", 6), { id: "act", type: "ReLU" }, { id: "drop", type: "Dropout" }, linear("out", 2), { id: "soft", type: "Softmax" }];
    expect(featuresOf(layers)("y")).toEqual({ head: "out", kept: ["act"], numbers: 6, computed: ["a", "act"], reads: ["x"] });
  });

  it("are of each target its own", () => {
    const of = featuresOf([linear("a", 6), linear("b", 5), linear("y1", 2, { from: ["b"] }), linear("y2", 2, { from: ["a"] })], { y: "y1", z: "y2" });
    expect([of("y").kept, of("z").kept]).toEqual([["b"], ["a"]]);
    expect(of("z").computed).toEqual(["a"]);
    expect(() => of("w")).toThrow('the network has no target "w"; it has y, z');
  });

  it("of a convolution at the end are all places that it reads, flattened", () => {
    const layers = [
      { id: "conv", type: "Conv2d", outChannels: 3, kernelSize: 3, padding: 1 },
      { id: "act", type: "ReLU" },
      { id: "head", type: "Conv2d", outChannels: 2, kernelSize: 1 },
      { id: "pool", type: "AdaptiveAvgPool2d", outputSize: 1 },
      { id: "flat", type: "Flatten" },
    ];
    expect(featuresOf(layers, { y: "flat" }, { x: [1, 4, 4] })("y")).toMatchObject({ head: "head", kept: ["act"], numbers: 48 });
  });

  it("are not there where the only layer with weights reads the inputs", () => {
    expect(() => featuresOf([linear("out", 2)])("y")).toThrow(/the network has no features/);
  });
});
