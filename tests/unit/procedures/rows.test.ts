import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseProject } from "../../../src-main/contract/project.js";
import { type RowFilterInput, rowFilter, rowsPage } from "../../../src-main/contract/table-views.js";
import { readRowNumbers } from "../../../src-main/datasets/record-file.js";
import { templates } from "../../../src-main/services/templates/index.js";
import { studioProject } from "../../support/studio-project.js";
import { prepare } from "../../support/tables.js";

const lines = Array.from({ length: 100 }, (_, i) => [
  i === 7 ? "NA" : i === 8 ? "" : i === 9 ? " 9.50" : String(99 - i),
  ["red", "green", "Blue"][i % 3],
  i === 20 ? "" : i % 2,
]);
// Rows 51 to 60 again.
const table = `x,colour,y\n${[...lines, ...lines.slice(50, 60)].map((row) => row.join(",")).join("\n")}\n`;
const document = {
  ...templates.get("tabular").create({
    name: "t",
    source: { type: "table", path: "table.csv" },
    inputs: [
      { name: "features", type: "numeric", columns: ["x"], missing: "drop" },
      { name: "colour", type: "category", column: "colour" },
    ],
    targets: [{ name: "y", type: "binary", column: "y" }],
  }),
};

interface Asked {
  readonly filters?: readonly RowFilterInput[];
  readonly sort?: { column: string; descending?: boolean };
  readonly offset?: number;
  readonly limit?: number;
}

function open(content: string = table, saved: object = document) {
  const setup = studioProject(content, { ...saved });
  const ask = async ({ filters = [], sort, offset = 0, limit = 500 }: Asked = {}) =>
    rowsPage.parse(
      await setup.procedures.data.rows(
        {
          project: setup.project,
          offset,
          limit,
          ...(sort ? { sort: { descending: false, ...sort } } : {}),
          filters: filters.map((filter) => rowFilter.parse(filter)),
        },
        setup.context,
      ),
    );
  const numbers = async (asked: Asked) => (await ask(asked)).rows.map(({ row }) => row);
  return { ...setup, ask, numbers };
}

test("a page of cells as they stand in the file, with the split that training uses", async () => {
  const { ask, project } = open();
  const page = await ask({ offset: 6, limit: 4 });
  expect(page).toMatchObject({ columns: ["x", "colour", "y"], total: 110 });
  expect(page.rows.map(({ row, cells }) => [row, ...cells])).toEqual([
    [7, "93", "red", "0"],
    [8, null, "green", "1"],
    [9, null, "Blue", "0"],
    [10, " 9.50", "red", "1"],
  ]);
  expect(page.rows.map(({ split }) => split === undefined)).toEqual([false, true, true, false]);
  const prepared = await prepare(project, parseProject(document).data, parseProject(document).seed);
  const all = await ask();
  for (const split of ["train", "validation", "test"] as const) {
    expect(all.rows.filter((row) => row.split === split).map(({ row }) => row)).toEqual(
      [...readRowNumbers(prepared.files[split], prepared.fingerprint)].sort((a, b) => a - b),
    );
  }
});

test("sorts numbers by value and words by letter, the missing last, equal ones in the file's order, and pages through", async () => {
  const { numbers, ask } = open();
  expect(await numbers({ sort: { column: "x" }, limit: 3 })).toEqual([100, 99, 98]);
  expect((await numbers({ sort: { column: "x", descending: true } })).slice(-2)).toEqual([8, 9]);
  expect(await numbers({ sort: { column: "colour" }, limit: 3 })).toEqual([3, 6, 9]);
  const sort = { column: "colour", descending: true };
  const whole = await numbers({ sort });
  const pages = await Promise.all([0, 30, 60, 90].map((offset) => numbers({ sort, offset, limit: 30 })));
  expect(pages.flat()).toEqual(whole);
  expect((await ask({ sort, offset: 500 })).rows).toEqual([]);
});

describe("filters", () => {
  test.each<[string, readonly RowFilterInput[], readonly number[]]>([
    ["missing", [{ kind: "missing", column: "x" }], [8, 9]],
    ["a value that is missing", [{ kind: "value", column: "y", value: null }], [21]],
    ["a value", [{ kind: "value", column: "x", value: "3" }], [97]],
    ["a range, its end excluded", [{ kind: "range", column: "x", from: 9, to: 11 }], [10, 90, 91]],
    ["a range with its end", [{ kind: "range", column: "x", from: 97, to: 99, closed: true }], [1, 2, 3]],
    [
      "text in any case",
      [
        { kind: "text", text: "BLU" },
        { kind: "range", column: "x", from: 95, to: 100 },
      ],
      [3],
    ],
    ["a quote is only a text", [{ kind: "text", text: "' OR 1=1 --" }], []],
    ["NUL is only a letter", [{ kind: "text", text: "\0" }], []],
    ["a value with NUL", [{ kind: "value", column: "colour", value: "red\0" }], []],
    ["a class with NUL", [{ kind: "class", target: "y", value: "1\0" }], []],
    ["rows by number", [{ kind: "rows", rows: [110, 5, 1000] }], [5, 110]],
    ["rows excluded", [{ kind: "skipped" }], [8, 9, 21]],
    ["rows excluded for a column", [{ kind: "skipped", column: "y" }], [21]],
    ["copies", [{ kind: "duplicates" }], [101, 102, 103, 104, 105, 106, 107, 108, 109, 110]],
    [
      "a class",
      [
        { kind: "class", target: "y", value: "1" },
        { kind: "range", column: "x", from: 90, to: 100 },
      ],
      [2, 4, 6, 10].filter((row) => row !== 10),
    ],
  ])("%s", async (_, filters, expected) => {
    const { ask } = open();
    const page = await ask({ filters });
    expect(page.rows.map(({ row }) => row)).toEqual(expected);
    expect(page.total).toBe(expected.length);
  });

  test("by split, and by class in a split, as the rows themselves say", async () => {
    const { ask } = open();
    const all = (await ask()).rows;
    const test_ = all.filter(({ split }) => split === "test");
    expect((await ask({ filters: [{ kind: "split", split: "test" }] })).rows).toEqual(test_);
    expect((await ask({ filters: [{ kind: "class", target: "y", value: "0", split: "test" }] })).rows).toEqual(test_.filter(({ cells }) => cells[2] === "0"));
  });

  test("rows of validation and test that equal a training row", async () => {
    const { ask } = open();
    const all = (await ask()).rows;
    const trained = new Set(all.filter(({ split }) => split === "train").map(({ cells }) => cells.join()));
    const leaked = all.filter(({ split, cells }) => split !== undefined && split !== "train" && trained.has(cells.join()));
    expect((await ask({ filters: [{ kind: "duplicates", leaked: true }] })).rows).toEqual(leaked);
    expect(leaked.length).toBeGreaterThan(0);
  });
});

test("rows of a test file of its own continue after the others, whatever the order of its columns", async () => {
  const withTest = { ...document, data: { ...document.data, source: { type: "table", path: "table.csv", test: "test.csv" } } };
  const { ask, project } = open(table, withTest);
  writeFileSync(join(project, "test.csv"), "y,x,more\n1,5.5,z\n0,3,z\n");
  // The test file has no colour: it cannot be split, but it can be looked at.
  expect((await ask({ offset: 109 })).rows.map(({ row, cells }) => [row, cells])).toEqual([
    [110, ["40", "Blue", "1"]],
    [111, ["5.5", null, "1"]],
    [112, ["3", null, "0"]],
  ]);
  writeFileSync(join(project, "test.csv"), "y,x,colour\n1,5.5,red\n0,3,red\n");
  expect((await ask({ filters: [{ kind: "split", split: "test" }] })).rows.map(({ row, split }) => [row, split])).toEqual([
    [111, "test"],
    [112, "test"],
  ]);
  expect((await ask({ sort: { column: "x" }, filters: [{ kind: "range", column: "x", from: 3, to: 6 }] })).rows.map(({ row }) => row)).toEqual([
    97, 112, 96, 95, 111,
  ]);
});

test("while the project is not complete, rows come without split; what asks for the split says why there is none", async () => {
  const { ask, save } = open(table, { ...document, model: {} });
  expect((await ask({ limit: 1 })).rows).toEqual([{ row: 1, cells: ["99", "red", "0"] }]);
  await expect(ask({ filters: [{ kind: "split", split: "test" }] })).rejects.toMatchObject({
    code: "project.invalid",
    message: expect.stringMatching(/^rows are not split yet, so this cannot be shown: .*model\.layers/) as string,
  });
  save(document);
  expect((await ask({ limit: 1 })).rows[0]!.split).toBeDefined();
});

test("a saved change of the split is seen at the next page, in filters too", async () => {
  const { ask, save } = open();
  const before = await ask({ filters: [{ kind: "split", split: "test" }] });
  save({ ...document, data: { ...document.data, split: { validation: 0.15, test: 0.5 } } });
  const after = await ask({ filters: [{ kind: "split", split: "test" }] });
  expect([before.total, after.total]).toEqual([16, 54]);
});

test("a column that is not there is told with the nearest", async () => {
  const { ask } = open();
  await expect(ask({ sort: { column: "color" } })).rejects.toMatchObject({
    code: "data.column",
    message: expect.stringContaining('did you mean "colour"?') as string,
  });
});
