import { describe, expect, test } from "vitest";
import { type TargetSpec, targetSchema } from "../../../src-main/contract/data.js";
import type { FittedTarget } from "../../../src-main/features/fitted.js";
import { createEmitter } from "../../../src-main/ops/index.js";
import { compile } from "../../support/tables.js";
import { targetColumns, targetKindOf, targetWidth } from "../../../src-main/features/index.js";

interface Row {
  readonly fitted: FittedTarget;
  readonly columns: readonly string[];
  readonly classes: readonly string[] | undefined;
  /** Told where it does not follow from the classes. */
  readonly cells?: "text";
  readonly classOf: Readonly<Record<string, number>>;
  /** Of a sample; as many as columns unless told. */
  readonly values?: number;
  readonly width: number;
  readonly describe: string;
  readonly head: readonly string[];
  /** Outputs of the model, and the cells of a table of predictions. */
  readonly answers: readonly (readonly [outputs: readonly number[], cells: readonly string[]])[];
}

/** A row for each kind of target: what was learnt of it, and what comes of that. */
const rows: readonly Row[] = [
  {
    fitted: { name: "y", type: "numeric", columns: ["a", "b"], shift: [10, 0], scale: [2, 1] },
    columns: ["a", "b"],
    classes: undefined,
    classOf: {},
    width: 2,
    describe: "a, b",
    head: ["y:a", "y:b"],
    answers: [
      [
        [0.125, 12345.5],
        ["0.125", "12345.5"],
      ],
    ],
  },
  {
    fitted: { name: "y", type: "category", column: "c", classes: ["red", "green", "blue"] },
    columns: ["c"],
    classes: ["red", "green", "blue"],
    classOf: { red: 0, green: 1, blue: 2 },
    width: 3,
    describe: "probabilities of red, green, blue",
    head: ["y", "y:red", "y:green", "y:blue"],
    answers: [
      [
        [0.25, 0.5, 0.25],
        ["green", "0.25", "0.5", "0.25"],
      ],
      [
        [NaN, 0.5, 0.5],
        ["", "NaN", "0.5", "0.5"],
      ],
    ],
  },
  {
    fitted: { name: "y", type: "binary", column: "d", classes: ["no", "yes"], negative: ["no", "No"], positive: ["yes"] },
    columns: ["d"],
    classes: ["no", "yes"],
    classOf: { no: 0, No: 0, yes: 1 },
    width: 1,
    describe: "probability of yes",
    head: ["y", "y:no", "y:yes"],
    // The threshold is 0.5.
    answers: [
      [[0.75], ["yes", "0.25", "0.75"]],
      [[0.5], ["no", "0.5", "0.5"]],
      [[NaN], ["", "NaN", "NaN"]],
    ],
  },
  {
    fitted: { name: "y", type: "embedding", column: "c", classes: ["blue", "red"], dimensions: 2 },
    columns: ["c"],
    classes: undefined,
    cells: "text",
    classOf: { blue: 0, red: 1 },
    width: 2,
    describe: "2 numbers; the smaller the distance of two rows, the more alike they are in c",
    head: ["y:1", "y:2"],
    answers: [
      [
        [0.25, -1],
        ["0.25", "-1"],
      ],
    ],
  },
  {
    fitted: { name: "y", type: "labels", column: "e", separator: ",", classes: ["rain", "snow", "wind"] },
    columns: ["e"],
    classes: ["rain", "snow", "wind"],
    classOf: { rain: 0, snow: 1, wind: 2 },
    values: 3,
    width: 3,
    describe: "probability of each of rain, snow, wind",
    head: ["y", "y:rain", "y:snow", "y:wind"],
    answers: [
      [
        [0.75, 0.5, 1],
        ["rain,wind", "0.75", "0.5", "1"],
      ],
      [
        [0.25, 0.5, 0],
        ["", "0.25", "0.5", "0"],
      ],
      [
        [NaN, 0.5, 1],
        ["", "NaN", "0.5", "1"],
      ],
    ],
  },
];

test("every kind has a row", () => {
  const kinds = targetSchema.options.map(({ shape }) => shape.type.value);
  expect(rows.map(({ fitted }) => fitted.type).sort()).toEqual([...kinds].sort());
});

describe.each(rows)("$fitted.type", ({ fitted, columns, classes, cells, classOf, values = columns.length, width, describe: doc, head, answers }) => {
  const kind = targetKindOf(fitted);

  test("tells its columns and classes", () => {
    expect(kind.columnsOf(fitted)).toEqual(columns);
    expect(targetWidth(fitted)).toBe(values);
    expect(kind.classes(fitted)).toEqual(classes);
    expect(Object.fromEntries(kind.classOf(fitted))).toEqual(classOf);
    expect(kind.cells).toBe(cells ?? (classes ? "text" : "number"));
  });

  test("tells the network's output, and what the exported file says of it", () => {
    expect(kind.width(fitted)).toBe(width);
    expect(kind.describe(fitted)).toBe(doc);
  });

  test("writes answers down", () => {
    expect(kind.head(fitted)).toEqual(head);
    expect(answers.map(([outputs]) => kind.cellsOf(Float32Array.from(outputs), fitted, 0.5))).toEqual(answers.map(([, cells]) => cells));
  });
});

test("numbers are trained on in their scaling, classes as they are", () => {
  const trained = (fitted: FittedTarget | undefined, values: readonly number[]) => [...targetKindOf(fitted!).trained(Float32Array.from(values), fitted!)];
  expect(trained(rows[0]?.fitted, [12, 3, 8, 4])).toEqual([1, 3, -1, 4]);
  expect(trained(rows[2]?.fitted, [0, 1])).toEqual([0, 1]);
  const restored = (fitted: FittedTarget | undefined, values: readonly number[]) => [...targetKindOf(fitted!).restored(Float32Array.from(values), fitted!)];
  expect(restored(rows[0]?.fitted, [1, 3, -1, 4])).toEqual([12, 3, 8, 4]);
  expect(restored(rows[2]?.fitted, [0, 1])).toEqual([0, 1]);
});

test("of a series a value for each row ahead and column, row by row; the exported file undoes the scaling of each", async () => {
  const fitted: FittedTarget = { name: "y", type: "numeric", columns: ["a", "b"], shift: [10, 0], scale: [2, 1], horizon: 2 };
  const kind = targetKindOf(fitted);
  expect(kind.valuesOf(fitted)).toEqual(["a+1", "b+1", "a+2", "b+2"]);
  expect([kind.width(fitted), targetWidth(fitted), kind.horizon(fitted)]).toEqual([4, 4, 2]);
  expect(kind.head(fitted)).toEqual(["y:a+1", "y:b+1", "y:a+2", "y:b+2"]);
  expect(kind.head({ ...fitted, columns: ["a"], shift: [10], scale: [2] })).toEqual(["y+1", "y+2"]);
  expect(kind.describe(fitted)).toBe("a, b of the next 2 rows, row by row");
  const e = createEmitter();
  e.graph.output(kind.lower(e, e.graph.input("x", "float32", ["N", 4]), fitted), "y");
  const executable = await compile(e.graph.build("target"));
  const answers = await executable.run({ x: { dtype: "float32", dims: [1, 4], data: kind.trained(Float32Array.of(12, 3, 8, 4), fitted) } });
  await executable.dispose();
  expect([...(answers["y"]!.data as Float32Array)]).toEqual([12, 3, 8, 4]);
});

test("columns of a project's target have their places in the options", () => {
  const several: TargetSpec = targetSchema.parse({ name: "y", type: "numeric", columns: ["a", "b"] });
  expect(targetColumns(several)).toEqual(["a", "b"]);
  expect(targetKindOf(several).columns(several)[1]).toEqual({ column: "b", path: ["columns", 1] });
  const one = targetSchema.parse({ name: "y", type: "binary", column: "d" });
  expect(targetKindOf(one).columns(one)).toEqual([{ column: "d", path: ["column"] }]);
});
