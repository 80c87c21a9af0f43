import { describe, expect, onTestFinished, test, vi } from "vitest";
import { parseProject } from "../../../../src-main/contract/project.js";
import { layers } from "../../../../src-main/layers/index.js";
import { layOut } from "../../../../src-main/training/network/layout.js";
import { planNetwork } from "../../../../src-main/training/network/network.js";
import type { TableFacts } from "../../../../src-main/training/network/plan-data.js";
import { planModel } from "../../../../src-main/training/network/plan-model.js";
import { templates } from "../../../../src-main/services/templates/index.js";

const facts: TableFacts = {
  path: "water.csv",
  rows: 400,
  columns: [
    ...["ph", "hardness", "sulfate"].map((name) => ({ name, distinct: 300, exact: false, missing: 0 })),
    { name: "site", distinct: 4, exact: true, rarest: 50, missing: 0 },
    { name: "potable", distinct: 2, exact: true, rarest: 100, missing: 0 },
    { name: "grade", distinct: 3, exact: true, rarest: 60, missing: 0 },
  ],
};

const data = {
  source: { type: "table", path: "water.csv" },
  inputs: [
    { name: "features", type: "numeric", columns: ["ph", "hardness", "sulfate"] },
    { name: "site", type: "category", column: "site" },
  ],
  targets: [{ name: "potable", type: "binary", column: "potable" }],
};
const fc = (id: string, outFeatures: unknown, more: object = {}) => ({ id, type: "Linear", outFeatures, ...more });
const join = { id: "join", type: "Concat", from: ["features", "site"] };
const documentOf = (layers: readonly object[], more: object = {}) => ({
  version: 1,
  name: "water",
  data,
  model: { layers, outputs: [{ target: "potable", from: "out" }] },
  training: { epochs: 3 },
  ...more,
});
const layersOf = (document: Readonly<Record<string, unknown>>, known: TableFacts | undefined = facts) =>
  Object.fromEntries(planModel(document, known).layers.map(({ id, ...layer }) => [id, layer]));

describe("a sound network", () => {
  const document = documentOf([join, fc("fc", 16), { id: "norm", type: "BatchNorm1d" }, { id: "act", type: "ELU" }, fc("out", 1)]);

  test("has a shape, parameters and multiplications for every layer, and their sums", () => {
    const plan = planModel(document, facts);
    expect(plan.problems).toEqual([]);
    expect(plan.inputs).toEqual([
      { name: "features", shape: ["N", 3], description: "3 numbers, scaled to mean 0 and deviation 1" },
      { name: "site", shape: ["N", 4], description: '4 columns, one for each value of "site"' },
    ]);
    expect(plan.layers).toEqual([
      { id: "join", shape: ["N", 7], parameters: 0, multiplyAdds: 0 },
      { id: "fc", shape: ["N", 16], parameters: 7 * 16 + 16, multiplyAdds: 7 * 16 },
      { id: "norm", shape: ["N", 16], parameters: 32, multiplyAdds: 16 },
      { id: "act", shape: ["N", 16], parameters: 0, multiplyAdds: 0 },
      { id: "out", shape: ["N", 1], parameters: 17, multiplyAdds: 16 },
    ]);
    expect([plan.parameters, plan.multiplyAdds]).toEqual([128 + 32 + 17, 112 + 16 + 16]);
    expect(plan.outputs).toEqual([{ target: "potable", from: "out", width: 1, description: 'how likely "potable" is' }]);
  });

  test("has the parameters that training would lay out", () => {
    const { model } = parseProject(document);
    const layout = layOut(
      planNetwork(model, ["features", "site"], new Map([["potable", 1]])),
      new Map([
        ["features", { dtype: "float32", shape: ["N", 3] }],
        ["site", { dtype: "float32", shape: ["N", 4] }],
      ]),
    );
    expect(planModel(document, facts).parameters).toBe(layout.parameterCount);
  });

  test("without a look at the table has what does not depend on it, and no error", () => {
    const plan = planModel(document, undefined);
    expect(plan.problems).toEqual([]);
    expect(plan.inputs.map(({ shape }) => shape)).toEqual([["N", 3], undefined]);
    expect(plan.layers.map(({ shape }) => shape)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });
});

describe("what is wrong stands at its layer, and the rest is planned all the same", () => {
  test.each([
    ["a bad option", [join, fc("fc", 0), fc("out", 1)], "fc", "model.layers[1].outFeatures", /^got 0, expected more than 0/],
    [
      "an unknown type",
      [join, { id: "fc", type: "Liner", outFeatures: 3 }, fc("out", 1)],
      "fc",
      "model.layers[1].type",
      /^got "Liner", expected .*did you mean Linear\?/,
    ],
    [
      "something that is not there",
      [join, fc("fc", 3, { from: ["jion"] }), fc("out", 1)],
      "fc",
      "model.layers[1].from[0]",
      /^got "jion", .*did you mean join\?/,
    ],
    ["a later layer", [join, fc("fc", 3, { from: ["out"] }), fc("out", 1, { from: ["join"] })], "fc", "model.layers[1].from[0]", /^got "out", a later layer/],
    ["itself", [join, fc("fc", 3, { from: ["fc"] }), fc("out", 1, { from: ["join"] })], "fc", "model.layers[1].from[0]", /, the layer itself/],
    ["too few inputs", [{ ...join, from: ["site"] }, fc("out", 1)], "join", "model.layers[0].from", /^got 1 input, expected at least 2/],
    [
      "shapes that do not fit",
      [join, fc("fc", 3), { id: "sum", type: "Add", from: ["fc", "join"] }, fc("out", 1)],
      "sum",
      "model.layers[2]",
      /got \[N, 3\], \[N, 7\]: expected inputs of one type and shape/,
    ],
    [
      "an output of the wrong width",
      [join, fc("out", 3)],
      "out",
      "model.layers[1]",
      /^layer out answers target potable with \[N, 3\], expected \[N, 1\] \(one number, for yes or no\)/,
    ],
  ])("%s", (_, layers, layer, path, message) => {
    const plan = planModel(documentOf(layers), facts);
    expect(plan.problems).toEqual([expect.objectContaining({ path, layer, message: expect.stringMatching(message) as string })]);
    expect(plan.layers.find(({ id }) => id === layer)?.problem).toMatch(message);
    expect(plan.layers.filter(({ problem }) => problem !== undefined)).toHaveLength(1);
    expect(plan.network).toBeUndefined();
    expect(plan.layers.map(({ id }) => id)).toEqual(layers.map(({ id }) => id));
  });

  test("also where the rest of the document is wrong in its form", () => {
    const plan = planModel(documentOf([join, fc("fc", 3, { from: ["nobody"] }), fc("side", 5, { from: ["join"] })], { training: { epochs: -1 } }), facts);
    expect(plan.problems.map(({ path, layer }) => [path, layer])).toEqual([
      ["training.epochs", undefined],
      ["model.layers[1].from[0]", "fc"],
      ["model.outputs[0].from", undefined],
    ]);
    expect(plan.layers.find(({ id }) => id === "side")).toEqual({ id: "side", shape: ["N", 5], parameters: 40, multiplyAdds: 35 });
  });

  test("a target without an output, and an output without a target", () => {
    const plan = planModel(
      { ...documentOf([join, fc("out", 1)]), model: { layers: [join, fc("out", 1)], outputs: [{ target: "potabel", from: "out" }] } },
      facts,
    );
    expect(plan.problems.map(({ path }) => path)).toEqual(["model.outputs[0].target", "model.outputs"]);
  });

  test("a column that the table does not have", () => {
    const plan = planModel(documentOf([join, fc("out", 1)], { data: { ...data, targets: [{ name: "potable", type: "binary", column: "potabel" }] } }), facts);
    expect(plan.problems).toEqual([{ path: "data.targets[0].column", message: 'got "potabel", expected a column of water.csv; did you mean "potable"?' }]);
  });

  test.each([
    ["nothing", {}],
    ["no layers", { model: {} }],
    ["layers that are no list", { model: { layers: "x", outputs: 3, blocks: [] } }],
    ["entries that are no layers", documentOf([3 as unknown as object, null as unknown as object, { id: 4 }])],
    ["a block of nothing", documentOf([{ id: "b", type: "Block", block: "constructor" }])],
  ])("a document of %s is planned without a crash", (_, document) => {
    const plan = planModel(document, facts);
    expect(plan.problems.length).toBeGreaterThan(0);
    expect(plan.network).toBeUndefined();
  });
});

test("as many outputs as classes, once the classes are known", () => {
  const graded = documentOf([join, fc("out", "classes")], {
    data: { ...data, targets: [{ name: "grade", type: "category", column: "grade" }] },
    model: { layers: [join, fc("out", "classes")], outputs: [{ target: "grade", from: "out" }] },
  });
  expect(layersOf(graded)["out"]).toMatchObject({ shape: ["N", 3] });
  expect(planModel(graded, undefined).problems).toEqual([]);
});

describe("an output that is not as wide as its target has classes", () => {
  const graded = (outFeatures: number, rarest: number, distinct = 9) =>
    planModel(
      documentOf([join, fc("out", outFeatures)], {
        data: { ...data, targets: [{ name: "grade", type: "category", column: "grade" }] },
        model: { layers: [join, fc("out", outFeatures)], outputs: [{ target: "grade", from: "out" }] },
      }),
      { ...facts, columns: facts.columns.map((column) => (column.name === "grade" ? { ...column, distinct, rarest } : column)) },
    );
  const mends = [{ do: "option", layer: "out", option: "outFeatures", value: "classes" }];

  test("is an error where they are counted", () => {
    const plan = graded(64, 60);
    expect(plan.problems).toEqual([
      {
        path: "model.layers[1]",
        layer: "out",
        message: expect.stringMatching(/with \[N, 64\], expected \[N, 9\] \(9 classes\); set its outFeatures to "classes"/) as string,
        fault: { severity: "error", code: "width", mends },
      },
    ]);
    expect(plan.network).toBeUndefined();
  });

  test("is a warning where they are estimated, and far from that", () => {
    const plan = graded(64, 3);
    expect(plan.problems).toEqual([
      {
        path: "model.layers[1]",
        layer: "out",
        message: expect.stringMatching(/with \[N, 64\], expected about 9 classes; training begins with the exact number only/) as string,
        fault: { severity: "warning", code: "width", mends },
      },
    ]);
    expect(plan.layers.find(({ id }) => id === "out")?.warning).toMatch(/expected about 9/);
    expect(plan.network).toBeDefined();
  });

  test.each([
    [8, 9],
    [195, 205],
  ])("%i of about %i classes may be right", (outFeatures, distinct) => {
    expect(graded(outFeatures, 3, distinct).problems).toEqual([]);
  });
});

test("a block stands with its sums, and after it what is inside", () => {
  const blocks = { res: { layers: [fc("fc", 7), { id: "act", type: "Tanh" }, { id: "sum", type: "Add", from: ["input", "act"] }] } };
  const layers = [join, { id: "a", type: "Block", block: "res", weights: "shared" }, { id: "b", type: "Block", block: "res", weights: "shared" }, fc("out", 1)];
  const plan = planModel({ ...documentOf(layers), model: { layers, blocks, outputs: [{ target: "potable", from: "out" }] } }, facts);
  expect(plan.problems).toEqual([]);
  expect(plan.layers.map(({ id, parameters }) => [id, parameters])).toEqual([
    ["join", 0],
    ["a", 56],
    ["a.fc", 56],
    ["a.act", 0],
    ["a.sum", 0],
    ["b", 56],
    ["b.fc", 56],
    ["b.act", 0],
    ["b.sum", 0],
    ["out", 8],
  ]);
  expect(plan.layers.find(({ id }) => id === "b")?.shape).toEqual(["N", 7]);
  // Shared weights are there once.
  expect(plan.parameters).toBe(56 + 8);
});

test.each([49, 199])("each of %i layers is lowered once", (count) => {
  const linear = vi.spyOn(layers.get("Linear"), "lower");
  const elu = vi.spyOn(layers.get("ELU"), "lower");
  onTestFinished(() => void vi.restoreAllMocks());
  const chain = Array.from({ length: count }, (_, i) =>
    i % 2 === 0 ? fc(i === count - 1 ? "out" : `fc${i}`, i === count - 1 ? 1 : 64) : { id: `act${i}`, type: "ELU" },
  );
  expect(planModel(documentOf([join, ...chain]), facts).problems).toEqual([]);
  expect(linear.mock.calls.length + elu.mock.calls.length).toBe(count);
});

test.each(templates.all.filter(({ type, reads }) => !["tabular", "text"].includes(type) && reads !== "series").map(({ type }) => type))(
  "the preset %s for pictures is planned without a problem",
  (type) => {
    const levels = ["kind", "style"].slice(0, type === "two-output" || type === "two-input" ? 2 : 1);
    const project = templates
      .get(type)
      .create({
        name: "p",
        source: { type: "image-folder", path: "pictures", levels },
        inputs: [
          { name: "image", type: "image", column: "image", size: [32, 40] },
          ...(type === "two-input" ? [{ name: "style", type: "category" as const, column: "style" }] : []),
        ],
        targets: (type === "two-output" ? levels : levels.slice(0, 1)).map((column) => ({ name: column, type: "category", column })),
      });
    const columns = ["image", ...levels].map((name) => ({
      name,
      distinct: name === "image" ? 200 : 4,
      exact: true,
      rarest: name === "image" ? 1 : 50,
      missing: 0,
    }));
    const plan = planModel({ ...project }, { path: "pictures", rows: 200, columns });
    expect(plan.problems).toEqual([]);
    // A pretrained one reads small pictures larger.
    const sides = type === "efficientnet-lite0" ? [96, 96] : [32, 40];
    expect(plan.inputs[0]?.shape).toEqual(["N", 3, ...sides]);
    expect(plan.network).toBeDefined();
  },
);

test.each(["tabular", "two-input", "two-output"])("the preset %s is planned without a problem", (type) => {
  const project = templates.get(type).create({
    name: "p",
    source: { type: "table", path: "water.csv" },
    inputs: [
      { name: "features", type: "numeric", columns: ["ph", "hardness"] },
      { name: "site", type: "category", column: "site" },
    ],
    targets: [
      { name: "potable", type: "binary", column: "potable" },
      { name: "grade", type: "category", column: "grade" },
    ],
  });
  const plan = planModel({ ...project }, facts);
  expect(plan.problems).toEqual([]);
  expect(plan.network).toBeDefined();
});
