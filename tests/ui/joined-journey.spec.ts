import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { packageRoot } from "../../src-main/base/entries.js";
import { isTaken } from "../support/taken.js";
import { expect, test } from "./fixture.js";
import { lookAt } from "./looks.js";
import { DataPage } from "./pages/data-page.js";
import { EvaluatePage } from "./pages/evaluate-page.js";
import { ExportPage } from "./pages/export-page.js";
import { HomePage } from "./pages/home-page.js";
import { ModelPage } from "./pages/model-page.js";
import { PredictPage } from "./pages/predict-page.js";
import { TrainPage } from "./pages/train-page.js";

const letters = join(packageRoot, "resources", "samples", "glyphs");
const ALPHABETS = ["Greek", "Hebrew", "Latin"];

/** Three letters of three alphabets of the sample. @returns the folders of training and test, and their pictures as `alphabet/letter/file` */
function someLetters(root: string) {
  const [train, test] = ["train", "test"].map((part) => {
    const folder = join(root, "letters", part);
    const files = ALPHABETS.flatMap((alphabet) => {
      const three = readdirSync(join(letters, "train", alphabet))
        .sort()
        .slice(0, 3);
      return three.flatMap((letter) => {
        const from = join(letters, part, alphabet, letter);
        if (!existsSync(from)) return [];
        mkdirSync(join(folder, alphabet, letter), { recursive: true });
        cpSync(from, join(folder, alphabet, letter), { recursive: true });
        return readdirSync(from).map((file) => `${alphabet}/${letter}/${file}`);
      });
    });
    return { folder, files };
  });
  return { train: train!, test: test! };
}

const projectOf = (page: Page) => decodeURIComponent(/project\/([^/]+)\//.exec(page.url())?.[1] ?? "");
const savedIn = (project: string) =>
  JSON.parse(readFileSync(join(project, "project.json"), "utf8")) as {
    data: { source: object; inputs: { name: string; type: string }[]; targets: { name: string; type: string }[]; split: object };
    model: { layers: { id: string; type: string; from?: string[] }[]; outputs: { target: string; from: string }[]; blocks?: object };
    training: { losses?: Record<string, { weight?: number }> };
  };

test("a folder of two levels becomes a network with two answers, built by hand, judged together, exported, and asked about a folder", async ({
  page,
  studio,
  workshop,
}) => {
  const { train, test: unseen } = someLetters(workshop.folder);
  const home = new HomePage(page);
  await home.goto(workshop.server.url);
  await home.propose(train.folder);
  await home.level("Outer folders").fill("alphabet");
  await page.keyboard.press("Enter");
  await home.level("Inner folders").fill("letter");
  await page.keyboard.press("Enter");
  await home.level("Files' names").fill("{typeface}-{copy}");
  await page.keyboard.press("Enter");
  await expect(home.columns.getByRole("rowheader")).toHaveText(["image", "alphabet", "letter", "typeface", "copy"]);
  await home.giveRole("alphabet", "Predict");
  await home.giveRole("letter", "Predict");
  await lookAt(page, "joined-home", true);
  await home.create.click();
  await expect(page).toHaveURL(/\/data$/);
  const project = projectOf(page);
  expect(savedIn(project).data.source).toMatchObject({ levels: ["alphabet", "letter"], names: "{typeface}-{copy}" });
  expect(
    savedIn(project)
      .data.targets.map(({ name }) => name)
      .sort(),
  ).toEqual(["alphabet", "letter"]);

  // What is proposed is taken away and built anew: a trunk, then one layer for each answer.
  await studio.step("Model");
  const model = new ModelPage(page);
  await expect(model.graph).toBeVisible();
  await model.graph.locator('[data-key^="layer:"]').first().click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.press("Delete");
  await model.build([
    { type: "Conv2d", options: { "Out channels": "8", "Kernel size": "3" } },
    { type: "MaxPool2d", options: { "Kernel size": "4" } },
    { type: "ELU" },
    { type: "Flatten" },
    { type: "Linear" },
  ]);
  // The last layer answers both; another one takes over the letters.
  await expect.poll(() => savedIn(project).model.outputs.map(({ from }) => from)).toEqual(["fc1", "fc1"]);
  await model.dropAt("Linear", { x: 20, y: 400 });
  await expect(model.node("fc2")).toBeVisible();
  await expect(model.inspector).toContainText("Reads nothing yet");
  await model.inspector.getByRole("button", { name: "One per class" }).click();
  await model.graph.getByRole("button", { name: "Show all" }).click();
  await model.connectByDrag("flatten1", "fc2");
  await expect(model.link("flatten1", "fc2")).toHaveCount(1);
  await model.connectByDrag("fc2", "letter");
  await expect(model.link("fc2", "letter")).toHaveCount(1);
  await expect
    .poll(() => savedIn(project).model.outputs)
    .toEqual([
      { target: "alphabet", from: "fc1" },
      { target: "letter", from: "fc2" },
    ]);
  await expect(model.totals).toContainText("No problems");
  await lookAt(page, "joined-model", true);

  await studio.step("Train");
  const training = new TrainPage(page);
  await training.set("Epochs", "4");
  await training.openSection("Losses");
  expect(await training.shares()).toEqual(["50%", "50%"]);
  await training.weights.getByRole("slider", { name: "Share of letter" }).fill("80");
  await expect.poll(() => savedIn(project).training.losses?.["letter"]?.weight).toBe(4);
  await training.start();
  await expect(training.run).toContainText("completed");
  await expect(training.lossSum).toContainText("4.00 × ");
  await lookAt(page, "joined-train", true);

  await training.button("See how good it is").click();
  const evaluate = new EvaluatePage(page);
  await expect(evaluate.tabs.getByRole("tab")).toHaveText(["alphabet", "letter", "Together"]);
  await expect(evaluate.matrix.getByRole("button")).toHaveCount(9);
  await evaluate.choose("letter");
  await expect(evaluate.matrix.getByRole("button")).toHaveCount(81);
  await evaluate.choose("Together");
  const counts = await evaluate.combinationCounts();
  expect([...counts.keys()].every((says) => /^(both right|both wrong|letter wrong though alphabet right|alphabet wrong though letter right)$/.test(says))).toBe(
    true,
  );
  const [[says, count] = ["", 0]] = [...counts].slice(-1);
  await evaluate.combinations.getByRole("button", { name: says, exact: true }).click();
  await expect(evaluate.samples).toHaveAttribute("aria-rowcount", String(count + 1));
  await lookAt(page, "joined-together", true);

  await studio.step("Export");
  const exporting = new ExportPage(page);
  await exporting.begin("ONNX model");
  await exporting.save(workshop.folder, "letters.onnx");
  const model2 = join(workshop.folder, "letters.onnx");
  await expect.poll(() => isTaken(model2, join(project, "runs", "0001", "model.onnx"))).toBe(true);
  await lookAt(page, "joined-export", true);

  await studio.step("Predict");
  const predict = new PredictPage(page);
  await predict.many();
  await predict.chooseFolder(unseen.folder);
  await predict.file.getByRole("button", { name: "Predict the pictures" }).click();
  await expect(predict.file).toContainText(`${unseen.files.length} pictures answered`);
  await lookAt(page, "joined-predict", true);
  studio.expectNoComplaints();
});

test("a table of paths with words and numbers becomes a network with a branch for each", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const { train, test: unseen } = someLetters(workshop.folder);
  const rows = (files: readonly string[], part: string, told: boolean) =>
    files.map((file, i) => {
      const [alphabet = "", letter = "", name = ""] = file.split("/");
      return [`${part}/${file}`, alphabet, name.length + (i % 3), ...(told ? [letter] : [])].join(",");
    });
  const table = join(workshop.folder, "letters", "letters.csv");
  writeFileSync(table, ["photo,alphabet,thickness,letter", ...rows(train.files, "train", true), ""].join("\n"));
  const asked = join(workshop.folder, "letters", "new.csv");
  writeFileSync(asked, ["photo,alphabet,thickness", ...rows(unseen.files, "test", false), ""].join("\n"));

  const home = new HomePage(page);
  await home.goto(workshop.server.url);
  await home.propose(table);
  await home.giveRole("letter", "Predict");
  await home.template("A branch for each input").check({ force: true });
  await lookAt(page, "joined-table-home", true);
  await home.create.click();
  await expect(page).toHaveURL(/\/data$/);
  const project = projectOf(page);
  const { data, model: network } = savedIn(project);
  expect(data.inputs.map(({ name, type }) => [name, type])).toEqual(
    expect.arrayContaining([
      ["photo", "image"],
      ["alphabet", "category"],
    ]),
  );
  expect(network.layers.some(({ type, from = [] }) => type === "Concat" && from.length === data.inputs.length)).toBe(true);
  const rowsOfData = new DataPage(page);
  await rowsOfData.ready();
  await expect(rowsOfData.table.getByRole("row").nth(1).locator("img")).toHaveCount(1);
  await lookAt(page, "joined-table-data", true);

  await studio.step("Model");
  await expect(new ModelPage(page).totals).toContainText("No problems");
  await lookAt(page, "joined-table-model", true);

  await studio.step("Train");
  const training = new TrainPage(page);
  await training.set("Epochs", "3");
  await training.start();
  await expect(training.run).toContainText("completed");

  await studio.step("Predict");
  const predict = new PredictPage(page);
  await predict.mode("A whole file");
  await predict.chooseTable(asked);
  await predict.file.getByRole("button", { name: "Predict the file" }).click();
  await expect(predict.file).toContainText(`${unseen.files.length} rows answered`);
  const written = readFileSync(asked.replace(/\.csv$/, "-predictions.csv"), "utf8")
    .trim()
    .split("\n");
  expect(written).toHaveLength(unseen.files.length + 1);
  expect(written[0]).toContain("letter");
  await lookAt(page, "joined-table-predict", true);
  studio.expectNoComplaints();
});
