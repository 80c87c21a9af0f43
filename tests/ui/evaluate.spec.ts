import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Locator } from "@playwright/test";
import type { RunReport } from "../../src-main/contract/report.js";
import { cloudTable, writeClouds } from "./cloud-project.js";
import { expect, test } from "./fixture.js";
import { trainCities, trainJudged } from "./judged-projects.js";
import { expectAccessibleInBothThemes } from "./looks.js";
import { EvaluatePage } from "./pages/evaluate-page.js";
import { trainedClouds } from "./trained-clouds.js";

const threshold = (project: string): unknown =>
  (JSON.parse(readFileSync(join(project, "project.json"), "utf8")) as { training: { threshold?: number } }).training.threshold;
const reportOf = (project: string) => JSON.parse(readFileSync(join(project, "runs", "0001", "report.json"), "utf8")) as RunReport;
const valueOf = (report: RunReport, name: string, split: "validation" | "test" = "test") => String(report[split]?.metrics[name]);
const threeDigits = (value: number) => new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3, minimumSignificantDigits: 3 }).format(value);

test("without a run there is one button, to Train", async ({ page, studio, workshop }) => {
  const evaluate = new EvaluatePage(page);
  await evaluate.goto(workshop.server.url, writeClouds(workshop.folder));
  await expect(page.getByRole("heading", { name: "Nothing to judge yet" })).toBeVisible();
  await page.getByRole("button", { name: "Go to Train" }).click();
  await expect(page).toHaveURL(/\/train$/);
  studio.expectNoComplaints();
});

test("the numbers of a binary target are those of the run's own report, of either split", async ({ page, studio, workshop }) => {
  const { folder, report } = await trainJudged(workshop.folder);
  const evaluate = new EvaluatePage(page);
  await evaluate.goto(workshop.server.url, folder);
  await expect(evaluate.run).toHaveText(/Run 1/);
  for (const [name, metric] of [
    ["Accuracy", "good.accuracy"],
    ["Precision", "good.precision"],
    ["Recall", "good.recall"],
    ["F1", "good.f1"],
    ["AUROC", "good.auroc"],
    ["Log loss", "good.logloss"],
  ] as const) {
    await expect(evaluate.metric(name)).toHaveAttribute("title", valueOf(report, metric));
    await expect(evaluate.metric(name)).toHaveText(threeDigits(Number(valueOf(report, metric))));
  }
  expect(await evaluate.counts()).toEqual(report.test?.confusion["good"]?.counts);
  await expect(evaluate.curves).toContainText(`AUROC ${threeDigits(Number(valueOf(report, "good.auroc")))}`);
  const [, [, found] = []] = report.test?.confusion["good"]?.counts ?? [];
  expect((await evaluate.atThreshold())[0]).toBe(found);

  await evaluate.split("Validation");
  await expect(evaluate.metric("Accuracy")).toHaveAttribute("title", valueOf(report, "good.accuracy", "validation"));
  expect(await evaluate.counts()).toEqual(report.validation?.confusion["good"]?.counts);
  studio.expectNoComplaints();
});

test("each class's scores and their means are the report's, sorted as one likes", async ({ page, studio, workshop }) => {
  const { folder, report } = await trainJudged(workshop.folder);
  const evaluate = new EvaluatePage(page);
  await evaluate.goto(workshop.server.url, folder);
  await evaluate.choose("kind");
  const value = (name: string) => threeDigits(Number(valueOf(report, `kind.${name}`)));
  for (const name of ["small", "large", '"middling"'])
    expect((await evaluate.classLine(name)).slice(0, 3)).toEqual([`precision.${name}`, `recall.${name}`, `f1.${name}`].map(value));
  for (const [words, name] of [
    ["Pooled (micro)", "micro"],
    ["Mean (macro)", "macro"],
    ["Weighted by rows", "weighted"],
  ] as const) {
    expect((await evaluate.classLine(words)).slice(0, 3)).toEqual([`precision.${name}`, `recall.${name}`, `f1.${name}`].map(value));
  }
  const column = evaluate.classes.getByRole("columnheader", { name: "Recall" });
  const recalls = async () => (await evaluate.classes.locator("tbody tr td:nth-child(3)").allInnerTexts()).map(Number);
  await column.getByRole("button").click();
  await expect(column).toHaveAttribute("aria-sort", "descending");
  expect(await recalls()).toEqual((await recalls()).toSorted((a, b) => b - a));
  await column.getByRole("button").click();
  await expect(column).toHaveAttribute("aria-sort", "ascending");
  expect(await recalls()).toEqual((await recalls()).toSorted((a, b) => a - b));
  // A class leads to its rows.
  await evaluate.classes.getByRole("button", { name: "large" }).click();
  const support = report.test?.confusion["kind"]?.counts[1]?.reduce((a, b) => a + b, 0);
  await expect.poll(() => evaluate.total()).toBe(support);
  studio.expectNoComplaints();
});

test("a cell of the matrix leads to its rows, by mouse and by keyboard", async ({ page, studio, workshop }) => {
  const { folder, report } = await trainCities(workshop.folder);
  const confusion = report.test?.confusion["city"];
  const evaluate = new EvaluatePage(page);
  await evaluate.goto(workshop.server.url, folder);
  await expect(evaluate.matrix.getByRole("button")).toHaveCount((confusion?.classes.length ?? 0) ** 2);
  // The worst mistakes stand there from the beginning.
  const mistakes = confusion?.counts.flatMap((row, i) => row.filter((_, j) => j !== i)).reduce((a, b) => a + b, 0);
  await expect.poll(() => evaluate.total()).toBe(mistakes);

  const [count = 0, i = 0, j = 0] =
    confusion?.counts
      .flatMap((row, from) => row.map((n, to) => [n, from, to] as const))
      .filter(([, from, to]) => from !== to)
      .sort(([a], [b]) => b - a)[0] ?? [];
  const [truth = "", predicted = ""] = [confusion?.classes[i], confusion?.classes[j]];
  expect(count).toBeGreaterThan(1);
  await evaluate.cell(truth, predicted).click();
  await expect.poll(() => evaluate.total()).toBe(count);
  await expect.poll(async () => (await evaluate.lines()).map((line) => line.slice(1, 3))).toEqual(Array.from({ length: count }, () => [truth, predicted]));
  // The rows are the file's.
  const table = readFileSync(join(folder, "table.csv"), "utf8").split("\n");
  for (const [row = "", , , , ...cells] of await evaluate.lines()) expect(table[Number(row.replaceAll(",", ""))]?.startsWith(cells[0] ?? "?")).toBe(true);

  await page.getByRole("combobox", { name: "Order of classes" }).selectOption("error");
  const first = evaluate.matrix.locator("tbody tr").first();
  const errors = confusion?.counts.map((row, k) => row.reduce((a, b) => a + b, 0) - (row[k] ?? 0)) ?? [];
  await expect(first.getByRole("rowheader")).toHaveText(confusion?.classes[errors.indexOf(Math.max(...errors))] ?? "");
  await first.getByRole("button").first().focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  const focused = page.locator(":focus");
  await expect(focused).toHaveAttribute("aria-label", new RegExp("decided right"));
  const right = Number((await focused.innerText()) || 0);
  await page.keyboard.press("Enter");
  await expect.poll(() => evaluate.total()).toBe(right);
  await page.getByRole("button", { name: "Show all mistakes" }).click();
  await expect.poll(() => evaluate.total()).toBe(mistakes);
  studio.expectNoComplaints();
});

test("a threshold is tried by keyboard, counted as it moves, taken over, and taken back", async ({ page, studio, workshop }) => {
  const { folder, report } = await trainJudged(workshop.folder, 1500);
  const evaluate = new EvaluatePage(page);
  await evaluate.goto(workshop.server.url, folder);
  await expect(evaluate.slider).toHaveValue("0.4");
  const before = await evaluate.atThreshold();
  const rows = report.test?.rows ?? 0;
  await evaluate.slider.focus();
  for (let i = 0; i < 30; i++) await page.keyboard.press("ArrowRight");
  await expect(evaluate.slider).toHaveValue("0.7");
  const after = await evaluate.atThreshold();
  expect(after).not.toEqual(before);
  const [found = 0, alarms = 0, missed = 0, rightly = 0] = after;
  expect(found + alarms + missed + rightly).toBe(rows);
  expect(found).toBeLessThanOrEqual(before[0] ?? 0);
  expect(await evaluate.counts()).toEqual([
    [rightly, alarms],
    [missed, found],
  ]);
  // The rows are decided by the same threshold.
  await expect.poll(() => evaluate.total()).toBe(alarms + missed);
  await evaluate.cell("0", "1").click();
  await expect.poll(() => evaluate.total()).toBe(alarms);

  // The figures above follow, too.
  const accuracy = evaluate.metric("Accuracy");
  await expect(accuracy).toHaveAttribute("title", String((rightly + found) / rows));

  await page.getByRole("button", { name: "Use this threshold" }).click();
  await expect(page.getByText("This run now decides at 0.700, also on Predict and in exports.")).toBeVisible();
  await expect(evaluate.slider).toHaveValue("0.7");
  expect(await evaluate.atThreshold()).toEqual(after);
  await expect.poll(() => evaluate.total()).toBe(alarms);
  expect(reportOf(folder).thresholds).toEqual({ good: 0.7 });
  expect(threshold(folder), "the project's own stays").toBe(0.4);
  await page.getByRole("button", { name: "Undo", exact: true }).last().click();
  await expect(evaluate.slider).toHaveValue("0.4");
  await expect.poll(() => evaluate.atThreshold()).toEqual(before);

  await evaluate.slider.focus();
  for (let i = 0; i < 10; i++) await page.keyboard.press("ArrowRight");
  await page.getByRole("button", { name: "Use for new runs" }).click();
  await expect.poll(() => threshold(folder)).toBe(0.5);
  await page.keyboard.press("Control+z");
  await expect.poll(() => threshold(folder)).toBe(0.4);
  await page.getByRole("button", { name: "Reset", exact: true }).click();
  expect(await evaluate.atThreshold()).toEqual(before);
  // Along the curve, too.
  const canvas = page.getByRole("img", { name: /^ROC curve/ });
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  if (!box) throw new Error("no curve");
  await page.mouse.move(box.x + 60, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 20, box.y + 10, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => (await evaluate.atThreshold())[1]).toBeGreaterThan(before[1] ?? 0);
  expect(Number(await evaluate.slider.inputValue())).toBeLessThan(0.4);
  studio.expectNoComplaints();
});

test("a long table's threshold is counted by every row, not only by the curve's points", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const { folder } = await trainJudged(workshop.folder, 9000);
  const evaluate = new EvaluatePage(page);
  await evaluate.goto(workshop.server.url, folder);
  await expect(evaluate.slider).toHaveValue("0.4");
  await page.getByRole("textbox", { name: "Threshold as a number" }).fill("0.137");
  await page.keyboard.press("Enter");
  const expected: number[] = [];
  for (const [truth, predicted] of [
    ["1", "1"],
    ["0", "1"],
    ["1", "0"],
    ["0", "0"],
  ] as const) {
    await evaluate.cell(truth, predicted).click();
    await expect.poll(async () => evaluate.total()).toBe((await evaluate.atThreshold())[expected.length]);
    expected.push(await evaluate.total());
  }
  expect(expected.reduce((a, b) => a + b, 0)).toBeGreaterThan(1000);
  studio.expectNoComplaints();
});

test("numbers: metrics of each column, points and bars that lead to rows", async ({ page, studio, workshop }) => {
  const { folder, report } = await trainJudged(workshop.folder);
  const evaluate = new EvaluatePage(page);
  await evaluate.goto(workshop.server.url, folder);
  await evaluate.choose("value");
  await expect(evaluate.metric("Mean error")).toHaveAttribute("title", valueOf(report, "value.mae.price"));
  await expect(evaluate.metric("R²")).toHaveAttribute("title", valueOf(report, "value.r2.price"));
  await evaluate.column.selectOption("tax");
  await expect(evaluate.metric("RMSE")).toHaveAttribute("title", valueOf(report, "value.rmse.tax"));
  await expect.poll(() => evaluate.total()).toBe(report.test?.rows);

  const errors = page.getByRole("group", { name: "Errors", exact: true });
  const bars = errors.getByRole("button");
  const counts = async () =>
    (await bars.evaluateAll((all) => all.map((bar) => bar.getAttribute("aria-label") ?? ""))).map((label) => Number(/: ([\d,]+) rows?$/.exec(label)?.[1]));
  expect((await counts()).reduce((a, b) => a + b, 0)).toBe(report.test?.rows);
  const all = await counts();
  for (const [i, count] of all.entries()) {
    if (count === 0) continue;
    await bars.nth(i).focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => evaluate.total()).toBe(count);
  }
  // A point: by the chart's own table, whose rows say where they are.
  const scatter = page.getByRole("figure", { name: "Predicted against actual" });
  await scatter.getByRole("button", { name: "Table" }).click();
  const point = scatter.getByRole("row").nth(3);
  const row = await point.getByRole("button").innerText();
  await point.getByRole("button").click();
  await expect.poll(async () => (await evaluate.lines())[0]?.[0]).toBe(row);
  expect(await evaluate.total()).toBe(1);
  await expect(page.getByRole("region", { name: `Row ${row}` })).toContainText("colour");
  studio.expectNoComplaints();
});

test("a click on a point shows its row", async ({ page, studio, workshop }) => {
  const { folder } = await trainJudged(workshop.folder);
  const evaluate = new EvaluatePage(page);
  await evaluate.goto(workshop.server.url, folder);
  await evaluate.choose("value");
  const figure = page.getByRole("figure", { name: "Predicted against actual" });
  const canvas = figure.getByRole("img");
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  if (!box) throw new Error("no chart");
  // Along the line of equality, until there is a point.
  let row: string | undefined;
  for (let at = 0.3; at < 0.9 && row === undefined; at += 0.05) {
    await page.mouse.move(box.x + 50 + (box.width - 60) * at, box.y + (box.height - 45) * (1 - at));
    row = /^Row ([\d,]+):/.exec(await figure.locator("p").first().innerText())?.[1];
  }
  expect(row).toBeDefined();
  await page.mouse.down();
  await page.mouse.up();
  await expect.poll(async () => (await evaluate.lines()).map(([number]) => number)).toEqual([row]);
  studio.expectNoComplaints();
});

test(
  "a run without test rows says so and shows the others; one that is gone leads to one that is there",
  { tag: "@long" },
  async ({ page, studio, workshop }) => {
    const project = await trainedClouds(workshop.folder, [[]], { epochs: 2, split: { validation: 0.3, test: 0 } });
    const evaluate = new EvaluatePage(page);
    await evaluate.goto(workshop.server.url, project);
    await expect(evaluate.cards).toContainText(/Validation: \d+ rows/);
    await evaluate.split("Test");
    await expect(page.getByRole("heading", { name: "This run has no test rows" })).toBeVisible();
    await page.getByRole("button", { name: "Show validation" }).click();
    await expect(evaluate.matrix).toBeVisible();
    await evaluate.goto(workshop.server.url, project, "0009");
    await expect(page.getByRole("alert")).toContainText("There is no run 0009");
    await page.getByRole("button", { name: "Look at Run 1" }).click();
    await expect(evaluate.matrix).toBeVisible();
    studio.expectNoComplaints();
  },
);

test("a run that did not end says what to do, and one without its rows still shows its numbers", async ({ page, studio, workshop }) => {
  const project = await trainedClouds(workshop.folder, [[], []], { epochs: 2 });
  for (const split of ["validation", "test"]) rmSync(join(project, "runs", "0001", "predictions", `${split}.bin`));
  for (const file of ["report.json", "model.onnx"]) rmSync(join(project, "runs", "0002", file));
  const evaluate = new EvaluatePage(page);
  // The newest with a result is looked at.
  await evaluate.goto(workshop.server.url, project);
  await expect(evaluate.run).toHaveValue("0001");
  await expect(evaluate.metric("Accuracy")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Single rows were not kept" })).toBeVisible();
  await expect(evaluate.table).toBeHidden();
  await evaluate.run.selectOption("0002");
  await expect(page.getByRole("heading", { name: "Run 2 has no result yet" })).toBeVisible();
  await page.getByRole("button", { name: "Look at Run 1" }).click();
  await expect(evaluate.metric("Accuracy")).toBeVisible();
  studio.expectNoComplaints();
});

test("what is drawn can be saved: a curve's points, the matrix, a picture", async ({ page, studio, workshop }) => {
  const { folder, report } = await trainJudged(workshop.folder);
  const evaluate = new EvaluatePage(page);
  await evaluate.goto(workshop.server.url, folder);
  const saved = async (press: () => Promise<void>): Promise<Buffer> => {
    const waiting = page.waitForEvent("download");
    await press();
    return readFileSync(await (await waiting).path());
  };
  const roc = page.getByRole("figure", { name: "ROC curve" });
  const points = (await saved(() => roc.getByRole("button", { name: "CSV" }).click())).toString("utf8").trim().split("\r\n");
  expect(points[0]).toBe("False-positive rate,ROC,Guessing");
  expect(points.at(-1)).toBe("1,1,1");
  const matrix = (await saved(() => page.getByRole("region", { name: "What is taken for what" }).getByRole("button", { name: "CSV" }).click())).toString(
    "utf8",
  );
  expect(matrix).toContain(`\r\n1,${report.test?.confusion["good"]?.counts[1]?.join(",")}\r\n`);
  const picture = await saved(() => page.getByRole("figure", { name: "Calibration" }).getByRole("button", { name: "PNG" }).click());
  expect(picture.subarray(1, 4).toString("latin1")).toBe("PNG");
  studio.expectNoComplaints();
});

test(
  "a matrix of classes that a spreadsheet would work out is saved as it is, which is told; or with apostrophes, at the press of a button",
  { tag: "@long" },
  async ({ page, studio, workshop }) => {
    const project = await trainedClouds(workshop.folder, [[]], { table: cloudTable().replaceAll(/,cirrus$/gm, ",=cirrus()"), epochs: 4 });
    const evaluate = new EvaluatePage(page);
    await evaluate.goto(workshop.server.url, project);
    const saved = async (button: Locator): Promise<string> => {
      const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
      return readFileSync(await download.path(), "utf8");
    };
    const csv = page.getByRole("region", { name: "What is taken for what" }).getByRole("button", { name: "CSV" });
    const exact = await saved(csv);
    expect(exact).toMatch(/^=cirrus\(\),/m);
    await expect(page.getByText("Saved with 2 cells that a spreadsheet would take for formulas, as they are.")).toBeVisible();
    const quoted = exact.replaceAll(/(^|,)=cirrus/gm, "$1'=cirrus");
    expect(await saved(page.getByRole("button", { name: "Save with apostrophes" }))).toBe(quoted);
    await expect(page.getByText("Saved with an apostrophe in front of 2 cells that a spreadsheet would take for formulas.")).toBeVisible();
    // It is remembered.
    await page.reload();
    expect(await saved(csv)).toBe(quoted);
    studio.expectNoComplaints();
  },
);

test("a key that is pressed while rows are on their way looks at the row when it comes", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const evaluate = new EvaluatePage(page);
  const { folder } = await trainJudged(workshop.folder);
  await evaluate.goto(workshop.server.url, folder);
  await expect(evaluate.table.getByRole("rowheader").first()).toBeVisible();
  const target = await evaluate.tab("kind").elementHandle();
  await evaluate.table.evaluate(async (table, tab) => {
    if (!(tab instanceof HTMLElement)) return;
    tab.click();
    await new Promise((done) => setTimeout(done));
    table.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
  }, target);
  await expect(page.getByRole("list", { name: /^Probabilities of row/ })).toBeVisible();
  await expect(evaluate.table.locator('[aria-current="true"]')).toHaveAttribute("aria-rowindex", "2");
  studio.expectNoComplaints();
});

test("every state is accessible, in both themes", async ({ page, studio, workshop }) => {
  const evaluate = new EvaluatePage(page);
  const { folder } = await trainJudged(workshop.folder);
  const accessible = () => expectAccessibleInBothThemes(page);
  await evaluate.goto(workshop.server.url, folder);
  await expect(evaluate.slider).toBeVisible();
  await expect(evaluate.table.getByRole("rowheader").first()).toBeVisible();
  expect(await page.locator("html").evaluate((html) => [html.scrollWidth - html.clientWidth, html.scrollHeight - html.clientHeight])).toEqual([0, 0]);
  await accessible();
  await evaluate.choose("kind");
  await evaluate.table.focus();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("list", { name: /^Probabilities of row/ })).toBeVisible();
  await accessible();
  await evaluate.choose("value");
  await page.getByRole("figure", { name: "Errors" }).getByRole("button", { name: "Table" }).click();
  await accessible();
  await evaluate.goto(workshop.server.url, writeClouds(workshop.folder));
  await expect(page.getByRole("heading", { name: "Nothing to judge yet" })).toBeVisible();
  await accessible();
  studio.expectNoComplaints();
});
