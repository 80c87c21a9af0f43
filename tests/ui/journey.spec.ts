import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./fixture.js";
import { walkWholeJourney } from "./journey.js";
import { ExportPage } from "./pages/export-page.js";
import { HomePage } from "./pages/home-page.js";
import { PickerPage } from "./pages/picker-page.js";
import { PredictPage } from "./pages/predict-page.js";
import { TrainPage } from "./pages/train-page.js";
import { writeClouds } from "./cloud-project.js";

test("from a table to an exported model, in the browser", async ({ page, studio, workshop }) => {
  await studio.open(workshop.server.url);
  const exporting = new ExportPage(page);
  await walkWholeJourney(page, studio, workshop.folder, {
    async openTable(path) {
      await new HomePage(page).newProject().click();
      await new PickerPage(page).chooseFile(path);
    },
    predictTable: (path) => new PredictPage(page).chooseTable(path),
    async exportModel(folder, name) {
      await studio.step("Export");
      await exporting.begin("ONNX model");
      await exporting.save(folder, name);
    },
    async reload() {
      await page.reload();
    },
  });
  studio.expectNoComplaints();
});

/** The process that trains a run, as the run's own lock names it. */
const trainerOf = (project: string, run: string): number => (JSON.parse(readFileSync(join(project, "runs", run, "lock"), "utf8")) as { pid: number }).pid;

test("a trainer that is killed costs nothing: the run says so, and resumes from its checkpoint", async ({ page, studio, workshop }) => {
  const project = writeClouds(workshop.folder, { epochs: 100_000 });
  const train = new TrainPage(page);
  await studio.open(workshop.server.url, TrainPage.place(project));
  await train.openSection("More");
  await train.set("Checkpoint every", "0");
  await train.start();
  await train.expectEpochs(5);
  process.kill(trainerOf(project, "0001"), "SIGKILL");
  const alert = page.getByRole("alert").filter({ hasText: /This run (was interrupted|failed)/ });
  await expect(alert).toBeVisible();
  await expect(studio.runBar).toBeHidden();
  const before = await train.epochs();
  await train.button("Resume").click();
  await expect(train.run).toContainText("training");
  await train.expectEpochs(before + 3);
  const epochs = readFileSync(join(project, "runs", "0001", "metrics.jsonl"), "utf8")
    .trim()
    .split("\n")
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { epoch: number }).epoch);
  expect(epochs).toEqual(Array.from({ length: epochs.length }, (_, i) => i + 1));
  await train.button("Stop").click();
  await expect(train.run).toContainText("stopped");
  studio.expectNoComplaints();
});
