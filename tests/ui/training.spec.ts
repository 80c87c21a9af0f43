import { cpSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src-main/base/entries.js";
import { writeTestProject } from "../support/run-on-disk.js";
import { expect, test } from "./fixture.js";

/** The bundled sample, as a project of this test. */
function writeSample(folder: string, epochs: number): string {
  const project = writeTestProject(join(folder, "credit"), "credit", { epochs });
  cpSync(join(packageRoot, "resources", "samples", "credit", "credit.csv"), join(project, "credit.csv"));
  return project;
}

test("a real training run is started, seen live and finished from the screen", async ({ page, studio, workshop }) => {
  const project = writeSample(workshop.folder, 30);
  await studio.goto(workshop.server.url);
  await studio.openProject(project);
  await expect(studio.runs.getByRole("heading", { name: "Nothing trained yet" })).toBeVisible();
  await studio.runs.getByRole("button", { name: "Train" }).first().click();
  await expect(studio.run.getByRole("heading", { name: "Run 1" })).toBeVisible({ timeout: 30_000 });
  await expect(studio.figure("Engine")).toHaveText("onnxruntime");
  await expect.poll(() => studio.epochsDrawn(), { timeout: 30_000 }).toBe(30);
  await expect(studio.run).toContainText("completed");
  const accuracy = Number(await studio.figure("Test Good.accuracy").textContent());
  // PyTorch's network of this shape reaches 0.75; guessing "good" reaches 0.72.
  expect(accuracy).toBeGreaterThan(0.7);
  expect(existsSync(join(project, "runs", "0001", "model.onnx"))).toBe(true);
  await page.screenshot({ path: "test-results/screenshots/trained-light-1280x800.png" });
  await expect(studio.projects.getByRole("button", { name: /^credit.*1 run$/ })).toBeVisible();
  studio.expectNoComplaints();
});

test("a long run pauses, outlives a reload, resumes and stops with what it learnt", async ({ page, studio, workshop }) => {
  const project = writeSample(workshop.folder, 100_000);
  await studio.goto(workshop.server.url);
  await studio.openProject(project);
  await studio.runs.getByRole("button", { name: "Train" }).first().click();
  await expect.poll(() => studio.epochsDrawn(), { timeout: 30_000 }).toBeGreaterThan(3);
  // What came before training is over, though epochs this short send no steps.
  await expect(studio.run.getByRole("progressbar", { name: /^epoch \d+ of 100000$/ })).toBeVisible();
  await expect(page.getByTestId("left")).toHaveText(/^\d+:\d\d(:\d\d)? left$/);

  await studio.run.getByRole("button", { name: "Pause" }).click();
  await expect(studio.run).toContainText("paused");
  const paused = await studio.epochsDrawn();
  await page.reload();
  await expect(studio.run).toContainText("paused");
  await expect.poll(() => studio.epochsDrawn()).toBeGreaterThanOrEqual(paused);
  const still = await studio.epochsDrawn();
  await page.waitForTimeout(500);
  expect(await studio.epochsDrawn()).toBe(still);

  await studio.run.getByRole("button", { name: "Resume" }).click();
  await expect.poll(() => studio.epochsDrawn()).toBeGreaterThan(still + 2);
  await studio.run.getByRole("button", { name: "Stop" }).click();
  await expect(studio.run).toContainText("stopped", { timeout: 30_000 });
  expect(readdirSync(join(project, "runs", "0001"))).toContain("model.onnx");
  await expect(studio.run.getByRole("button", { name: "Go on" })).toBeVisible();
  studio.expectNoComplaints();
});

test("what keeps a run from starting is said where it was asked for", async ({ studio, workshop }) => {
  const project = writeTestProject(join(workshop.folder, "credit"), "credit");
  await studio.goto(workshop.server.url);
  await studio.openProject(project);
  await studio.runs.getByRole("button", { name: "Train" }).first().click();
  await expect(studio.runs.getByRole("alert")).toContainText("credit.csv", { timeout: 30_000 });
  studio.expectNoComplaints();
});
