import { describe, expect, test } from "vitest";
import { parseProject } from "../../../src-main/contract/project.js";
import { templates } from "../../../src-main/services/templates/index.js";
import type { Proposal } from "../../../src-main/services/templates/template.js";

const credit: Proposal = {
  name: "credit",
  source: { type: "table", path: "credit.csv" },
  inputs: [{ name: "features", type: "numeric", columns: "rest" }],
  targets: [{ name: "Good", type: "binary", column: "Good" }],
};

const two: Proposal = {
  ...credit,
  inputs: [...credit.inputs, { name: "region", type: "category", column: "region" }],
  targets: [
    { name: "kind", type: "category", column: "kind" },
    { name: "price", type: "numeric", column: "price" },
  ],
};

test("tabular gives the credit sample its network: 9-16-8-1 with batch norm and ELU, Adam 0.005, 30 epochs of batches of 32", () => {
  const { model, training } = parseProject(templates.get("tabular").create(credit));
  expect(model.layers.map(({ type, ...options }) => ("outFeatures" in options ? `${type} ${String(options["outFeatures"])}` : type))).toEqual([
    "Linear 16",
    "BatchNorm1d",
    "ELU",
    "Linear 8",
    "BatchNorm1d",
    "ELU",
    "Linear 1",
  ]);
  expect(training).toMatchObject({ epochs: 30, batchSize: 32, optimizer: { type: "Adam", lr: 0.005 }, losses: { Good: { type: "BCEWithLogitsLoss" } } });
});

describe.each(["tabular", "two-input", "two-output"])("%s with two inputs and two targets", (type) => {
  const project = parseProject(templates.get(type).create(two));

  test("reads every input and answers every target", () => {
    const reads = project.model.layers.flatMap((layer) => layer.from ?? []);
    expect(reads).toEqual(expect.arrayContaining(["features", "region"]));
    expect(project.model.outputs.map((output) => output.target)).toEqual(["kind", "price"]);
  });

  test("gives a category as many outputs as it has classes, and a number one", () => {
    const widths = project.model.outputs.map((output) => project.model.layers.find((layer) => layer.id === output.from)?.["outFeatures"]);
    expect(widths).toEqual(["classes", 1]);
  });

  test("scales a number to predict", () => {
    expect(project.data.targets[1]).toMatchObject({ type: "numeric", normalize: "standard" });
  });
});

test("a layer steps aside for an input of the same name", () => {
  const taken = { ...credit, inputs: [{ name: "fc1", type: "numeric" as const, columns: ["a"] }] };
  expect(parseProject(templates.get("tabular").create(taken)).model.layers[0]?.id).toBe("fc1_2");
});

test.each([
  ["two-input", "the template two-input needs at least two inputs, got 1; the template tabular reads one"],
  ["two-output", "the template two-output needs at least two targets, got 1; name each with --target, or use the template tabular"],
])("%s refuses data that does not suit it", (type, message) => {
  expect(() => templates.get(type).create(credit)).toThrow(expect.objectContaining({ code: "usage", message }));
});

test.each([
  [["label"], "name what several levels of folders stand for with --levels, as in alphabet,character, or use the template images"],
  [["alphabet", "character"], "name each of the levels to predict, of alphabet, character, with --target, or use the template images"],
])("two-output says of a folder of pictures with the levels %j what to name", (levels, way) => {
  const image = { name: "image", type: "image" as const, column: "image", size: [16, 16] as [number, number] };
  const target = { name: "kind", type: "category" as const, column: levels.at(-1)! };
  const folder: Proposal = { name: "signs", source: { type: "image-folder", path: "signs", levels }, inputs: [image], targets: [target] };
  expect(() => templates.get("two-output").create(folder)).toThrow(`the template two-output needs at least two targets, got 1; ${way}`);
});

test("an unknown template is answered with the nearest", () => {
  expect(() => templates.get("tablar")).toThrow(expect.objectContaining({ code: "usage", message: "there is no template tablar; did you mean tabular?" }));
});

const hours: Proposal = {
  name: "load",
  source: { type: "series", path: "load.csv", time: "time", calendar: ["hour"] },
  inputs: [
    { name: "past", type: "window", columns: ["load", "hour.sin"], length: 48 },
    { name: "known", type: "window", columns: ["hour.sin", "hour.cos"], length: 0, ahead: 24 },
  ],
  targets: [{ name: "load", type: "numeric", column: "load", horizon: 24 }],
};

describe.each(["series", "lstm", "rnn", "tcn", "attention", "linear"])("%s", (type) => {
  test("reads the window and what is known ahead, answers every step, and clips gradients", () => {
    const { model, training, data } = parseProject(templates.get(type).create(hours));
    expect(model.layers[0]).toMatchObject({ id: "known_row", type: "Flatten", from: ["known"] });
    expect(model.layers.flatMap((layer) => layer.from ?? [])).toEqual(expect.arrayContaining(["past", "known_row"]));
    expect(model.outputs).toMatchObject([{ target: "load" }]);
    expect(training.clipGradNorm).toBe(1);
    expect(data.split).toMatchObject({ by: "time", validation: 0.15, test: 0.15 });
  });

  test("refuses rows", () => {
    expect(() => templates.get(type).create(credit)).toThrow(`the template ${type} reads a window of a series, and there is none`);
  });
});

test.each(["tabular", "two-output", "images"])("%s refuses windows", (type) => {
  expect(() => templates.get(type).create(hours)).toThrow(`the template ${type} reads one row a sample; the template series reads windows of a series`);
});

test("two-input reads a series' window, what is known ahead and a category of the series, and splits by time", () => {
  const meter = { name: "meter", type: "category" as const, column: "meter", encode: "index" as const };
  const { model, training, data } = parseProject(templates.get("two-input").create({ ...hours, inputs: [...hours.inputs, meter] }));
  expect(model.layers.map(({ id, type, from }) => [id, type, from])).toEqual([
    ["gru_past", "GRU", ["past"]],
    ["row_known", "Flatten", ["known"]],
    ["table_meter", "Embedding", ["meter"]],
    ["row_meter", "Flatten", undefined],
    ["join", "Concat", ["gru_past", "row_known", "row_meter"]],
    ["out_load", "Linear", ["join"]],
  ]);
  expect(training.clipGradNorm).toBe(1);
  expect(data.split.by).toBe("time");
});

const pair: Proposal = {
  ...credit,
  inputs: [
    { name: "left", type: "image", column: "left", size: [16, 16], color: "gray" },
    { name: "right", type: "image", column: "right", size: [16, 16], color: "gray" },
    { name: "script", type: "category", column: "script", encode: "index" },
  ],
};

test("two-input reads pictures of one size and colour with one network, multiplies what it makes of them, and says so", () => {
  const { model } = parseProject(templates.get("two-input").create(pair));
  expect(model.layers.slice(0, 6).map(({ id, type, from, weights }) => ({ id, type, from, weights }))).toEqual([
    { id: "left_features", type: "Block", from: ["left"], weights: "shared" },
    { id: "right_features", type: "Block", from: ["right"], weights: "shared" },
    { id: "table_script", type: "Embedding", from: ["script"] },
    { id: "row_script", type: "Flatten" },
    { id: "alike", type: "Mul", from: ["left_features", "right_features"] },
    { id: "join", type: "Concat", from: ["left_features", "right_features", "row_script", "alike"] },
  ]);
  expect(templates.get("two-input").tells?.(pair)).toEqual([
    "left and right are pictures of one size and colour: one network with shared weights reads them all",
  ]);
  const unlike: Proposal = { ...pair, inputs: [pair.inputs[0]!, { name: "right", type: "image", column: "right", size: [8, 8], color: "gray" }] };
  expect(templates.get("two-input").tells?.(unlike)).toEqual([]);
  expect(parseProject(templates.get("two-input").create(unlike)).model.blocks).toBeUndefined();
});

test.each(["tabular", "two-input", "two-output", "images"])("%s puts an Embedding before a category encoded by index", (type) => {
  const data: Proposal = { ...two, inputs: [...(type === "images" ? [pair.inputs[0]!] : credit.inputs), pair.inputs[2]!] };
  const { layers } = parseProject(templates.get(type).create(data)).model;
  expect(layers.find(({ from }) => from?.includes("script"))).toMatchObject({ type: "Embedding", numEmbeddings: "values", embeddingDim: "auto" });
  expect(layers.flatMap(({ from, type: layer }) => (layer === "Concat" ? from : []))).toContain("row_script");
});
