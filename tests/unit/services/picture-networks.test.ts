import { describe, expect, it, test } from "vitest";
import { benchmarkProject } from "../../benchmarks/networks.js";
import { parseProject } from "../../../src-main/contract/project.js";
import { pictureNetworks } from "../../../src-main/services/templates/networks/index.js";
import { pictureModel } from "../../../src-main/services/templates/networks/network.js";
import { squeezeExcite } from "../../../src-main/services/templates/networks/squeeze-excite.js";
import { layOut } from "../../../src-main/training/network/layout.js";
import { planNetwork } from "../../../src-main/training/network/network.js";

type Model = ReturnType<typeof benchmarkProject>["model"];

/** Layers with the shapes they make of pictures of this size. */
function shapesOf(model: Model, channels: number, height: number, width: number) {
  const { model: parsed } = parseProject({ ...benchmarkProject("cnn"), model });
  const plan = planNetwork(parsed, ["x"], new Map([["y", 7]]));
  return layOut(plan, new Map([["x", { dtype: "float32" as const, shape: ["N", channels, height, width] }]]));
}
const single = (type: string) =>
  pictureModel(pictureNetworks.get(type), (id) => id, { picture: "x", others: [], targets: [{ name: "y", outFeatures: "classes" }] });

test("the two-block CNN is Conv 3-32, ELU, pool, Conv 32-64, ELU, pool, Flatten, Linear", () => {
  const { layers } = single("two-block-cnn");
  expect(layers.map(({ type }) => type)).toEqual(["Conv2d", "ELU", "MaxPool2d", "Conv2d", "ELU", "MaxPool2d", "Flatten", "Linear"]);
  const layout = shapesOf(single("two-block-cnn"), 3, 64, 64);
  expect(layout.types.get("flat")?.shape).toEqual(["N", 64 * 16 * 16]);
  expect(layout.parameterCount).toBe(32 * 27 + 32 + 64 * 288 + 64 + 7 * 16384 + 7);
});

describe.each(pictureNetworks.types)("%s", (type) => {
  it.each([
    [3, 96, 96],
    [1, 28, 28],
    [3, 33, 50],
    [4, 16, 16],
  ])("reads pictures of %d × %d × %d", (channels, height, width) => {
    // A pretrained one halves them five times, where others do so thrice at most.
    if (pictureNetworks.get(type).backbone && Math.min(height, width) < 32)
      return expect(() => shapesOf(single(type), channels, height, width)).toThrow(/larger/);
    const layout = shapesOf(single(type), channels, height, width);
    expect(layout.types.get("out")?.shape).toEqual(["N", 7]);
    expect(layout.types.get("flat")?.shape).toHaveLength(2);
  });

  it("takes other inputs beside the picture, several targets, and ids that are free", () => {
    const taken = new Set(["conv1"]);
    const id = (wanted: string) => (taken.has(wanted) ? `${wanted}_2` : wanted);
    const { layers, outputs } = pictureModel(pictureNetworks.get(type), id, {
      picture: "photo",
      others: ["weather"],
      targets: [
        { name: "kind", outFeatures: "classes" },
        { name: "size", outFeatures: 1 },
      ],
    });
    expect(layers[0]?.from).toEqual(["photo"]);
    expect(layers.find((layer) => layer.id === "join")).toMatchObject({ type: "Concat", from: ["flat", "weather"] });
    expect(outputs).toEqual([
      { target: "kind", from: "out_kind" },
      { target: "size", from: "out_size" },
    ]);
    expect(layers.some((layer) => layer.id === "conv1")).toBe(false);
  });
});

test("a gate has a number for each channel and leaves the shape", () => {
  const model: Model = {
    layers: [
      { id: "c", type: "Conv2d", outChannels: 8, kernelSize: 3 },
      ...squeezeExcite((id) => id, "1", "c", 8),
      { id: "f", type: "Flatten" },
      { id: "out", type: "Linear", outFeatures: 7 },
    ],
    outputs: [{ target: "y", from: "out" }],
  };
  const layout = shapesOf(model, 3, 8, 8);
  expect(layout.types.get("gate1")?.shape).toEqual(["N", 8, 1, 1]);
  expect(layout.types.get("gated1")?.shape).toEqual(["N", 8, 6, 6]);
});
