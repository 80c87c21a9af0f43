import { describe, expect, it } from "vitest";
import { learnAs, learningWayOf, learningWays } from "../../../src-main/contract/learning-ways.js";
import { holdings } from "../../../src-main/layers/holdings.js";
import { type Project, parseProject } from "../../../src-main/contract/project.js";
import { templates } from "../../../src-main/services/templates/index.js";
import { planNetwork } from "../../../src-main/training/network/network.js";

const project = parseProject(
  templates
    .get("efficientnet-lite0")
    .create({
      name: "pets",
      source: { type: "image-folder", path: "pets", levels: ["label"] },
      inputs: [{ name: "image", type: "image", column: "image", size: [64, 64] }],
      targets: [{ name: "label", type: "category", column: "label" }],
    }),
);

/** By layer with weights: what it learns at, or 0. */
function rates({ model }: Project, groups: NonNullable<ReturnType<typeof learnAs>>): ReadonlyMap<string, number> {
  const plan = planNetwork(model, ["image"], new Map([["label", 3]]), { groups });
  const learning = plan.layers.filter(({ definition }) => definition.parameters !== undefined);
  return new Map(learning.map(({ id, group, frozen }) => [id, frozen ? 0 : group === undefined ? 1 : (groups[group]?.lr ?? 1)]));
}

const inWay = (way: (typeof learningWays)[number]) => rates(project, learnAs(project.model, [], way, holdings)!);
const isNorm = (id: string) => id.endsWith("Norm");

describe("a network with a pretrained block", () => {
  it("gives features: nothing in the block learns, what comes after does", () => {
    expect(project.training.groups).toEqual([{ layers: ["backbone"], frozen: true }]);
    const features = inWay("features");
    expect([...features].filter(([, rate]) => rate > 0)).toEqual([["out", 1]]);
    expect(features.size).toBe(49 * 2 + 1);
  });

  it("learns at its end: the blocks of the smallest maps and the last convolution, slowly, but no batch norm", () => {
    const end = inWay("end");
    const learning = [...end].filter(([, rate]) => rate > 0);
    expect([...new Set(learning.map(([id]) => id.split(".")[1] ?? id))]).toEqual(["block11", "block12", "block13", "block14", "block15", "head", "out"]);
    expect(learning.every(([id, rate]) => !isNorm(id) && rate === (id === "out" ? 1 : 0.1))).toBe(true);
  });

  it("learns as a whole: the older, the slower, but no batch norm", () => {
    const all = inWay("all");
    expect([...all].every(([id, rate]) => isNorm(id) === (rate === 0))).toBe(true);
    const inOrder = [...all].filter(([id]) => !isNorm(id)).map(([, rate]) => rate);
    expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
    expect([...new Set(inOrder)]).toEqual([0.02, 0.05, 0.1, 1]);
  });

  it("goes from each way to each other, and keeps groups of layers outside of the block", () => {
    const own = { layers: ["out"], weightDecay: 0.1 };
    for (const before of learningWays) {
      const groups = learnAs(project.model, [own], before, holdings)!;
      expect(learningWayOf(project.model, groups, holdings)).toBe(before);
      for (const way of learningWays) expect(learnAs(project.model, groups, way, holdings)).toEqual([...learnAs(project.model, [], way, holdings)!, own]);
      // What the groups make is a project.
      expect(parseProject({ ...project, training: { ...project.training, groups } }).training.groups).toEqual(groups);
    }
    expect(learningWayOf(project.model, [{ layers: ["backbone.stem"], frozen: true }], holdings)).toBeUndefined();
  });

  it("may share its weights, and call its layers anything", () => {
    const layers = [
      { id: "a", type: "Conv2d", outChannels: 4, kernelSize: 3 },
      { id: "b", type: "BatchNorm2d" },
      { id: "c", type: "BatchNorm2d" },
    ];
    const { model } = parseProject({
      ...project,
      model: {
        blocks: { base: { layers, pretrained: "efficientnet-lite0" } },
        layers: [
          { id: "one", type: "Block", block: "base", weights: "shared" },
          { id: "flat", type: "Flatten" },
          { id: "out", type: "Linear", outFeatures: "classes" },
        ],
        outputs: [{ target: "label", from: "out" }],
      },
      training: { epochs: 1 },
    });
    expect(learnAs(model, [], "all", holdings)).toEqual([
      { layers: ["base.b", "base.c"], frozen: true },
      { layers: ["base.c"], lr: 0.1 },
      { layers: ["base.b"], lr: 0.05 },
      { layers: ["base"], lr: 0.02 },
    ]);
  });
});

it("a network without one has no such ways", () => {
  const { model } = parseProject({
    ...project,
    model: {
      ...project.model,
      blocks: {},
      layers: [
        { id: "flat", type: "Flatten" },
        { id: "out", type: "Linear", outFeatures: 3 },
      ],
    },
    training: { epochs: 1 },
  });
  expect(learnAs(model, [], "end", holdings)).toBeUndefined();
  expect(learningWayOf(model, [], holdings)).toBeUndefined();
});
