import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "../../src-main/base/entries.js";
import { startDesktop } from "../support/electron-host.js";
import { plausibleEpochs, writeRun } from "../support/run-on-disk.js";
import { isTaken } from "../support/taken.js";
import { expectAccessible } from "./accessibility.js";
import { writeClouds } from "./cloud-project.js";
import { expect, test } from "./fixture.js";
import { lookAt } from "./looks.js";
import { ExportPage } from "./pages/export-page.js";
import { trainedClouds } from "./trained-clouds.js";

interface Report {
  readonly model: { readonly parameters: number };
  readonly parity: { readonly rows: number; readonly split: string; readonly equalDecisions: number; readonly passed: boolean };
  readonly test: { readonly rows: number; readonly metrics: Readonly<Record<string, number>> };
}
const inRun = (project: string, file: string, run = "0001") => join(project, "runs", run, file);
const reportOf = (project: string) => JSON.parse(readFileSync(inRun(project, "report.json"), "utf8")) as Report;

test("without a model there is one button, to Train", async ({ page, studio, workshop }) => {
  const exporting = new ExportPage(page);
  const project = writeClouds(workshop.folder);
  writeRun(project, "0001", { epochs: plausibleEpochs(3) });
  await exporting.goto(workshop.server.url, project);
  await expect(page.getByRole("heading", { name: "There is no model yet" })).toBeVisible();
  await page.getByRole("button", { name: "Go to Train" }).click();
  await expect(page).toHaveURL(/\/train$/);
  studio.expectNoComplaints();
});

test("the model and the report are written where one says, those of the run with a certificate", async ({ page, studio, workshop }) => {
  const project = await trainedClouds(workshop.folder);
  const exporting = new ExportPage(page);
  await exporting.goto(workshop.server.url, project);
  await expect(exporting.format("ONNX model")).toBeChecked();
  await expect(exporting.formats).toHaveCount(3);
  await exporting.begin("ONNX model");
  // A name is proposed.
  await expect(exporting.picker.getByRole("textbox", { name: "File name" })).toHaveValue("clouds-0001.onnx");
  await exporting.save(workshop.folder, "kinds");
  const model = join(workshop.folder, "kinds.onnx");
  await expect(page.getByRole("status").filter({ hasText: `${model} is written.` })).toBeVisible();
  expect(isTaken(model, inRun(project, "model.onnx"))).toBe(true);
  await expect(exporting.written).toHaveCount(1);
  await expect(exporting.written.first()).toContainText(model);
  const { parity } = reportOf(project);
  await expect(exporting.written.first()).toContainText(`Compared with the trainer on ${parity.rows} samples`);

  // Without preprocessing it is compared anew, on rows that are made up.
  await page.getByRole("combobox", { name: "Preprocessing" }).selectOption("none");
  await exporting.begin("ONNX model");
  await exporting.save(workshop.folder, "bare");
  await expect(exporting.written).toHaveCount(2);
  await expect(exporting.written.first()).toContainText("Compared with the file with its preprocessing on 256 samples");

  await exporting.begin("Report");
  await exporting.save(workshop.folder, "kinds.json");
  await expect(exporting.written).toHaveCount(3);
  expect(JSON.parse(readFileSync(join(workshop.folder, "kinds.json"), "utf8"))).toMatchObject({ ...reportOf(project), certificate: { run: "0001" } });
  // Called off, nothing is written and nothing complained of.
  await exporting.begin("Report");
  await page.keyboard.press("Escape");
  await expect(exporting.picker).toBeHidden();
  await expect(exporting.written).toHaveCount(3);
  await expect(page.getByRole("alert")).toBeHidden();
  studio.expectNoComplaints();
});

test("a file in the way is kept, or replaced, or left for another name", async ({ page, studio, workshop }) => {
  const project = await trainedClouds(workshop.folder, [["--epochs", "1"]]);
  const mine = join(workshop.folder, "mine.onnx");
  writeFileSync(mine, "mine");
  const exporting = new ExportPage(page);
  await exporting.goto(workshop.server.url, project);
  await exporting.begin("ONNX model");
  await exporting.save(workshop.folder, "mine");
  await expect(exporting.asks).toContainText(`There is a file ${mine} already.`);
  await exporting.asks.getByRole("button", { name: "Cancel" }).click();
  await expect(exporting.asks).toBeHidden();
  expect(readFileSync(mine, "utf8")).toBe("mine");
  await expect(exporting.written).toHaveCount(0);

  await exporting.begin("ONNX model");
  await exporting.save(workshop.folder, "mine.onnx");
  await exporting.asks.getByRole("button", { name: "Choose another name" }).click();
  await exporting.save(workshop.folder, "another.onnx");
  await expect(exporting.written).toContainText([join(workshop.folder, "another.onnx")]);
  expect(readFileSync(mine, "utf8")).toBe("mine");

  await exporting.begin("ONNX model");
  await exporting.save(workshop.folder, "mine.onnx");
  await exporting.asks.getByRole("button", { name: "Replace it" }).click();
  await expect(exporting.written).toContainText([mine, join(workshop.folder, "another.onnx")]);
  expect(isTaken(mine, inRun(project, "model.onnx"))).toBe(true);
  studio.expectNoComplaints();
});

test("what cannot be written says why, and the next attempt counts", async ({ page, studio, workshop }) => {
  const project = await trainedClouds(workshop.folder, [["--epochs", "1"]]);
  mkdirSync(join(workshop.folder, "taken.onnx"));
  const exporting = new ExportPage(page);
  await exporting.goto(workshop.server.url, project);
  const alert = page.getByRole("alert");
  for (const [folder, name, words] of [
    [workshop.folder, "taken.onnx", /taken\.onnx is a folder; name a file in it/],
    [workshop.folder, "../../outside.onnx", /the file to export to ".*outside\.onnx" is not in a folder this server may use/i],
    // A folder that is none: nothing can be written below a file.
    [project, "clouds.csv/model.onnx", /clouds\.csv\/model\.onnx.*Nothing was written/i],
    [join(project, "runs", "0001"), "model.onnx", /model\.onnx belongs to the run itself; choose a place outside/],
  ] as const) {
    await exporting.begin("ONNX model");
    await exporting.save(folder, name);
    await expect(alert).toContainText(words);
  }
  expect(existsSync(join(workshop.folder, "..", "..", "outside.onnx"))).toBe(false);
  expect(readFileSync(join(project, "clouds.csv"), "utf8")).toContain("cirrus");
  await expect(exporting.written).toHaveCount(0);
  await exporting.begin("ONNX model");
  await exporting.save(workshop.folder, "model.onnx");
  await expect(exporting.written).toHaveCount(1);
  await expect(alert).toBeHidden();
  studio.expectNoComplaints();
});

test("the model says how it is fed and what it answers, and whether it can be trusted", async ({ page, studio, workshop }) => {
  const project = await trainedClouds(workshop.folder);
  const exporting = new ExportPage(page);
  await exporting.goto(workshop.server.url, project);
  await expect(exporting.value("Inputs", "features")).toHaveText(["float32", "[N, 3]", "columns height, humidity, wind; NaN where a value is missing"]);
  await expect(exporting.value("Inputs", "season").first()).toHaveText("string");
  await expect(exporting.model.getByRole("table", { name: "Outputs" }).getByRole("rowheader", { name: /kind/ }).first()).toBeVisible();
  await expect(exporting.model).toContainText(/opset \d+/);
  await expect(exporting.model).toContainText("N is the number of samples; any number goes.");
  const report = reportOf(project);
  expect(report.parity.passed).toBe(true);
  await expect(exporting.check("Same answers as in training")).toHaveText(
    new RegExp(`^yes, on ${report.parity.rows} samples of ${report.parity.split}; the largest difference is \\d`),
  );
  await expect(exporting.check("Same predictions")).toHaveText("100%");
  await expect(exporting.check("Training")).toHaveText("4 epochs, the weights of epoch 4");
  await expect(exporting.check("Parameters")).toHaveText(String(report.model.parameters));
  await expect(exporting.check("Test samples")).toHaveText(String(report.test.rows));
  await expect(exporting.check("Test kind.accuracy")).toHaveText((report.test.metrics["kind.accuracy"] ?? NaN).toPrecision(3));
  studio.expectNoComplaints();
});

test("the program for the model is copied, and runs as it is", async ({ page, context, studio, workshop }) => {
  const project = await trainedClouds(workshop.folder, [["--epochs", "1"]]);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const clipboard = () => page.evaluate<string>("navigator.clipboard.readText()");
  const exporting = new ExportPage(page);
  await exporting.goto(workshop.server.url, project);
  await expect(exporting.code).toContainText('ort.InferenceSession("clouds-0001.onnx")');
  await expect(exporting.usage).toContainText("pip install onnxruntime numpy");
  await exporting.usage.getByRole("button", { name: "Copy" }).click();
  await expect(exporting.usage.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await clipboard()).toBe(await exporting.code.textContent());
  await exporting.usage.getByRole("button", { name: "JavaScript" }).click();
  await expect(exporting.usage).toContainText("npm install onnxruntime-node");
  await exporting.usage.getByRole("button", { name: "Copy" }).click();
  await expect(exporting.usage.getByRole("button", { name: "Copied" })).toBeVisible();

  await exporting.begin("ONNX model");
  await exporting.save(workshop.folder, "clouds-0001.onnx");
  await expect(exporting.written).toHaveCount(1);
  writeFileSync(join(workshop.folder, "ask.mjs"), await clipboard());
  symlinkSync(join(packageRoot, "node_modules"), join(workshop.folder, "node_modules"), "junction");
  const { stdout } = await promisify(execFile)(process.execPath, ["ask.mjs"], { cwd: workshop.folder });
  const probabilities = [...stdout.replace(/^kind Float32Array\(3\)/, "").matchAll(/\d+\.\d+/g)].map(Number);
  expect(probabilities).toHaveLength(3);
  expect(probabilities.reduce((sum, p) => sum + p)).toBeCloseTo(1, 5);
  studio.expectNoComplaints();
});

test("another run is chosen; one without a model says so and leads to one that has it", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const project = await trainedClouds(workshop.folder, [
    ["--epochs", "1"],
    ["--epochs", "2"],
  ]);
  writeRun(project, "0003", { epochs: plausibleEpochs(3) });
  const exporting = new ExportPage(page);
  await exporting.goto(workshop.server.url, project, "0003");
  await expect(page.getByRole("alert")).toContainText("Run 3 has no model to export.");
  await expect(page.getByRole("button", { name: "Export ONNX model…" })).toHaveAttribute("aria-disabled", "true");
  await page.getByRole("button", { name: "Show the newest model" }).click();
  await expect(exporting.run).toHaveValue("0002");
  await expect(exporting.check("Training")).toContainText("2 epochs");
  await exporting.run.selectOption("0001");
  await expect(page).toHaveURL(/run=0001$/);
  await expect(exporting.check("Training")).toHaveText("1 epoch, the weights of epoch 1");
  await exporting.begin("ONNX model");
  await exporting.save(workshop.folder, "first.onnx");
  await expect(exporting.written).toHaveCount(1);
  expect(isTaken(join(workshop.folder, "first.onnx"), inRun(project, "model.onnx"))).toBe(true);
  studio.expectNoComplaints();
});

test("the PyTorch folder is written as a new folder, with what it was compared with, and never over one that holds something", async ({
  page,
  studio,
  workshop,
}) => {
  const project = await trainedClouds(workshop.folder, [["--epochs", "1"]]);
  const exporting = new ExportPage(page);
  await exporting.goto(workshop.server.url, project);
  await exporting.begin("PyTorch folder");
  await expect(exporting.picker.getByRole("textbox", { name: "Folder name" })).toHaveValue("clouds-0001");
  await expect(exporting.picker).toHaveCSS("opacity", "1");
  await lookAt(page, "export-folder-asked", true);
  await exporting.save(workshop.folder, "torch");
  await expect(exporting.written).toHaveCount(1, { timeout: 60_000 });
  // As far as there is a Python with PyTorch here.
  await expect(exporting.written.first()).toContainText(/Compared with the trainer on \d+ samples|not compared: there is no Python with PyTorch/);
  const folder = join(workshop.folder, "torch");
  expect(JSON.parse(readFileSync(join(folder, "certificate.json"), "utf8"))).toMatchObject({ run: "0001", format: "pytorch" });
  expect(readFileSync(join(folder, "train.py"), "utf8")).toContain("EPOCHS = 1\n");
  await lookAt(page, "export-folder-written", true);
  const before = readFileSync(join(folder, "certificate.json"), "utf8");
  await exporting.begin("PyTorch folder");
  await exporting.save(workshop.folder, "torch");
  await expect(page.getByRole("alert")).toContainText(`There is a folder ${folder} already, and it is not empty; choose another name`);
  expect(readFileSync(join(folder, "certificate.json"), "utf8")).toBe(before);
  studio.expectNoComplaints();
});

test("the palette starts a format", async ({ page, studio, workshop }) => {
  const project = await trainedClouds(workshop.folder, [["--epochs", "1"]]);
  const exporting = new ExportPage(page);
  await exporting.goto(workshop.server.url, project);
  await expect(exporting.format("ONNX model")).toBeChecked();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog", { name: "Commands" }).getByRole("combobox")).toBeFocused();
  await page.keyboard.type("export report");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Export: Report" }).getByRole("textbox", { name: "File name" })).toHaveValue("clouds-0001.json");
  await expect(exporting.format("Report")).toBeChecked();
  studio.expectNoComplaints();
});

test("the desktop's menu starts a format from anywhere, asks in the system's own dialog, and shows the file", { tag: "@long" }, async ({ workshop }) => {
  const project = await trainedClouds(workshop.folder, [["--epochs", "1"]]);
  const bare = writeClouds(join(workshop.folder, "bare"));
  const app = await startDesktop(join(workshop.folder, "desktop"));
  try {
    const page = await app.page();
    await expect(page.getByRole("heading", { name: "Projects", exact: true })).toBeVisible();
    // Without a project there is nothing to take; without a model it is said, and nothing begins later by itself.
    await app.ask("click", "export-report");
    await expect(page.getByRole("status").filter({ hasText: /project/i })).toBeVisible();
    await app.ask("openFile", bare);
    await expect(page.getByText("Saved")).toBeVisible();
    await app.ask("click", "export-report");
    await expect(page.getByRole("heading", { name: "There is no model yet" })).toBeVisible();
    await app.ask("openFile", project);
    await expect(page).toHaveURL((url) => decodeURIComponent(url.hash).includes(project));
    await app.ask("click", "show-export");
    const exporting = new ExportPage(page);
    await expect(exporting.format("ONNX model")).toBeChecked();
    await app.ask("click", "show-data");
    await expect(page.getByRole("table", { name: "Rows" })).toBeVisible();

    const out = join(workshop.folder, "out.json");
    await app.ask("answer", out);
    await app.ask("click", "export-report");
    await expect(exporting.format("Report")).toBeChecked();
    await expect(exporting.written).toHaveCount(1);
    expect(JSON.parse(readFileSync(out, "utf8"))).toMatchObject({ ...reportOf(project), certificate: { run: "0001" } });
    expect((await app.ask("asked")) as readonly unknown[]).toMatchObject([{ kind: "save", title: "Export: Report" }]);
    await exporting.written.getByRole("button", { name: "Show in folder" }).click();
    await expect.poll(() => app.ask("revealed")).toEqual([out]);
    // The system's dialog has asked about the file itself.
    writeFileSync(out, "mine");
    await app.ask("answer", out);
    await app.ask("click", "export-report");
    await expect.poll(() => readFileSync(out, "utf8")).toContain('"certificate"');
    await expect(exporting.asks).toBeHidden();
  } finally {
    expect(await app.quit(), app.log()).toBe(0);
  }
});

test("looks right in both themes and sizes", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const exporting = new ExportPage(page);
  const project = writeClouds(workshop.folder);
  await exporting.goto(workshop.server.url, project);
  await expect(page.getByRole("heading", { name: "There is no model yet" })).toBeVisible();
  await lookAt(page, "export-empty");
  await trainedClouds(workshop.folder, [["--epochs", "3"]]);
  await page.reload();
  await expect(exporting.checks).toBeVisible();
  await exporting.begin("Report");
  await expect(exporting.picker).toHaveCSS("opacity", "1");
  await expectAccessible(page);
  await exporting.save(workshop.folder, "report.json");
  await expect(exporting.written).toHaveCount(1);
  await lookAt(page, "export-written");
  await exporting.usage.getByRole("button", { name: "JavaScript" }).click();
  await exporting.checks.scrollIntoViewIfNeeded();
  await lookAt(page, "export-checks");
  await exporting.begin("Report");
  await exporting.save(workshop.folder, "report.json");
  await expect(exporting.asks).toHaveCSS("opacity", "1");
  await lookAt(page, "export-asks");
  await exporting.asks.getByRole("button", { name: "Cancel" }).click();
  await exporting.goto(workshop.server.url, project, "0009");
  await expect(page.getByRole("alert")).toContainText("Run 9 has no model");
  await lookAt(page, "export-none");
  studio.expectNoComplaints();
});
