import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator } from "@playwright/test";
import { jointMatch, outcomeOf } from "../../src-main/metrics/joint-match.js";
import { decisionsOf } from "../../src-main/training/judging/joint-metrics.js";
import { predictionsFile, readPredictions } from "../../src-main/training/runs/kept-predictions.js";
import { expect, test } from "./fixture.js";
import { trainedAlphabets, trainedKnownAlphabet, trainedMixed, trainedPairs } from "./joined-projects.js";
import { expectAccessibleInBothThemes, lookAt } from "./looks.js";
import { DataPage } from "./pages/data-page.js";
import { EvaluatePage } from "./pages/evaluate-page.js";
import { ModelPage } from "./pages/model-page.js";
import { PredictPage } from "./pages/predict-page.js";
import { RunsPage } from "./pages/runs-page.js";
import { TrainPage } from "./pages/train-page.js";

interface Saved {
  readonly training: { readonly combine?: string; readonly losses?: Readonly<Record<string, { readonly weight?: number }>> };
}
const saved = (project: string) => JSON.parse(readFileSync(join(project, "project.json"), "utf8")) as Saved;

/** Counted from what the run kept: how many samples each sentence is about. */
function countedByHand(project: string) {
  const { targets, rows } = readPredictions(predictionsFile(join(project, "runs", "0001"), "test"));
  const decisions = decisionsOf(targets.map((target) => ({ target, outputs: target.outputs, truths: target.truths })));
  const says = { "right right": "both right", "right wrong": "character wrong though alphabet right", "wrong right": "alphabet wrong though character right" };
  const counts = new Map<string, number>();
  for (let place = 0; place < rows.length; place++) {
    const outcomes = decisions.map((one) => outcomeOf(one, place)).join(" ");
    const sentence = (says as Readonly<Record<string, string>>)[outcomes] ?? "both wrong";
    counts.set(sentence, (counts.get(sentence) ?? 0) + 1);
  }
  return { counts, exactMatch: jointMatch(decisions, rows.length), rows: rows.length };
}

test("a tab a target, by mouse and keyboard, kept by the address and by the project", async ({ page, studio, workshop }) => {
  const project = await trainedAlphabets(workshop.folder);
  const evaluate = new EvaluatePage(page);
  await evaluate.goto(workshop.server.url, project);
  await expect(evaluate.tabs.getByRole("tab")).toHaveText(["alphabet", "character", "Together"]);
  await expect(evaluate.tab("alphabet")).toHaveAttribute("aria-selected", "true");
  await expect(evaluate.matrix.getByRole("button")).toHaveCount(4);
  await evaluate.tab("alphabet").focus();
  await page.keyboard.press("ArrowRight");
  await expect(evaluate.tab("character")).toBeFocused();
  await expect(evaluate.matrix.getByRole("button")).toHaveCount(25);
  await expect(page).toHaveURL(/tab=target(:|%3A)character/);
  await page.reload();
  await expect(evaluate.tab("character")).toHaveAttribute("aria-selected", "true");
  await evaluate.tab("character").focus();
  await page.keyboard.press("End");
  await expect(evaluate.together).toBeVisible();
  await studio.step("Data");
  await studio.step("Evaluate");
  await expect(evaluate.tab("Together")).toHaveAttribute("aria-selected", "true");
  await evaluate.tab("Together").focus();
  await page.keyboard.press("ArrowRight");
  await expect(evaluate.tab("alphabet")).toBeFocused();
  studio.expectNoComplaints();
});

test("joint errors are those of the run's answers, and each combination opens its pictures", async ({ page, studio, workshop }) => {
  const project = await trainedAlphabets(workshop.folder);
  const byHand = countedByHand(project);
  expect(byHand.counts.size).toBeGreaterThan(1);
  const report = JSON.parse(readFileSync(join(project, "runs", "0001", "report.json"), "utf8")) as { test: { metrics: Record<string, number> } };
  expect(report.test.metrics["exactMatch"]).toBe(byHand.exactMatch);

  const evaluate = new EvaluatePage(page);
  await evaluate.goto(workshop.server.url, project);
  await evaluate.choose("Together");
  await expect(evaluate.combinations).toBeVisible();
  expect(await evaluate.combinationCounts()).toEqual(byHand.counts);
  const share = new Intl.NumberFormat(undefined, { style: "percent", maximumSignificantDigits: 3 }).format(byHand.exactMatch ?? Number.NaN);
  await expect(evaluate.together).toContainText(`Both are right for ${share} of ${byHand.rows} pictures`);
  for (const [says, count] of byHand.counts) {
    await evaluate.combinations.getByRole("button", { name: says }).click();
    await expect.poll(() => evaluate.total()).toBe(count);
    await expect(evaluate.samples).toHaveAttribute("aria-rowcount", String(count + 1));
    await expect(evaluate.samples.getByRole("row").nth(1).locator("img")).toBeVisible();
  }
  await evaluate.samples.focus();
  await page.keyboard.press("ArrowDown");
  const detail = page.getByRole("region", { name: /^Picture \d+$/ });
  await expect(detail.getByRole("row")).toHaveCount(3);
  await expect(detail.getByRole("figure")).toHaveCount(1);
  await lookAt(page, "evaluate-together", true);
  await page.keyboard.press("Escape");
  await expect(detail).toBeHidden();
  studio.expectNoComplaints();
});

test("the weights of targets are shares that add up, dragged or typed, and can be undone", async ({ page, studio, workshop }) => {
  const project = await trainedAlphabets(workshop.folder);
  const train = new TrainPage(page);
  await studio.open(workshop.server.url, TrainPage.place(project));
  await train.openSection("Losses");
  const weights = train.weights;
  expect(await train.shares()).toEqual(["33.3%", "66.7%"]);
  const slider = weights.getByRole("slider", { name: "Share of character" });
  await slider.fill("80");
  await expect.poll(() => saved(project).training.losses?.["character"]?.weight).toBe(2);
  expect(await train.shares()).toEqual(["20%", "80%"]);
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => saved(project).training.losses?.["character"]?.weight).toBe(2.13);
  await page.keyboard.press("Escape");
  await train.set("Weight of alphabet", "1.5");
  await expect.poll(() => saved(project).training.losses?.["alphabet"]?.weight).toBe(1.5);
  await page.getByRole("heading", { name: "Settings" }).first().click();
  await page.keyboard.press("Control+z");
  await expect.poll(() => saved(project).training.losses?.["alphabet"]?.weight).toBe(0.5);
  await weights.getByRole("button", { name: "All alike" }).click();
  await expect.poll(() => train.shares()).toEqual(["50%", "50%"]);
  // A weight that cannot be is told at its field.
  await train.set("Weight of alphabet", "-1");
  await expect(weights.getByText("expected more than 0", { exact: false })).toBeVisible();
  await page.keyboard.press("Control+z");

  // Each way to combine says what it does.
  const combine = train.settings.getByRole("combobox", { name: "Combine losses" });
  const ways = await combine.getByRole("option").evaluateAll((all) => all.map((each) => (each as HTMLOptionElement).value));
  expect(ways).toEqual(expect.arrayContaining(["sum", "normalized"]));
  const said = new Set<string>();
  for (const way of ways) {
    await combine.selectOption(way);
    await expect.poll(() => saved(project).training.combine ?? "sum").toBe(way);
    said.add(await train.section("Losses").innerText());
  }
  expect(said.size).toBe(ways.length);
  studio.expectNoComplaints();
});

test("the loss is shown with the weighted parts that it is the sum of, and each target's own", async ({ page, studio, workshop }) => {
  const project = await trainedAlphabets(workshop.folder);
  const lines = readFileSync(join(project, "runs", "0001", "metrics.jsonl"), "utf8")
    .trim()
    .split("\n");
  const last = JSON.parse(lines.at(-1) ?? "") as { validation: Record<string, number> };
  const [total = 0, alphabet = 0, character = 0] = ["loss", "alphabet.loss", "character.loss"].map((name) => last.validation[name]);
  expect(0.5 * alphabet + character).toBeCloseTo(total, 5);
  const train = new TrainPage(page);
  await studio.open(workshop.server.url, TrainPage.place(project));
  const three = (value: number) => new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3, minimumSignificantDigits: 3 }).format(value);
  await expect(train.lossSum).toContainText(`Validation ${three(total)} = 0.500 × ${three(alphabet)} alphabet + 1.00 × ${three(character)} character`);
  const legend = async (figure: Locator) => {
    await figure.getByRole("button", { name: "Table" }).click();
    const heads = await figure.getByRole("columnheader").allInnerTexts();
    await figure.getByRole("button", { name: "Table" }).click();
    return heads.slice(1);
  };
  await train.chooseLoss("Its weighted parts");
  expect(await legend(page.getByRole("figure", { name: "Its weighted parts" }))).toEqual(["all together", "0.500 × alphabet", "1.00 × character"]);
  await lookAt(page, "train-parts", true);
  await train.chooseLoss("Each target's own");
  expect(await legend(page.getByRole("figure", { name: "Each target's own" }))).toEqual([
    "alphabet, train",
    "alphabet, validation",
    "character, train",
    "character, validation",
  ]);
  await train.chooseLoss("Loss of character");
  const own = page.getByRole("figure", { name: "Loss of character" });
  await own.getByRole("button", { name: "Table" }).click();
  await expect(own.getByRole("row").nth(1)).toContainText(three(character));
  // It is remembered.
  await page.reload();
  await expect(own).toBeVisible();
  studio.expectNoComplaints();
});

test("everything that a sample is made of is asked for at once, and all answers stand side by side", async ({ page, studio, workshop }) => {
  const project = await trainedMixed(workshop.folder);
  const predict = new PredictPage(page);
  await predict.goto(workshop.server.url, project);
  await expect(predict.form.getByRole("region", { name: "photo" })).toBeVisible();
  await expect(predict.answer).toContainText("The picture photo is not chosen yet.");
  await page.getByRole("button", { name: "A sample by chance" }).click();
  await expect(predict.form.getByRole("img")).toBeVisible();
  const answers = predict.answer.getByRole("region");
  await expect(answers).toHaveCount(3);
  const boxes = await answers.evaluateAll((all) => all.map((each) => each.getBoundingClientRect().top));
  expect(boxes[0]).toBe(boxes[1]);
  const before = await predict.probabilities("large");
  await predict.field("size").fill("79");
  await expect.poll(() => predict.probabilities("large")).not.toEqual(before);
  await predict.field("style").selectOption("bold");
  await lookAt(page, "predict-mixed", true);

  await predict.many();
  const needs = page.getByRole("region", { name: "Columns that the table needs" });
  await expect(needs.getByRole("term")).toHaveText(["photo", "size", "style"]);
  await expect(needs).toContainText("where the picture lies, from the table's folder on");
  await expect(needs).toContainText("bold, italic, plain");
  await lookAt(page, "predict-mixed-file", true);
  await expect(predict.file.getByRole("button", { name: "Choose a folder" })).toBeHidden();
  await predict.chooseTable(join(project, "table.csv"));
  await predict.file.getByRole("button", { name: "Predict the file" }).click();
  await expect(predict.file).toContainText("100 rows answered");
  await expect(predict.answers.getByRole("columnheader", { name: "price" })).toBeVisible();
  studio.expectNoComplaints();
});

test("a model of a picture and the level above it answers a folder that has these levels", async ({ page, studio, workshop }) => {
  const project = await trainedKnownAlphabet(workshop.folder);
  const predict = new PredictPage(page);
  await predict.goto(workshop.server.url, project);
  await predict.many();
  await expect(predict.file).toContainText("alphabet/character/picture");
  await expect(page.getByRole("region", { name: "Columns that the table needs" }).getByRole("term")).toHaveText(["image", "alphabet"]);
  await predict.chooseFolder(join(project, "glyphs"));
  await predict.file.getByRole("button", { name: "Predict the pictures" }).click();
  await expect(predict.file).toContainText("60 pictures answered");
  await expect(predict.answers.getByRole("cell", { name: /^Greek\/alpha\/alpha\d+\.png$/ }).first()).toBeVisible();
  studio.expectNoComplaints();
});

test("two pictures a row: both in the form, both in the rows, one shared block in the graph", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const project = await trainedPairs(workshop.folder);
  const data = new DataPage(page);
  await data.goto(workshop.server.url, project);
  await data.ready();
  const row = data.table.getByRole("row").nth(1);
  await expect(row.locator("img")).toHaveCount(2);
  await lookAt(page, "data-pairs", true);
  await row
    .getByRole("button", { name: /^Look at glyphs\// })
    .nth(1)
    .click();
  await expect(page.getByRole("radio", { name: "Picture", exact: true })).toBeChecked();

  const predict = new PredictPage(page);
  await predict.goto(workshop.server.url, project);
  await page.getByRole("button", { name: "A sample by chance" }).click();
  await expect(predict.form.getByRole("img")).toHaveCount(2);
  await lookAt(page, "predict-pairs", true);

  const model = new ModelPage(page);
  await model.goto(workshop.server.url, project);
  await expect(model.node("a")).toContainText("shared");
  await lookAt(page, "model-siamese", true);
  studio.expectNoComplaints();
});

test(
  "the rows of samples show each input, of pictures in folders too, with the right counts of values",
  { tag: "@long" },
  async ({ page, studio, workshop }) => {
    const mixed = await trainedMixed(workshop.folder);
    const data = new DataPage(page);
    await data.goto(workshop.server.url, mixed);
    await data.ready();
    await expect(data.table.getByRole("row").nth(1).locator("img")).toHaveCount(1);
    const differ = async (column: string, count: number) => {
      await data.column(column).click();
      await page.getByRole("radio", { name: "Column", exact: true }).check({ force: true });
      await expect(page.locator("dl.facts").filter({ hasText: "Different values" })).toContainText(new RegExp(`Different values\\s*${count}$`));
    };
    await differ("style", 3);
    await differ("alphabet", 2);
    await lookAt(page, "data-mixed", true);

    const letters = await trainedAlphabets(workshop.folder);
    await data.goto(workshop.server.url, letters);
    await page.getByText("Rows, with all that belongs to each").click();
    await data.ready();
    await expect(data.table.getByRole("columnheader")).toHaveCount(5);
    await expect(data.table.getByRole("row").nth(1).locator("img")).toHaveCount(1);
    await page.getByText("Columns", { exact: true }).first().click();
    await differ("alphabet", 2);
    await differ("character", 5);
    await lookAt(page, "data-levels", true);
    studio.expectNoComplaints();
  },
);

test("the graph has its inputs in one line, its answers in another, and no connection under a layer", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const project = await trainedMixed(workshop.folder);
  const model = new ModelPage(page);
  await model.goto(workshop.server.url, project);
  await expect(model.node("large")).toContainText("BCEWithLogitsLoss × 1.00");
  const tops = async (names: readonly string[]) => Promise.all(names.map(async (name) => Math.round((await model.node(name).boundingBox())?.y ?? Number.NaN)));
  expect(new Set(await tops(["photo", "size", "style"])).size).toBe(1);
  expect(new Set(await tops(["alphabet", "price", "large"])).size).toBe(1);
  // Points along each connection lie in no node but its two ends.
  const under = await model.crossedNodes();
  expect(under).toEqual([]);
  await lookAt(page, "model-mixed", true);
  const letters = await trainedAlphabets(workshop.folder);
  await model.goto(workshop.server.url, letters);
  await expect(model.node("alphabet")).toContainText("CrossEntropyLoss × 0.500");
  expect(await model.crossedNodes()).toEqual([]);
  await lookAt(page, "model-heads", true);
  studio.expectNoComplaints();
});

test("runs are compared by one target's metrics, or by all", async ({ page, studio, workshop }) => {
  const project = await trainedMixed(workshop.folder);
  const runs = new RunsPage(page);
  await runs.goto(workshop.server.url, project);
  const metric = page.getByRole("combobox", { name: "Test metric" });
  const offered = () => metric.getByRole("option").allInnerTexts();
  await expect.poll(offered).toContain("exactMatch");
  await runs.target.selectOption({ label: "price" });
  await expect.poll(async () => (await offered()).every((name) => name.startsWith("price."))).toBe(true);
  await expect(runs.facts).toContainText("price.rmse");
  await expect(runs.facts).not.toContainText("alphabet.accuracy");
  await expectAccessibleInBothThemes(page);
  await runs.target.selectOption({ label: "All targets" });
  await expect(runs.facts).toContainText("alphabet.accuracy");
  await lookAt(page, "runs-targets", true);
  studio.expectNoComplaints();
});
