import { describe, expect, test } from "vitest";
import { parseProject } from "../../../../src-main/contract/project.js";
import type { TableFacts } from "../../../../src-main/training/network/plan-data.js";
import { planModel } from "../../../../src-main/training/network/plan-model.js";
import { proposedWidth } from "../../../../src-main/layers/embedding.js";

const facts: TableFacts = {
  path: "t.csv",
  rows: 400,
  columns: [
    ...["a", "b", "price"].map((name) => ({ name, distinct: 300, exact: false, missing: 0 })),
    { name: "word", distinct: 30, exact: true, rarest: 50, missing: 0 },
    { name: "photo", distinct: 400, exact: true, missing: 0 },
    { name: "review", distinct: 400, exact: true, missing: 0 },
    { name: "kind", distinct: 3, exact: true, rarest: 60, missing: 0 },
    { name: "sort", distinct: 5, exact: true, rarest: 60, missing: 0 },
  ],
};
const price = { name: "price", type: "numeric", column: "price" };
const kind = { name: "kind", type: "category", column: "kind" };
const sort = { name: "sort", type: "category", column: "sort" };

/** Inputs of every kind that one table has; each is brought to 6 numbers, the text to 6 for each of its 8 words. */
const inputs = [
  { name: "numbers", type: "numeric", columns: ["a", "b"] },
  { name: "word", type: "category", column: "word", encode: "index" },
  { name: "photo", type: "image", column: "photo", size: [8, 8] },
  { name: "review", type: "text", column: "review", length: 8 },
];
const rows = [
  { id: "n", type: "Linear", from: ["numbers"], outFeatures: 6 },
  { id: "table", type: "Embedding", from: ["word"], numEmbeddings: "values", embeddingDim: 6 },
  { id: "w", type: "Flatten" },
  { id: "conv", type: "Conv2d", from: ["photo"], outChannels: 6, kernelSize: 3 },
  { id: "mean", type: "AdaptiveAvgPool2d" },
  { id: "p", type: "Flatten" },
  { id: "tokens", type: "Embedding", from: ["review"], numEmbeddings: "values", embeddingDim: 6 },
  { id: "gru", type: "GRU", hiddenSize: 6 },
];
const out = { id: "out", type: "Linear", outFeatures: 1 };

function documentOf(layers: readonly object[], more: object = {}, targets: readonly object[] = [price]) {
  const outputs = targets.map((target) => ({ target: (target as { name: string }).name, from: "out" }));
  return {
    version: 1,
    name: "joins",
    training: { epochs: 1 },
    data: { source: { type: "table", path: "t.csv" }, inputs, targets },
    model: { layers, outputs, ...more },
  };
}

const problemsOf = (document: object) => planModel({ ...document }, facts).problems.map(({ path, message }) => `${path}: ${message}`);

describe("rows of pictures, numbers, words of a category and of a text are joined by", () => {
  test.each([
    ["Concat", ["n", "w", "p", "gru"], {}, 24],
    ["Add", ["n", "w", "p", "gru"], {}, 6],
    ["Mul", ["n", "w", "p", "gru"], {}, 6],
    ["Sub", ["n", "p"], {}, 6],
    ["Bilinear", ["p", "gru"], { outFeatures: 4 }, 4],
    ["DotProduct", ["w", "p"], {}, 1],
    ["CosineSimilarity", ["p", "gru"], {}, 1],
    ["PairwiseDistance", ["n", "gru"], {}, 1],
  ])("%s of %j", (type, from, options, width) => {
    const others = ["n", "w", "p", "gru"].filter((id) => !from.includes(id));
    const all = { id: "all", type: "Concat", from: ["join", ...others] };
    const plan = planModel(documentOf([...rows, { id: "join", type, from, ...options }, ...(others.length > 0 ? [all] : []), out]), facts);
    expect(plan.problems).toEqual([]);
    expect(plan.layers.find(({ id }) => id === "join")?.shape).toEqual(["N", width]);
  });

  test("their shapes are both told at the layer where they do not fit", () => {
    for (const type of ["Concat", "Add", "Mul", "Sub", "DotProduct", "CosineSimilarity", "PairwiseDistance"]) {
      const odd = { id: "odd", type: "Linear", from: ["numbers"], outFeatures: 5 };
      const [problem] = problemsOf(documentOf([...rows, odd, { id: "join", type, from: ["conv", "odd"] }, { id: "flat", type: "Flatten" }, out]));
      expect(problem, type).toMatch(/^model\.layers\[9\]: layer join \(\w+\) got \[N, 6, 6, 6\], \[N, 5\]: expected /);
    }
  });
});

test("an Embedding takes how many values there are from the data, and its width by fastai's rule", () => {
  const plan = planModel(
    documentOf([{ id: "table", type: "Embedding", from: ["word"], numEmbeddings: "values", embeddingDim: "auto" }, { id: "w", type: "Flatten" }, out]),
    facts,
  );
  expect(plan.layers[0]).toMatchObject({ shape: ["N", 1, 11], parameters: 330 });
  expect([2, 9, 30, 392, 1e6].map(proposedWidth)).toEqual([2, 5, 11, 45, 600]);
  const numbers = documentOf([
    { id: "table", type: "Embedding", from: ["numbers"], numEmbeddings: "values", embeddingDim: 2 },
    { id: "w", type: "Flatten" },
    out,
  ]);
  expect(problemsOf(numbers)[0]).toMatch(/numEmbeddings "values", but it reads no category encoded by index and no text; give a number/);
});

describe("of inputs that change no answer", () => {
  const used = (layers: readonly object[]) =>
    planModel(documentOf(layers), facts).problems.map(({ path, message, fault }) => [fault?.severity, fault?.code, `${path}: ${message}`]);

  test("those are told that no layer reads, and those that reach no output", () => {
    const layers = [rows[0]!, { ...out, from: ["n"] }, { id: "aside", type: "Flatten", from: ["photo"] }];
    expect(used(layers)).toEqual([
      [
        "warning",
        "unread",
        "data.inputs[1]: no layer reads input word: its columns change no answer, and the model's file does not take them; connect it, or remove it",
      ],
      [
        "warning",
        "unread",
        "data.inputs[2]: what layers make of input photo reaches no output: its columns change no answer, and the model's file does not take them; " +
          "connect it, or remove it",
      ],
      [
        "warning",
        "unread",
        "data.inputs[3]: no layer reads input review: its columns change no answer, and the model's file does not take them; connect it, or remove it",
      ],
      [
        "warning",
        "unread",
        "model.layers[2]: layer aside (Flatten) reaches no output: nothing reads what it gives, and it changes no answer; make it the output of a target, " +
          "connect it, or remove it",
      ],
    ]);
  });

  test("a block that does not read what it is given is seen through", () => {
    const blocks = { first: { inputs: ["one", "other"], layers: [{ id: "fc", type: "Linear", from: ["one"], outFeatures: 4 }] } };
    const layers = [...rows, { id: "b", type: "Block", block: "first", from: ["n", "gru"] }, { id: "all", type: "Concat", from: ["b", "w", "p"] }, out];
    expect(planModel(documentOf(layers, { blocks }), facts).problems.map(({ path }) => path)).toEqual(["data.inputs[3]", "model.layers[7]"]);
  });
});

describe("a network's mistakes stand at their place, with what was got and what was expected", () => {
  const plain = [rows[0]!, out];
  test.each<[string, object, RegExp]>([
    [
      "a target without an output",
      documentOf(plain, { outputs: [{ target: "price", from: "out" }] }, [price, kind]),
      /^(?:project\.json: )?model\.outputs: got no output for target kind, expected/,
    ],
    [
      "two outputs for one target",
      documentOf(plain, { outputs: [1, 2].map(() => ({ target: "price", from: "out" })) }),
      /^(?:project\.json: )?model\.outputs\[1\]\.target: got "price" a second time, expected a name of its own/,
    ],
    [
      "an output of an input",
      documentOf(plain, { outputs: [{ target: "price", from: "numbers" }] }),
      /^(?:project\.json: )?model\.outputs\[0\]\.from: got "numbers", expected a layer: n, out/,
    ],
    [
      "a layer that reads itself",
      documentOf([{ ...rows[0]!, from: ["n"] }, out]),
      /^(?:project\.json: )?model\.layers\[0\]\.from\[0\]: got "n", the layer itself, expected/,
    ],
    [
      "a layer that reads a later one",
      documentOf([{ ...rows[0]!, from: ["out"] }, out]),
      /^(?:project\.json: )?model\.layers\[0\]\.from\[0\]: got "out", a later layer, expected/,
    ],
    [
      "a weight of zero",
      { ...documentOf(plain), training: { epochs: 1, losses: { price: { type: "MSELoss", weight: 0 } } } },
      /^(?:project\.json: )?training\.losses\.price\.weight: got -?[01], expected more than 0/,
    ],
    [
      "a weight below zero",
      { ...documentOf(plain), training: { epochs: 1, losses: { price: { type: "MSELoss", weight: -1 } } } },
      /^(?:project\.json: )?training\.losses\.price\.weight: got -?[01], expected more than 0/,
    ],
    [
      "a loss of no target",
      { ...documentOf(plain), training: { epochs: 1, losses: { cost: { type: "MSELoss" } } } },
      /^(?:project\.json: )?training\.losses\.cost: got a loss for "cost", expected/,
    ],
  ])("%s", (_, document, message) => {
    expect(() => parseProject(document)).toThrow(message);
    expect(problemsOf(document).filter((problem) => message.test(problem))).toHaveLength(1);
  });

  test("one layer cannot answer two targets of other widths", () => {
    const layers = [rows[0]!, { id: "out", type: "Linear", outFeatures: "classes" }];
    const document = documentOf(layers, {}, [kind, sort]);
    expect(problemsOf(document)[0]).toMatch(/^model\.layers\[1\]: layer out answers target sort with \[N, 3\], expected \[N, 5\] \(5 classes\)/);
  });

  test("one layer named twice is two branches", () => {
    const layers = [
      ...rows,
      { id: "all", type: "Concat", from: ["n", "w", "p", "gru"] },
      { id: "price", ...{ type: "Linear", outFeatures: 1 } },
      { id: "kind", type: "Linear", from: ["all"], outFeatures: "classes" },
    ];
    const outputs = ["price", "kind"].map((target) => ({ target, from: target }));
    const plan = planModel(documentOf(layers, { outputs }, [price, kind]), facts);
    expect(plan.problems).toEqual([]);
    expect(plan.layers.slice(-2).map(({ shape }) => shape)).toEqual([
      ["N", 1],
      ["N", 3],
    ]);
  });
});
