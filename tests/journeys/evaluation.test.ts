import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import {
  calibrationResult,
  curvesResult,
  judgedRows,
  judgedRowsRequest,
  labelErrors,
  residualsResult,
  type JudgedRow,
} from "../../src-main/contract/evaluation-views.js";
import { predictionsFile, readPredictions } from "../../src-main/training/runs/kept-predictions.js";
import { lathe } from "../support/lathe.js";
import { columns, judgedProject } from "../support/judged-project.js";

type Setup = Awaited<ReturnType<typeof judgedProject>>;
let setup: Setup;
beforeAll(async () => (setup = await judgedProject()));
afterAll(() => setup.close());

type Asked = Partial<z.input<typeof judgedRowsRequest>>;
async function ask(asked: Asked, { procedures, run, context }: Setup = setup) {
  const request = judgedRowsRequest.parse({ split: "test", target: "good", offset: 0, limit: 500, ...asked });
  return judgedRows.parse(await procedures.evaluation.rows({ ...run, ...request }, context));
}
const inFile = ({ row }: JudgedRow, column: (typeof columns)[number]) => setup.rows[row - 1]![columns.indexOf(column)]!;

describe("what a run is worth", () => {
  it("is its report, with its targets, and word of whether rows were kept", async () => {
    const { report, targets, rows } = await setup.procedures.evaluation.report(setup.run, setup.context);
    expect(report).toEqual(setup.report);
    expect(rows).toBe(true);
    expect(targets).toEqual([
      { name: "good", kind: "binary", classes: ["0", "1"], threshold: 0.4 },
      { name: "kind", kind: "category", classes: ['"middling"', "large", "small"] },
      { name: "value", kind: "numeric", columns: ["price", "tax"] },
    ]);
  });

  it.each(["validation", "test"] as const)("agrees with the rows that were kept of %s: confusion, accuracy, errors", async (split) => {
    const { metrics, confusion, rows: count } = setup.report[split]!;
    for (const target of ["good", "kind"]) {
      const { rows, total } = await ask({ split, target, order: "row" });
      expect(total).toBe(count);
      const { classes } = confusion[target]!;
      const counted = classes.map((truth) => classes.map((predicted) => rows.filter((r) => r.truth === truth && r.predicted === predicted).length));
      expect(counted).toEqual(confusion[target]!.counts);
      expect(rows.filter((r) => r.truth === r.predicted).length / count).toBeCloseTo(metrics[`${target}.accuracy`]!, 6);
      expect(rows.reduce((sum, r) => sum + r.loss, 0) / count).toBeCloseTo(metrics[`${target}.logloss`]!, 4);
    }
    for (const column of ["price", "tax"]) {
      const { rows } = await ask({ split, target: "value", column });
      expect(rows.reduce((sum, r) => sum + r.loss, 0) / count).toBeCloseTo(metrics[`value.mae.${column}`]!, 3);
    }
  });

  it("is to be doubted where an earlier version trained a network that could not learn, in the form for one row as well", async () => {
    const config = join(setup.folder, "config.json");
    const kept = readFileSync(config, "utf8");
    const ask = async () => [
      (await setup.procedures.evaluation.report(setup.run, setup.context)).doubts,
      (await setup.procedures.prediction.form(setup.run, setup.context)).doubts,
    ];
    expect(await ask()).toEqual([[], []]);
    const changed = JSON.parse(kept) as { project: { model: { layers: object[]; outputs: { target: string; from: string }[] } } };
    const { layers, outputs } = changed.project.model;
    layers.push({ id: "squashed", type: "Softmax", from: [outputs.find(({ target }) => target === "kind")!.from] });
    outputs.find(({ target }) => target === "kind")!.from = "squashed";
    writeFileSync(config, JSON.stringify(changed));
    try {
      const told = [
        expect.stringMatching(/^doubt what this model says, for its network could not learn as it should: .*Softmax.*Mend the project, and train anew$/),
      ];
      expect(await ask()).toEqual([told, told]);
    } finally {
      writeFileSync(config, kept);
    }
  });

  it("tells what to do where a run has not ended, and has no rows where an older version trained it", async () => {
    const kept = join(setup.folder, "predictions");
    renameSync(kept, `${kept}-away`);
    try {
      expect((await setup.procedures.evaluation.report(setup.run, setup.context)).rows).toBe(false);
      await expect(ask({})).rejects.toMatchObject({ code: "run.missing", message: expect.stringMatching(/resume the run, which judges it again/) });
    } finally {
      renameSync(`${kept}-away`, kept);
    }
    const report = join(setup.folder, "report.json");
    renameSync(report, `${report}-away`);
    try {
      await expect(setup.procedures.evaluation.report(setup.run, setup.context)).rejects.toMatchObject({
        code: "run.missing",
        message: expect.stringMatching(/has not ended.*let it train, stop it, or resume it/),
      });
    } finally {
      renameSync(`${report}-away`, report);
    }
    await expect(setup.procedures.evaluation.report({ ...setup.run, run: "0009" }, setup.context)).rejects.toMatchObject({ code: "run.missing" });
  });
});

describe("rows", () => {
  it("are those of the file, cell by cell", async () => {
    const page = await ask({ order: "row" });
    expect(page.columns).toEqual(columns);
    expect(page.note).toBeUndefined();
    for (const row of page.rows) {
      expect(row.cells).toEqual(setup.rows[row.row - 1]!.map((cell) => cell || null));
      expect(row.truth).toBe(inFile(row, "good"));
    }
    expect(page.rows.map(({ row }) => row)).toEqual(page.rows.map(({ row }) => row).toSorted((a, b) => a - b));
    for (const row of (await ask({ target: "kind" })).rows) expect(row.truth).toBe(inFile(row, "kind"));
    for (const row of (await ask({ target: "value", column: "tax" })).rows) expect(Number(row.truth)).toBeCloseTo(Number(inFile(row, "tax")), 4);
  });

  it("come the worst, or the least sure, first, and page by page", async () => {
    for (const [order, figure] of [
      ["worst", (r: JudgedRow) => -r.loss],
      ["unsure", (r: JudgedRow) => r.confidence!],
    ] as const) {
      const { rows, total } = await ask({ target: "kind", order });
      const figures = rows.map(figure).map(Math.fround);
      expect(figures).toEqual(figures.toSorted((a, b) => a - b));
      const pages = await Promise.all([0, 10, 20, 30, 40].map((offset) => ask({ target: "kind", order, offset, limit: 10 })));
      expect(pages.flatMap((page) => page.rows)).toEqual(rows);
      expect(pages.every((page) => page.total === total)).toBe(true);
    }
  });

  it("can be those of one cell of the matrix, mistakes, or predictions at another threshold", async () => {
    const all = (await ask({ order: "row" })).rows;
    const numbers = (rows: readonly JudgedRow[]) => rows.map(({ row }) => row);
    expect(numbers((await ask({ order: "row", truth: "1", predicted: "0" })).rows)).toEqual(numbers(all.filter((r) => r.truth === "1" && r.predicted === "0")));
    expect(numbers((await ask({ order: "row", show: "mistakes" })).rows)).toEqual(numbers(all.filter((r) => r.truth !== r.predicted)));
    expect(numbers((await ask({ order: "row", show: "correct" })).rows)).toEqual(numbers(all.filter((r) => r.truth === r.predicted)));
    const strict = await ask({ order: "row", threshold: 0.8 });
    expect(strict.rows.map((r) => r.predicted)).toEqual(all.map((r) => (r.probabilities![1]! > 0.8 ? "1" : "0")));
    expect(strict.rows.map((r) => r.predicted)).not.toEqual(all.map((r) => r.predicted));
    const within = await ask({ target: "value", residual: { from: -5, to: 10 } });
    for (const { truth, predicted } of within.rows)
      expect(Number(predicted) - Number(truth)).toSatisfy((residual: number) => residual >= -5.001 && residual <= 10.001);
    const outside = (await ask({ target: "value" })).total - within.total;
    expect(outside).toBe(
      (await ask({ target: "value" })).rows.filter((r) => Number(r.predicted) - Number(r.truth) < -5 || Number(r.predicted) - Number(r.truth) > 10).length,
    );
  });

  it("refuse what makes no sense, and say what there is", async () => {
    for (const [asked, sentence] of [
      [{ target: "nothing" }, /no target "nothing"; it has good, kind, value/],
      [{ truth: "2" }, /no class "2"; it has 0, 1/],
      [{ target: "value", truth: "1" }, /is a number/],
      [{ residual: { from: 0, to: 1 } }, /no residuals/],
      [{ target: "value", column: "x" }, /no column "x"; it has price, tax/],
    ] as const)
      await expect(ask(asked)).rejects.toMatchObject({ code: "usage", message: expect.stringMatching(sentence) });
  });

  it("stay when the data changes or goes, without their cells, and say so", async () => {
    const table = join(setup.project, "table.csv");
    const content = readFileSync(table);
    try {
      appendFileSync(table, "1,1,red,no,1,small,1,1\n");
      const changed = await ask({});
      expect(changed).toMatchObject({ columns: [], note: expect.stringMatching(/has changed since/) });
      expect(changed.total).toBe(setup.report.test!.rows);
      expect(changed.rows[0]!.cells).toEqual([]);
      rmSync(table);
      expect((await ask({})).note).toMatch(/there is no file .*table\.csv/);
    } finally {
      writeFileSync(table, content);
    }
    expect((await ask({})).columns).toEqual(columns);
  });
});

describe("rows of a test file of its own", () => {
  it("continue counting after the main file's, also for their cells", async () => {
    const own = await judgedProject({ ownTest: true });
    try {
      const { rows } = await ask({ order: "row", target: "kind" }, own);
      expect(rows.map(({ row }) => row)).toEqual(own.testRows.map((_, i) => own.rows.length + i + 1));
      for (const { row, cells, truth } of rows) {
        expect(cells).toEqual(own.testRows[row - 1 - own.rows.length]!.map((cell) => cell || null));
        expect(truth).toBe(cells[columns.indexOf("kind")]);
      }
      const validation = await ask({ order: "row", split: "validation" }, own);
      expect(Math.max(...validation.rows.map(({ row }) => row))).toBeLessThanOrEqual(own.rows.length);
    } finally {
      await own.close();
    }
  });
});

describe("curves", () => {
  const curves = async (asked: { target: string; class?: string }) =>
    curvesResult.parse(await setup.procedures.evaluation.curves({ ...setup.run, split: "test", ...asked }, setup.context));

  it("have the area that the report tells, and count every row once", async () => {
    const { metrics, rows } = setup.report.test!;
    const found = await curves({ target: "good" });
    expect(found.auroc).toBeCloseTo(metrics["good.auroc"]!, 10);
    expect(found.averagePrecision).toBeCloseTo(metrics["good.averagePrecision"]!, 10);
    expect(found.positives + found.negatives).toBe(rows);
    expect(found.calibration.reduce((sum, bin) => sum + bin.rows, 0)).toBe(rows);
    const { x, y } = found.roc!;
    const area = x.slice(1).reduce((sum, right, i) => sum + ((right - x[i]!) * (y[i + 1]! + y[i]!)) / 2, 0);
    expect(area).toBeCloseTo(found.auroc!, 10);
    expect([x[0], y[0], x.at(-1), y.at(-1)]).toEqual([0, 0, 1, 1]);
    // No against the rest is the same area.
    expect((await curves({ target: "good", class: "0" })).auroc).toBeCloseTo(found.auroc!, 10);
    const classes = await Promise.all(['"middling"', "large", "small"].map((name) => curves({ target: "kind", class: name })));
    expect(classes.reduce((sum, c) => sum + c.auroc!, 0) / 3).toBeCloseTo(metrics["kind.auroc"]!, 10);
  });

  it("need to know the class where there are several, and classes at all", async () => {
    await expect(curves({ target: "kind" })).rejects.toMatchObject({ code: "usage", message: expect.stringMatching(/3 classes: say which/) });
    await expect(curves({ target: "value" })).rejects.toMatchObject({ code: "usage", message: expect.stringMatching(/is a number/) });
  });
});

it.each(["good", "kind"])("the calibration of %s is what the report says of it", async (target) => {
  const found = calibrationResult.parse(await setup.procedures.evaluation.calibration({ ...setup.run, split: "test", target }, setup.context));
  expect(found.error).toBeCloseTo(setup.report.test!.metrics[`${target}.calibrationError`]!, 10);
  expect(found.bins.reduce((sum, bin) => sum + bin.rows, 0)).toBe(setup.report.test!.rows);
  await expect(setup.procedures.evaluation.calibration({ ...setup.run, split: "test", target: "value" }, setup.context)).rejects.toMatchObject({
    code: "usage",
  });
});

describe("likely label errors", () => {
  const suspects = async (more: object = {}) =>
    labelErrors.parse(await setup.procedures.evaluation.labelErrors({ ...setup.run, target: "kind", offset: 0, limit: 500, ...more }, setup.context));

  it("are judged over all judged rows, and none is told where the model is right too seldom to doubt a label by", async () => {
    const all = (
      await Promise.all(
        (["validation", "test"] as const).map(async (split) => (await ask({ split, target: "kind", order: "row" })).rows.map((row) => ({ ...row, split }))),
      )
    ).flat();
    const classes = ['"middling"', "large", "small"];
    const right = all.filter(({ truth, predicted }) => truth === predicted).length;
    const found = await suspects();
    expect([found.by, found.judged, found.trust.accuracy]).toEqual(["network", all.length, right / all.length]);
    expect(found.trust.guessing).toBe(Math.max(...classes.map((name) => all.filter(({ truth }) => truth === name).length)) / all.length);
    found.classes.forEach(({ name, threshold }, k) => {
      const own = all.filter(({ truth }) => truth === name).map(({ probabilities }) => probabilities![k]!);
      expect([name, threshold]).toEqual([classes[k], expect.closeTo(own.reduce((a, b) => a + b, 0) / own.length, 6)]);
    });
    expect(found).toMatchObject({ trust: { enough: false }, total: 0, rows: [] });
  });

  it("are not asked of numbers, nor where nothing like it is", async () => {
    await expect(suspects({ target: "value" })).rejects.toMatchObject({ code: "usage", message: expect.stringMatching(/value is a number/) });
    await expect(suspects({ target: "x" })).rejects.toMatchObject({ code: "usage", message: expect.stringMatching(/no target "x"; it has good, kind, value/) });
  });
});

it("a model of a table has nothing to look at, and says so", async () => {
  const { saliency, featureMaps, filters, layers } = setup.procedures.pictures;
  expect((await layers(setup.run, setup.context)).layers).toEqual([]);
  await expect(filters(setup.run, setup.context)).rejects.toMatchObject({ code: "usage", message: expect.stringMatching(/no convolution/) });
  await expect(saliency({ ...setup.run, row: 1, target: "kind" }, setup.context)).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(/no layer over pictures/),
  });
  await expect(saliency({ ...setup.run, row: 1, target: "value" }, setup.context)).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(/value is no class/),
  });
  await expect(saliency({ ...setup.run, path: join(setup.project, "table.csv"), target: "kind" }, setup.context)).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(/does not look at pictures/),
  });
  await expect(featureMaps({ ...setup.run, row: 1, from: 0, limit: 1 }, setup.context)).rejects.toMatchObject({ code: "usage" });
});

it("residuals are counted once each, between the smallest and the largest", async () => {
  const { points, histogram } = residualsResult.parse(
    await setup.procedures.evaluation.residuals({ ...setup.run, split: "test", target: "value", column: "tax" }, setup.context),
  );
  const { rows } = await ask({ target: "value", column: "tax", order: "row" });
  expect(points.map(({ row }) => row)).toEqual(rows.map(({ row }) => row));
  expect(histogram.counts.reduce((a, b) => a + b)).toBe(rows.length);
  const residuals = points.map((p) => p.predicted - p.actual);
  expect([histogram.edges[0], histogram.edges.at(-1)]).toEqual([Math.min(...residuals), Math.max(...residuals)]);
  await expect(setup.procedures.evaluation.residuals({ ...setup.run, split: "test", target: "good" }, setup.context)).rejects.toMatchObject({ code: "usage" });
});

it("a report is there only with the predictions it was made from", () => {
  for (const split of ["validation", "test"] as const) {
    expect(existsSync(predictionsFile(setup.folder, split))).toBe(true);
    expect(readPredictions(predictionsFile(setup.folder, split)).rows).toHaveLength(setup.report[split]!.rows);
  }
});

it("decides by another threshold without training: here, in the form of Predict, and on the command line", async () => {
  const { decide, report, rows, tried } = setup.procedures.evaluation;
  const asked = { ...setup.run, target: "good", threshold: 0.75 };
  const before = await ask({ order: "row", threshold: 0.75 });
  const wouldBe = await tried({ ...asked, split: "test" }, setup.context);
  await decide(asked, setup.context);
  const now = await report(setup.run, setup.context);
  expect(now.targets[0]).toMatchObject({ name: "good", threshold: 0.75 });
  expect(now.report.test).toEqual(wouldBe);
  expect(await ask({ order: "row" })).toEqual(before);
  expect((await setup.procedures.prediction.form(setup.run, setup.context)).targets[0]).toMatchObject({ threshold: 0.75 });
  await expect(decide({ ...asked, target: "kind" }, setup.context)).rejects.toMatchObject({ code: "usage" });

  const told = await lathe("threshold", setup.folder, "--json");
  expect(told.events.at(-1)).toMatchObject({ event: "thresholds", thresholds: [{ name: "good", threshold: 0.75 }] });
  const back = await lathe("threshold", setup.project, "0.4");
  expect(back.code, back.stderr).toBe(0);
  expect(back.stdout).toContain("predict and export decide so from now on");
  expect((await report(setup.run, setup.context)).report.test).toEqual(setup.report.test);
  expect(
    await rows({ ...setup.run, ...judgedRowsRequest.parse({ split: "test", target: "good", offset: 0, limit: 500, order: "row" }) }, setup.context),
  ).toEqual(await ask({ order: "row", threshold: 0.4 }));
});

it("a run of an older version has its rows when it is resumed, which only judges it again", async () => {
  const kept = (["validation", "test"] as const).map((split) => readFileSync(predictionsFile(setup.folder, split)));
  rmSync(join(setup.folder, "predictions"), { recursive: true });
  rmSync(join(setup.folder, "inputs.json"));
  expect((await setup.procedures.evaluation.report(setup.run, setup.context)).rows).toBe(false);
  const { code, stderr, events } = await lathe("train", setup.project, "--resume", "--json");
  expect(code, stderr).toBe(0);
  expect(events.some(({ event }) => event === "epoch")).toBe(false);
  expect((await setup.procedures.evaluation.report(setup.run, setup.context)).rows).toBe(true);
  expect((["validation", "test"] as const).map((split) => readFileSync(predictionsFile(setup.folder, split)))).toEqual(kept);
});
