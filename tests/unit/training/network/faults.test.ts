import { describe, expect, test } from "vitest";
import type { TableFacts } from "../../../../src-main/training/network/plan-data.js";
import { planModel } from "../../../../src-main/training/network/plan-model.js";
import { templates } from "../../../../src-main/services/templates/index.js";

const facts: TableFacts = {
  path: "wine.csv",
  rows: 400,
  training: 320,
  columns: [
    ...["acid", "sugar"].map((name) => ({ name, distinct: 300, exact: false, missing: 0 })),
    { name: "grade", distinct: 3, exact: true, rarest: 100, missing: 0 },
    { name: "good", distinct: 2, exact: true, rarest: 100, missing: 0 },
    { name: "price", distinct: 300, exact: false, missing: 0, min: 4, mean: 20, max: 90, deviation: 10 },
    { name: "change", distinct: 300, exact: false, missing: 0, min: -30, mean: 5, max: 60, deviation: 10 },
    { name: "share", distinct: 300, exact: false, missing: 0, min: 0, mean: 0.4, max: 1, deviation: 0.2 },
  ],
};

const targets = {
  grade: { name: "grade", type: "category", column: "grade" },
  good: { name: "good", type: "binary", column: "good" },
  price: { name: "price", type: "numeric", column: "price" },
  "standard price": { name: "price", type: "numeric", column: "price", normalize: "standard" },
  "minmax price": { name: "price", type: "numeric", column: "price", normalize: "minmax" },
  change: { name: "change", type: "numeric", column: "change" },
  share: { name: "share", type: "numeric", column: "share" },
  both: { name: "both", type: "numeric", columns: ["share", "share2"] },
} as const;
type Target = keyof typeof targets;

const fc = { id: "fc", type: "Linear", outFeatures: 8 };
const end = (target: Target) => ({ id: "out", type: "Linear", outFeatures: target === "grade" ? 3 : target === "both" ? 2 : 1 });

/** fc, out and what follows. */
function documentOf(target: Target, tail: readonly object[], loss?: string, training: object = {}, layers: readonly object[] = [fc, end(target), ...tail]) {
  const spec = targets[target];
  return {
    version: 1,
    name: "wine",
    data: { source: { type: "table", path: "wine.csv" }, inputs: [{ name: "features", type: "numeric", columns: ["acid", "sugar"] }], targets: [spec] },
    model: { layers, outputs: [{ target: spec.name, from: (layers.at(-1) as { id: string }).id }] },
    training: { epochs: 1, ...training, ...(loss === undefined ? {} : { losses: { [spec.name]: { type: loss } } }) },
  };
}

const table = { ...facts, columns: [...facts.columns, { ...facts.columns.at(-1)!, name: "share2" }] };
function faultsOf(document: Readonly<Record<string, unknown>>, known: TableFacts | undefined = table) {
  return planModel(document, known).problems.map(({ fault, layer, path, message }) => ({
    said: `${fault?.severity ?? "problem"} ${fault?.code ?? ""} ${layer ?? ""}`,
    path,
    message,
    mends: (fault?.mends ?? []).map(({ do: kind, ...rest }) => [kind, ...Object.values(rest)].join(" ")),
  }));
}

const layer = (id: string, type: string, options: object = {}) => ({ id, type, ...options });
const softmax = layer("sm", "Softmax");
const logSoftmax = layer("ls", "LogSoftmax");
const sigmoid = layer("sg", "Sigmoid");
const relu = layer("act", "ReLU");
const tanh = layer("th", "Tanh");

describe("what stands before a loss", () => {
  const cases: readonly (readonly [string, Target, readonly object[], string | undefined, string, readonly string[], string])[] = [
    ["Softmax before CrossEntropyLoss", "grade", [softmax], undefined, "error limited sm", ["remove sm"], "none could be above 57.6 %"],
    ["and behind a Flatten", "grade", [softmax, layer("flat", "Flatten")], undefined, "error limited sm", ["remove sm"], "57.6 %"],
    ["Sigmoid before CrossEntropyLoss", "grade", [sigmoid], undefined, "error limited sg", ["remove sg"], "57.6 %"],
    ["Tanh before CrossEntropyLoss", "grade", [tanh], undefined, "warning limited th", ["remove th"], "none could be above 78.7 %"],
    ["ReLU before CrossEntropyLoss", "grade", [relu], undefined, "warning limited act", ["remove act"], "below 0"],
    ["LogSoftmax before CrossEntropyLoss", "grade", [logSoftmax], undefined, "warning twice ls", ["remove ls", "loss grade NLLLoss"], "changes nothing"],
    ["Softmax before NLLLoss", "grade", [softmax], "NLLLoss", "error wrong-input sm", ["type sm LogSoftmax"], "make it a LogSoftmax"],
    [
      "scores before NLLLoss",
      "grade",
      [],
      "NLLLoss",
      "error wrong-input out",
      ["add out LogSoftmax", "loss grade CrossEntropyLoss"],
      "or use CrossEntropyLoss",
    ],
    ["Sigmoid before BCEWithLogitsLoss", "good", [sigmoid], undefined, "error limited sg", ["remove sg", "loss good BCELoss"], "between 50 % and 73.1 %"],
    ["ReLU before BCEWithLogitsLoss", "good", [relu], undefined, "error limited act", ["remove act"], "between 50 % and 100 %"],
    ["Tanh before BCEWithLogitsLoss", "good", [tanh], undefined, "warning limited th", ["remove th"], "between 26.9 % and 73.1 %"],
    ["scores before BCELoss", "good", [], "BCELoss", "error wrong-input out", ["add out Sigmoid", "loss good BCEWithLogitsLoss"], "wants probabilities"],
    ["Softmax of one number", "good", [softmax], undefined, "error constant sm", ["remove sm"], "does not depend on any input"],
    ["Sigmoid before a large number", "price", [sigmoid], undefined, "error limited sg", ["remove sg", "normalize price minmax"], "(4 to 90, mean 20)"],
    ["Sigmoid before a standardised one", "standard price", [sigmoid], undefined, "error limited sg", ["remove sg", "normalize price minmax"], "mean 0"],
    ["ReLU before a standardised one", "standard price", [relu], undefined, "error limited act", ["remove act", "normalize price minmax"], "0 and above"],
    ["ReLU before one that may be negative", "change", [relu], undefined, "warning limited act", ["remove act", "normalize change minmax"], "-30 to 60"],
    ["Tanh before a standardised one", "standard price", [tanh], undefined, "warning limited th", ["remove th", "normalize price minmax"], "-1.6 to 7"],
    ["Softmax before two numbers", "both", [softmax], undefined, "warning limited sm", ["remove sm"], "sum to 1"],
    ["Dropout behind the output", "grade", [layer("drop", "Dropout")], undefined, "warning at-end drop", ["remove drop"], "50 % of the answers"],
    ["BatchNorm behind the output", "grade", [layer("norm", "BatchNorm1d")], undefined, "warning at-end norm", ["remove norm"], "other rows in the batch"],
    ["LayerNorm of one number", "price", [layer("norm", "LayerNorm")], undefined, "error constant norm", ["remove norm"], "its own mean"],
  ];
  test.each(cases)("%s", (_name, target, tail, loss, said, mends, message) => {
    const [fault, ...more] = faultsOf(documentOf(target, tail, loss));
    expect([fault?.said, fault?.mends, more.length]).toEqual([said, mends, 0]);
    expect(fault?.message).toContain(message);
    expect(fault?.path).toMatch(/^model\.layers\[\d\]$/);
  });

  const sound: readonly (readonly [string, Target, readonly object[], string | undefined])[] = [
    ["scores", "grade", [], undefined],
    ["LogSoftmax before NLLLoss", "grade", [logSoftmax], "NLLLoss"],
    ["Sigmoid before BCELoss", "good", [sigmoid], "BCELoss"],
    ["HardSigmoid before BCELoss", "good", [layer("hard", "HardSigmoid")], "BCELoss"],
    ["LeakyReLU, which gives any number", "good", [layer("leaky", "LeakyReLU")], undefined],
    ["ReLU before positive numbers", "price", [relu], undefined],
    ["Sigmoid before numbers of 0 to 1", "share", [sigmoid], undefined],
    ["Sigmoid before numbers brought to 0 to 1", "minmax price", [sigmoid], undefined],
    ["a Dropout that drops nothing", "grade", [layer("drop", "Dropout", { p: 0 })], undefined],
  ];
  test.each(sound)("%s is in order", (_name, target, tail, loss) => {
    expect(faultsOf(documentOf(target, tail, loss))).toEqual([]);
  });

  test("a layer inside a block is told at the block, without a button for what only the file can mend", () => {
    const document = documentOf("grade", [{ id: "head", type: "Block", block: "end" }]);
    const [fault] = faultsOf({ ...document, model: { ...document.model, blocks: { end: { layers: [softmax] } } } });
    expect([fault?.said, fault?.mends, fault?.path]).toEqual(["error limited head", [], "model.layers[2]"]);
    expect(fault?.message).toContain("layer head.sm (Softmax)");
  });

  test("is told before the table has been looked at", () => {
    expect(faultsOf(documentOf("grade", [softmax]), undefined).map(({ said }) => said)).toEqual(["error limited sm"]);
    expect(faultsOf(documentOf("standard price", [relu]), undefined).map(({ said }) => said)).toEqual(["error limited act"]);
  });
});

test("batch norm cannot train on batches of one row; a last batch of one is told", () => {
  const layers = [fc, layer("norm", "BatchNorm1d"), relu, end("good")];
  const said = (training: object, known = table) => faultsOf(documentOf("good", [], undefined, training, layers), known).map((fault) => fault.said);
  expect(said({ batchSize: 1 })).toEqual(["error one-row norm"]);
  expect(said({})).toEqual([]);
  expect(said({}, { ...table, training: 321 })).toEqual(["warning one-row norm"]);
  expect(said({ dropLast: true }, { ...table, training: 321 })).toEqual([]);
  expect(said({}, { ...table, training: 1 })).toEqual(["error one-row norm"]);
});

test("an output to which no weights lead cannot be learnt", () => {
  const document = documentOf("both", [], undefined, {}, [tanh]);
  expect(faultsOf(document).map(({ said, mends }) => [said, mends])).toEqual([["error no-weights th", ["add th Linear"]]]);
});

describe("numbers of words", () => {
  const documentFor = (layers: readonly object[]) => {
    const document = documentOf("good", [], undefined, {}, layers);
    return { ...document, data: { ...document.data, inputs: [{ name: "review", type: "text", column: "acid", length: 8, vocabulary: 100 }] } };
  };

  test("are no quantities: a layer that reads them as such is told", () => {
    const [fault] = faultsOf(documentFor([fc, end("good")]));
    expect(fault?.said).toBe("error tokens fc");
    expect(fault?.message).toMatch(/layer fc \(Linear\) reads input review as quantities.* put an Embedding with numEmbeddings 100 between them/);
  });

  test("are all of them in the table of the Embedding, or it is told which are not", () => {
    const after = [layer("flat", "Flatten"), end("good")];
    const words = (numEmbeddings: number) => layer("words", "Embedding", { numEmbeddings, embeddingDim: 4 });
    expect(faultsOf(documentFor([words(100), ...after]))).toEqual([]);
    const [fault] = faultsOf(documentFor([words(40), ...after]));
    expect(fault?.said).toBe("warning tokens words");
    expect(fault?.message).toMatch(/numbers up to 99: those from 40 on are read as nothing; use 100/);
  });
});

describe("a category encoded by index", () => {
  const documentFor = (layers: readonly object[]) => {
    const document = documentOf("good", [], undefined, {}, layers);
    return { ...document, data: { ...document.data, inputs: [{ name: "place", type: "category", column: "acid", encode: "index" }] } };
  };

  test("is no quantity: a layer that reads it as such is told", () => {
    const [fault] = faultsOf(documentFor([fc, end("good")]));
    expect(fault?.said).toBe("error tokens fc");
    expect(fault?.message).toMatch(
      /reads input place as quantities, but it holds numbers of values.* put an Embedding with numEmbeddings "values" between them/,
    );
  });

  test("is read by an Embedding that need not say how many values there are", () => {
    const embedding = layer("table", "Embedding", { numEmbeddings: "values", embeddingDim: "auto" });
    expect(faultsOf(documentFor([embedding, layer("flat", "Flatten"), end("good")]))).toEqual([]);
  });
});

test("a layer that gives the same for every row is a warning where another way goes round it", () => {
  const gate = [fc, layer("one", "Linear", { outFeatures: 1 }), softmax, layer("sum", "Add", { from: ["fc", "sm"] }), end("good")];
  expect(faultsOf(documentOf("good", [], undefined, {}, gate)).map(({ said }) => said)).toEqual(["warning constant sm"]);
  const only = [fc, layer("one", "Linear", { outFeatures: 1 }), softmax, end("good")];
  expect(faultsOf(documentOf("good", [], undefined, {}, only)).map(({ said }) => said)).toEqual(["error constant sm"]);
});

describe("a layer that compares a value with itself gives the same for every row", () => {
  const said = (layers: readonly object[]) => faultsOf(documentOf("good", [], undefined, {}, layers)).map((fault) => fault.said);
  const join = (type: string, from: readonly string[], options: object = {}) => [layer("join", type, { from, ...options }), end("good")];

  test.each(["Sub", "CosineSimilarity", "PairwiseDistance"])("%s", (type) => {
    const [fault, ...more] = faultsOf(documentOf("good", [], undefined, {}, [fc, ...join(type, ["fc", "fc"])]));
    expect([fault?.said, fault?.mends, more]).toEqual(["error constant join", ["remove join"], []]);
    expect(fault?.message).toMatch(/gives the same for every row, because .*, so target good does not depend on any input; connect something else to it/);
    expect(said([fc, layer("other", "Linear", { from: ["features"], outFeatures: 8 }), ...join(type, ["fc", "other"])])).toEqual([]);
  });

  test("also where it is made twice of the same, but not where chance or other weights have a part in it", () => {
    const twice = (type: string, options: object = {}) => [layer("one", type, { from: ["fc"], ...options }), layer("two", type, { from: ["fc"], ...options })];
    const faults = (type: string, options?: object) => said([fc, ...twice(type, options), ...join("Sub", ["one", "two"])]);
    expect(["Identity", "ReLU", "Flatten"].map((type) => faults(type))).toEqual([1, 2, 3].map(() => ["error constant join"]));
    expect([faults("Dropout"), faults("Linear", { outFeatures: 4 }), faults("BatchNorm1d")]).toEqual([[], [], []]);
    expect(said([fc, relu, ...join("Sub", ["fc", "act"])])).toEqual([]);
  });

  test("also behind two uses of one block", () => {
    const uses = (share: boolean) => {
      const each = ["a", "b"].map((id) => layer(id, "Block", { block: "half", from: ["features"], ...(share ? { weights: "shared" } : {}) }));
      const document = documentOf("good", [], undefined, {}, [...each, ...join("Sub", ["a", "b"])]);
      return faultsOf({ ...document, model: { ...document.model, blocks: { half: { layers: [fc] } } } }).map((fault) => fault.said);
    };
    expect([uses(true), uses(false)]).toEqual([["error constant join"], []]);
  });
});

test("of a branch that reaches no output the last layer is told", () => {
  const aside = [layer("f1", "Linear", { from: ["features"], outFeatures: 4 }), layer("a1", "ReLU"), layer("o1", "Linear", { outFeatures: 1 })];
  const [fault, ...more] = faultsOf(documentOf("good", [], undefined, {}, [...aside, { ...fc, from: ["features"] }, end("good")]));
  expect([fault?.said, fault?.path, fault?.mends, more]).toEqual(["warning unread o1", "model.layers[2]", ["remove o1"], []]);
  expect(fault?.message).toContain("layer o1 (Linear) reaches no output: nothing reads what it gives, and it changes no answer");
});

describe("the networks that Lathe begins with have no fault", () => {
  const source = { type: "table" as const, path: "wine.csv" };
  const values = { name: "features", type: "numeric" as const, columns: ["acid", "sugar"] };
  const past = { name: "past", type: "window" as const, columns: ["acid", "sugar"], length: 8 };
  const prose = { name: "prose", type: "text" as const, column: "acid" };
  const picture = { name: "picture", type: "image" as const, column: "acid", size: [16, 16] as [number, number] };
  const tried = templates.all.flatMap((template) =>
    Object.values(targets).flatMap((target) =>
      [[values], [past], [prose], [prose, values], [picture], [picture, values], [values, { ...values, name: "more", columns: ["sugar"] }]].flatMap(
        (inputs) => {
          try {
            const others = template.type === "two-output" ? [targets.good, targets.share] : [];
            const chosen = [target, ...others.filter(({ name }) => name !== target.name)];
            return [[template.type, target, inputs, template.create({ name: "wine", source, inputs, targets: chosen as never })] as const];
          } catch {
            // It does not suit these.
            return [];
          }
        },
      ),
    ),
  );
  test.each(templates.types)("%s", (type) => {
    const own = tried.filter(([name]) => name === type);
    expect(own.length).toBeGreaterThan(0);
    for (const [, , , project] of own)
      for (const known of [table, undefined]) expect(planModel({ ...project }, known).problems.filter(({ fault }) => fault)).toEqual([]);
  });
});
