import { describe, expect, it } from "vitest";
import type { ProjectInput } from "../../../../src-main/contract/project.js";
import { splitFrozenPrefix } from "../../../../src-main/training/network/frozen-prefix.js";
import { restOf } from "../../../../src-main/training/kept/rest-of.js";
import { trainingSpec } from "../../../support/training-spec.js";

type Layers = ProjectInput["model"]["layers"];
type Inputs = Readonly<Record<string, number | readonly number[]>>;

interface Asked {
  readonly inputs?: Inputs;
  readonly layers: Layers;
  readonly frozen?: readonly string[];
  readonly blocks?: ProjectInput["model"]["blocks"];
  /** By target the layer that answers it. */
  readonly outputs?: Readonly<Record<string, string>>;
}

function specOf({ inputs = { x: 8 }, layers, frozen, blocks, outputs = { y: layers.at(-1)!.id } }: Asked) {
  return trainingSpec({
    inputs,
    targets: Object.keys(outputs).map((name) => ({ name, kind: "numeric" as const, width: 2 })),
    model: { layers, ...(blocks ? { blocks } : {}), outputs: Object.entries(outputs).map(([target, from]) => ({ target, from })) },
    training: { batchSize: 4, ...(frozen ? { groups: [{ layers: [...frozen], frozen: true }] } : {}) },
  });
}

/** What is computed beforehand, what of it is kept, what is left, and which inputs the rest does without. */
function split(asked: Asked) {
  const spec = specOf(asked);
  const found = splitFrozenPrefix(spec.plan, spec.layout, spec.inputs);
  if (!found) return undefined;
  // The rest is a whole network: all that learns lies where it did.
  const rest = restOf(spec, found, spec.inputs);
  expect(rest.layout.parameters).toEqual(spec.layout.parameters);
  return {
    prefix: found.prefix.layers.map(({ id }) => id),
    kept: [...found.kept.keys()],
    rest: found.rest.layers.map(({ id }) => id),
    spared: found.spared,
    numbers: found.numbers,
  };
}

const linear = (id: string, outFeatures: number, more: object = {}) => ({ id, type: "Linear", outFeatures, ...more });

describe("the frozen beginning of a network", () => {
  it("ends before the first layer that learns", () => {
    const layers = [linear("a", 6), { id: "act", type: "ReLU" }, linear("b", 4), linear("out", 2)];
    expect(split({ layers, frozen: ["a"] })).toEqual({ prefix: ["a", "act"], kept: ["act"], rest: ["b", "out"], spared: ["x"], numbers: 6 });
    expect(split({ layers, frozen: ["a", "b"] })).toEqual({ prefix: ["a", "act", "b"], kept: ["b"], rest: ["out"], spared: ["x"], numbers: 4 });
  });

  it("is not there where nothing is frozen, or only what reads of layers that learn", () => {
    const layers = [linear("a", 6), { id: "act", type: "ReLU" }, linear("out", 2)];
    expect(split({ layers })).toBeUndefined();
    expect(split({ layers, frozen: ["out"] })).toBeUndefined();
    expect(split({ layers: [{ id: "act", type: "ReLU" }, linear("out", 2)] })).toBeUndefined();
  });

  it("ends before a dropout that drops, and not before one that does not", () => {
    const layers = (p: number) => [linear("a", 6), { id: "drop", type: "Dropout", p }, linear("b", 5), linear("out", 2)];
    expect(split({ layers: layers(0.5), frozen: ["a", "drop", "b"] })).toMatchObject({ prefix: ["a"], rest: ["drop", "b", "out"] });
    expect(split({ layers: layers(0), frozen: ["a", "b"] })).toMatchObject({ prefix: ["a", "drop", "b"], rest: ["out"] });
  });

  it("has batch norms that are frozen, and none that counts or looks at its batch", () => {
    const layers = [linear("a", 6), { id: "norm", type: "BatchNorm1d" }, linear("out", 2)];
    expect(split({ layers, frozen: ["a"] })).toMatchObject({ kept: ["a"], rest: ["norm", "out"] });
    expect(split({ layers, frozen: ["a", "norm"] })).toMatchObject({ kept: ["norm"], rest: ["out"] });
    const plain = [linear("a", 6), { id: "norm", type: "BatchNorm1d", affine: false }, linear("out", 2)];
    expect(split({ layers: plain, frozen: ["a"] })).toMatchObject({ kept: ["a"], rest: ["norm", "out"] });
  });

  const conv = (id: string, outChannels: number) => ({ id, type: "Conv2d", outChannels, kernelSize: 3, padding: 1 });
  const image = { image: [3, 8, 8] };
  const pooled = [{ id: "pool", type: "AdaptiveAvgPool2d", outputSize: 1 }, { id: "flat", type: "Flatten" }, linear("out", 2)];

  it("is cut where least is to be kept: behind a pooling, before an upsampling", () => {
    expect(split({ inputs: image, layers: [conv("a", 16), ...pooled], frozen: ["a"] })).toMatchObject({ kept: ["flat"], numbers: 16, rest: ["out"] });
    const up = [
      conv("a", 2),
      { id: "act", type: "ReLU" },
      { id: "up", type: "Upsample", scaleFactor: 2 },
      { id: "act2", type: "ReLU" },
      conv("b", 4),
      ...pooled,
    ];
    expect(split({ inputs: image, layers: up, frozen: ["a"] })).toMatchObject({
      kept: ["act"],
      numbers: 128,
      rest: ["up", "act2", "b", "pool", "flat", "out"],
    });
  });

  it("is computed anew where a picture would become more than it is", () => {
    const layers = (channels: number) => [conv("a", channels), conv("b", 4), ...pooled];
    expect(split({ inputs: image, layers: layers(3), frozen: ["a"] })).toMatchObject({ kept: ["a"], numbers: 192 });
    expect(split({ inputs: image, layers: layers(4), frozen: ["a"] })).toBeUndefined();
    // Few numbers are kept whatever they come from.
    expect(split({ layers: [linear("a", 64), linear("out", 2)], frozen: ["a"] })).toMatchObject({ kept: ["a"], numbers: 64 });
  });

  it("takes both ways through a block with shared weights, and joins them", () => {
    const blocks = { tower: { layers: [linear("fc", 5), { id: "act", type: "ReLU" }] } };
    const twins = (join: string): Asked => ({
      inputs: { a: 8, b: 8 },
      blocks,
      layers: [
        { id: "left", type: "Block", block: "tower", weights: "shared", from: ["a"] },
        { id: "right", type: "Block", block: "tower", weights: "shared", from: ["b"] },
        { id: "join", type: join, from: ["left", "right"] },
        linear("out", 2),
      ],
      frozen: ["tower"],
    });
    expect(split(twins("Sub"))).toMatchObject({ kept: ["join"], numbers: 5, spared: ["a", "b"], rest: ["out"] });
    expect(split(twins("Concat"))).toMatchObject({ kept: ["join"], numbers: 10, rest: ["out"] });
  });

  it("leaves to the rest what joins it with an input, which is not kept once more", () => {
    const layers = [linear("a", 3, { from: ["x"] }), { id: "join", type: "Concat", from: ["a", "z"] }, linear("out", 2)];
    const both = { inputs: { x: 8, z: 5 }, layers, frozen: ["a"] };
    expect(split(both)).toEqual({ prefix: ["a"], kept: ["a"], rest: ["join", "out"], spared: ["x"], numbers: 3 });
    const again = [layers[0]!, { id: "join", type: "Concat", from: ["a", "x"] }, linear("out", 2)];
    expect(split({ layers: again, frozen: ["a"] })).toMatchObject({ kept: ["a"], spared: [] });
    // What is frozen behind the join stays with it where what is beside it learns.
    const beside = [
      linear("a", 3, { from: ["x"] }),
      linear("c", 3, { from: ["z"] }),
      { id: "sum", type: "Add", from: ["a", "c"] },
      linear("b", 4),
      linear("out", 2),
    ];
    expect(split({ inputs: { x: 8, z: 5 }, layers: beside, frozen: ["a", "b"] })).toMatchObject({
      prefix: ["a"],
      spared: ["x"],
      rest: ["c", "sum", "b", "out"],
    });
  });

  it("may answer a target by itself, and share its weights with the rest", () => {
    const layers = [linear("a", 2, { from: ["x"] }), linear("b", 4, { from: ["a"] }), linear("out", 2)];
    expect(split({ layers, frozen: ["a"], outputs: { y: "out", z: "a" } })).toMatchObject({ prefix: ["a"], kept: ["a"], rest: ["b", "out"] });
    const blocks = { twice: { layers: [linear("fc", 8)] } };
    const shared = { type: "Block", block: "twice", weights: "shared" } as const;
    const asked = { blocks, layers: [{ id: "first", ...shared }, linear("mid", 8), { id: "second", ...shared }, linear("out", 2)], frozen: ["twice"] };
    expect(split(asked)).toMatchObject({ prefix: ["first.fc"], rest: ["mid", "second.fc", "out"] });
    const spec = specOf(asked);
    const rest = restOf(spec, splitFrozenPrefix(spec.plan, spec.layout, spec.inputs)!, spec.inputs);
    expect(rest.layout.frozen.map(({ name }) => name)).toEqual(["twice.fc.weight", "twice.fc.bias"]);
  });

  it("has no layers that lead nowhere", () => {
    const layers = [linear("a", 4, { from: ["x"] }), linear("dead", 3, { from: ["a"] }), linear("out", 2, { from: ["a"] })];
    expect(split({ layers, frozen: ["a", "dead"] })).toMatchObject({ prefix: ["a"], kept: ["a"], rest: ["out"] });
    // One that would learn stays: its weights are among those that are trained.
    expect(split({ layers, frozen: ["a"] })).toMatchObject({ prefix: ["a"], rest: ["dead", "out"] });
  });
});
