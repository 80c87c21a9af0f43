import { execFile } from "node:child_process";
import { cpSync, existsSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "../../src-main/base/entries.js";
import { expect, test } from "./fixture.js";
import { lookAt } from "./looks.js";
import { EvaluatePage } from "./pages/evaluate-page.js";
import { ExportPage } from "./pages/export-page.js";
import { HomePage } from "./pages/home-page.js";
import { PickerPage } from "./pages/picker-page.js";
import { PredictPage } from "./pages/predict-page.js";
import { RunsPage } from "./pages/runs-page.js";
import { TrainPage } from "./pages/train-page.js";
import { writeClipart } from "./picture-projects.js";

test("from a folder of drawings to a network one has looked into, mended and exported", async ({ page, studio, workshop }) => {
  const folder = writeClipart(workshop.folder, 20);
  await studio.open(workshop.server.url);
  await page.getByRole("button", { name: "New from pictures…" }).click();
  await new PickerPage(page).chooseFolder(folder);
  const home = new HomePage(page);
  const classes = page.getByRole("table", { name: "Classes" });
  await expect(classes.getByRole("row")).toHaveCount(4);
  await expect(classes).toContainText("birds20");
  // Few pictures begin from a pretrained network, which says why; here from scratch, one click away.
  await expect(home.template("EfficientNet-Lite0")).toBeChecked();
  await expect(page.getByText("Each picture is resized to 160 × 160 pixels, in colour.")).toBeVisible();
  await expect(page.getByText("because 60 pictures are few to learn from alone")).toBeVisible();
  await lookAt(page, "pictures-new");
  await home.template("Two convolutions").check();
  await expect(page.getByText("Each picture is resized to 64 × 64 pixels, in colour.")).toBeVisible();
  await home.create.click();

  // Data: the grid, one picture closely, a changed copy of it.
  await expect(page).toHaveURL(/\/data$/);
  const project = decodeURIComponent(/project\/([^/]+)\//.exec(page.url())?.[1] ?? "");
  const grid = page.getByRole("listbox", { name: "Pictures" });
  await expect(grid.getByRole("option").first()).toBeVisible();
  await expect(grid.locator("img").first()).toBeVisible();
  await page.getByRole("button", { name: /^flowers/ }).click();
  await expect(page.getByText("20 of 60 pictures")).toBeVisible();
  await grid.getByRole("option").first().click();
  await expect(page.getByText("As the network sees it, 64 × 64 × 3")).toBeVisible();
  await lookAt(page, "pictures-data");
  await page.getByText("Augment", { exact: true }).click();
  const draws = page.getByRole("list", { name: /drawn many times$/ });
  await expect(draws.getByRole("img")).toHaveCount(12);
  // What was proposed turns and moves every draw; once it is taken away, some are mirrored and some are not.
  const different = () => draws.locator("canvas").evaluateAll((all) => new Set(all.map((canvas) => (canvas as HTMLCanvasElement).toDataURL())).size);
  await expect.poll(different).toBe(12);
  for (const type of ["RandomAffine", "RandomHorizontalFlip"]) await page.getByRole("button", { name: `Remove ${type}` }).click();
  await page.getByRole("combobox", { name: "Add a change" }).selectOption("RandomHorizontalFlip");
  await expect.poll(different).toBe(2);
  await lookAt(page, "pictures-augment");
  // What is turned by hand is filled with the ground of the drawings: no corner is black.
  await page.getByRole("combobox", { name: "Add a change" }).selectOption("RandomRotation");
  await expect
    .poll(() =>
      (JSON.parse(readFileSync(join(project, "project.json"), "utf8")) as { data: { inputs: { augment?: object[] }[] } }).data.inputs[0]?.augment?.at(-1),
    )
    .toEqual({ type: "RandomRotation", fill: 255 });
  await page.getByRole("button", { name: "Remove RandomRotation" }).click();

  await studio.step("Model");
  await expect(
    page
      .getByText("32 × 64 × 64")
      .or(page.getByText(/32, 64, 64/))
      .first(),
  ).toBeVisible();
  await lookAt(page, "pictures-model");

  await studio.step("Train");
  const train = new TrainPage(page);
  await train.set("Epochs", "3");
  await train.start();
  await expect(train.run).toContainText("completed");
  await train.button("See how good it is").click();

  // Evaluate: the pictures of a cell, where the network looks, two excluded.
  const evaluate = new EvaluatePage(page);
  await expect(evaluate.matrix).toBeVisible();
  const counts = await evaluate.counts();
  const names = ["birds", "flowers", "music"];
  const [row, column, count] = counts.flatMap((line, i) => line.map((n, k) => [i, k, n] as const)).sort((a, b) => b[2] - a[2])[0] ?? [0, 0, 0];
  await evaluate.cell(names[row] ?? "", names[column] ?? "").click();
  const judged = page.getByRole("listbox", { name: "Judged pictures" });
  await expect(judged.getByRole("option")).toHaveCount(count);
  await expect(judged.locator("img")).toHaveCount(count);
  await judged.getByRole("option").first().click();
  const detail = page.getByRole("region", { name: /^Picture / });
  await detail.getByRole("checkbox", { name: "Where the network looks" }).check();
  await expect(detail.getByRole("img", { name: /with the places that speak for the class$/ })).toBeVisible();
  await lookAt(page, "pictures-evaluate");
  await detail.getByRole("button", { name: "Exclude" }).click();
  await expect(detail.getByRole("button", { name: "Bring back" })).toBeVisible();
  await judged.focus();
  await judged.press("ArrowRight");
  await detail.getByRole("button", { name: "Exclude" }).click();
  const source = () => (JSON.parse(readFileSync(join(project, "project.json"), "utf8")) as { data: { source: { exclude?: string[] } } }).data.source;
  await expect.poll(() => source().exclude?.length).toBe(2);
  for (const picture of source().exclude ?? []) expect(existsSync(join(folder, picture))).toBe(true);

  // Trained anew, and compared.
  await detail.getByRole("button", { name: /Train/ }).click();
  await train.start();
  await expect(train.run).toContainText("Run 2");
  await expect(train.run).toContainText("completed");
  await studio.step("Data");
  await page.getByRole("button", { name: "Excluded" }).click();
  await expect(grid.getByRole("option")).toHaveCount(2);
  await lookAt(page, "pictures-left-out");
  await studio.step("Runs");
  const runs = new RunsPage(page);
  await runs.pick("Run 1");
  await runs.pick("Run 2");
  await expect(runs.differences).toContainText("exclude");

  await studio.step("Export");
  const exporting = new ExportPage(page);
  await exporting.begin("ONNX model");
  await exporting.save(workshop.folder, "clipart.onnx");
  await expect.poll(() => existsSync(join(workshop.folder, "clipart.onnx"))).toBe(true);

  await expect(exporting.usage).toContainText("pip install onnxruntime numpy pillow");
  await exporting.usage.getByRole("button", { name: "JavaScript" }).click();
  cpSync(join(folder, "birds", readdirSync(join(folder, "birds"))[0] ?? ""), join(workshop.folder, "picture.png"));
  symlinkSync(join(packageRoot, "node_modules"), join(workshop.folder, "node_modules"), "junction");
  writeFileSync(join(workshop.folder, "ask.mjs"), ((await exporting.code.textContent()) ?? "").replace(/create\("[^"]+"\)/, 'create("clipart.onnx")'));
  const { stdout } = await promisify(execFile)(process.execPath, ["ask.mjs"], { cwd: workshop.folder });
  const shares = [...stdout.replace(/^label Float32Array\(3\)/, "").matchAll(/\d+\.\d+(?:e-\d+)?/g)].map(Number);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 4);

  // One picture, and a folder to CSV.
  await studio.step("Predict");
  await page.getByRole("button", { name: "Choose a picture…" }).click();
  await new PickerPage(page).chooseFile(join(folder, "birds", readdirSync(join(folder, "birds"))[0] ?? ""));
  const predict = new PredictPage(page);
  await expect.poll(() => predict.probabilities("label")).toHaveLength(3);
  await page.getByRole("checkbox", { name: "Where the network looks" }).check();
  await expect(page.getByRole("img", { name: /with the places that speak for the class$/ })).toBeVisible();
  await lookAt(page, "pictures-predict");
  await page.getByText("A whole folder", { exact: true }).click();
  await page.getByRole("button", { name: "Choose a folder" }).click();
  await new PickerPage(page).chooseFolder(join(folder, "music"));
  await page.getByRole("button", { name: "Predict the pictures" }).click();
  await expect(page.getByRole("status").filter({ hasText: "20 pictures answered" })).toBeVisible();
  expect(readFileSync(join(folder, "music-predictions.csv"), "utf8").trim().split("\n")).toHaveLength(21);
  studio.expectNoComplaints();
});

test("the drawings that come with Lathe are one click away", async ({ page, studio, workshop }) => {
  await studio.open(workshop.server.url);
  await new HomePage(page).startSample("Clip art");
  await expect(page).toHaveURL(/\/data$/);
  await expect(page.getByRole("listbox", { name: "Pictures" }).locator("img").first()).toBeVisible();
  await expect(page.getByRole("button", { name: /^birds/ })).toBeVisible();
  studio.expectNoComplaints();
});
