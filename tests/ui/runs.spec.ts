import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { plausibleEpochs, writeRun, writeTestProject } from "../support/run-on-disk.js";
import { expect, test } from "./fixture.js";

const created = (minute: number) => `2026-11-20T09:${String(minute).padStart(2, "0")}:00.000Z`;
const config = (minute: number) => ({ created: created(minute), engine: "onnxruntime", device: "cpu", project: { training: { epochs: 30 } } });
const report = { ended: "completed", test: { metrics: { loss: 0.4712, "Good.accuracy": 0.7613, "Good.auroc": 0.8021 } } };

function writeCredit(folder: string): string {
  const project = writeTestProject(join(folder, "credit"), "credit");
  writeRun(project, "0001", { epochs: plausibleEpochs(9), config: config(1) });
  writeRun(project, "0002", { epochs: plausibleEpochs(30), config: config(20), report });
  return project;
}

test("an empty studio says what goes where, and opens a project by keyboard alone", async ({ page, studio, workshop }) => {
  const project = writeCredit(workshop.folder);
  await studio.goto(workshop.server.url);
  expect(page.url()).not.toContain("token");
  await expect(studio.projects.getByRole("heading", { name: "No projects yet" })).toBeVisible();
  await expect(studio.run).toContainText("Choose a run");

  const field = studio.projects.getByLabel("Folder of the project");
  await studio.tabTo(field);
  await page.keyboard.type(project);
  await page.keyboard.press("Enter");
  await expect(studio.projects.getByRole("button", { name: /^credit/ })).toBeVisible();

  // The newest run shows itself.
  await expect(studio.run.getByRole("heading", { name: "Run 2" })).toBeVisible();
  await expect(studio.curve).toBeVisible();
  const older = studio.runs.getByRole("button", { name: /Run 1/ });
  await studio.tabTo(older);
  await page.keyboard.press("Enter");
  await expect(studio.run.getByRole("heading", { name: "Run 1" })).toBeVisible();
  studio.expectNoComplaints();
});

test("a project that cannot be taken off the list stays there, with the reason", async ({ studio, workshop }) => {
  const project = writeCredit(workshop.folder);
  await studio.goto(workshop.server.url);
  await studio.openProject(project);
  const forget = studio.projects.getByRole("button", { name: "Take credit off this list; its files stay" });
  await expect(forget).toBeVisible();
  await expect(studio.run.getByRole("heading", { name: "Run 2" })).toBeVisible();
  const list = join(workshop.folder, "home", "recent-projects.json");
  rmSync(list);
  mkdirSync(list);
  await forget.click();
  await expect(studio.projects.getByRole("alert")).toContainText("recent-projects.json cannot be written");
  await expect(studio.run.getByRole("heading", { name: "Run 2" })).toBeVisible();
  studio.expectNoComplaints();
});

test("a run on disk is shown with its curve, its figures and how it ended", async ({ studio, workshop }) => {
  const project = writeCredit(workshop.folder);
  await studio.goto(workshop.server.url);
  await studio.openProject(project);
  await expect(studio.curve).toHaveAttribute("aria-label", /^Loss over 30 epochs: train ends at 0\.421, validation at 0\.\d{3}\.$/);
  await expect(studio.figure("Engine")).toHaveText("onnxruntime");
  await expect(studio.figure("Device")).toHaveText("cpu");
  await expect(studio.figure("epoch")).toHaveText("30 / 30");
  await expect(studio.figure("Test Good.accuracy")).toHaveText("0.761");
  await expect(studio.run).toContainText("completed");
  await studio.chooseRun("Run 1");
  await expect(studio.run).toContainText("interrupted");
  await expect(studio.run.getByRole("button", { name: "Go on" })).toBeEnabled();
  await expect.poll(() => studio.epochsDrawn()).toBe(9);
  studio.expectNoComplaints();
});

test("errors name the thing and the remedy", async ({ page, studio, workshop }) => {
  const project = writeCredit(workshop.folder);
  await studio.goto(workshop.server.url);
  await studio.openProject("/etc");
  await expect(studio.projects.getByRole("alert")).toContainText('"/etc" is not in a folder this server may use');
  await studio.openProject(join(workshop.folder, "nowhere"));
  await expect(studio.projects.getByRole("alert")).toContainText("was it moved or deleted?");
  expect(workshop.refusals).toHaveLength(1);

  await studio.openProject(project);
  await expect(studio.projects.getByRole("alert")).toHaveCount(0);
  await expect(studio.curve).toBeVisible();
  // What broke meanwhile is listed with the reason, not gone.
  writeFileSync(join(project, "project.json"), "{ nonsense");
  await page.reload();
  await expect(studio.projects.getByRole("button", { name: /^credit.*project\.json/ })).toBeVisible();
  await expect(studio.curve).toBeVisible();
  // A run that does not exist.
  await page.goto(`${page.url().replace(/#.*/, "")}#${new URLSearchParams({ project, run: "0077" }).toString()}`);
  await expect(studio.run.getByRole("alert")).toContainText("there is no run 0077");
  studio.expectNoComplaints();
});

test("a run that another program trains grows as it is watched, and ends", async ({ studio, workshop }) => {
  const project = writeCredit(workshop.folder);
  const epochs = plausibleEpochs(6);
  const run = writeRun(project, "0003", { epochs: epochs.slice(0, 2), config: config(40), lock: { pid: process.pid, host: hostname() } });
  await studio.goto(workshop.server.url);
  await studio.openProject(project);
  await expect(studio.run.getByRole("heading", { name: "Run 3" })).toBeVisible();
  await expect(studio.run).toContainText("trained by another program");
  await expect.poll(() => studio.epochsDrawn()).toBe(2);
  for (const epoch of epochs.slice(2)) appendFileSync(join(run, "metrics.jsonl"), `${JSON.stringify(epoch)}\n`);
  await expect.poll(() => studio.epochsDrawn()).toBe(6);
  writeFileSync(join(run, "report.json"), JSON.stringify(report));
  rmSync(join(run, "lock"));
  await expect(studio.run).toContainText("completed");
  await expect(studio.figure("Test loss")).toHaveText("0.471");
  studio.expectNoComplaints();
});

test("a lost server is said and forgiven: what was looked at stays, and comes alive again", async ({ page, studio, workshop }) => {
  const project = writeCredit(workshop.folder);
  const epochs = plausibleEpochs(5);
  const run = writeRun(project, "0003", { epochs: epochs.slice(0, 2), config: config(40), lock: { pid: process.pid, host: hostname() } });
  await studio.goto(workshop.server.url);
  await studio.openProject(project);
  await expect.poll(() => studio.epochsDrawn()).toBe(2);
  const banner = page.getByText("The connection to Lathe was lost");
  await workshop.restart(async () => {
    await expect(banner).toBeVisible();
    await expect.poll(() => studio.epochsDrawn()).toBe(2);
    appendFileSync(join(run, "metrics.jsonl"), `${JSON.stringify(epochs[2])}\n`);
  });
  await expect(banner).toBeHidden();
  await expect.poll(() => studio.epochsDrawn()).toBe(3);
  appendFileSync(join(run, "metrics.jsonl"), `${JSON.stringify(epochs[3])}\n`);
  await expect.poll(() => studio.epochsDrawn()).toBe(4);
  // The same after a reload, from the address alone.
  await page.reload();
  await expect(studio.run.getByRole("heading", { name: "Run 3" })).toBeVisible();
  await expect.poll(() => studio.epochsDrawn()).toBe(4);
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const [width, height] of [[1280, 800], [1920, 1080]] as const) {
    test(`looks right, ${colorScheme}, ${width}x${height}`, async ({ page, studio, workshop }) => {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      const project = writeCredit(workshop.folder);
      const shot = (name: string) => page.screenshot({ path: `test-results/screenshots/${name}-${colorScheme}-${width}x${height}.png` });
      await studio.goto(workshop.server.url);
      await expect(studio.projects.getByRole("heading", { name: "No projects yet" })).toBeVisible();
      await shot("empty");
      writeTestProject(join(workshop.folder, "water"), "water quality");
      await studio.openProject(join(workshop.folder, "water"));
      await studio.openProject(project);
      await expect(studio.curve).toBeVisible();
      writeRun(project, "0003", { epochs: plausibleEpochs(12), config: config(40), lock: { pid: process.pid, host: hostname() } });
      await page.reload();
      await studio.chooseRun("Run 2");
      await expect.poll(() => studio.epochsDrawn()).toBe(30);
      // Nothing runs over the edge, in either direction.
      expect(await page.locator("html").evaluate((html) => [html.scrollWidth - html.clientWidth, html.scrollHeight - html.clientHeight])).toEqual([0, 0]);
      await shot("run");
      await studio.chooseRun("Run 3");
      await expect.poll(() => studio.epochsDrawn()).toBe(12);
      await shot("running");
      studio.expectNoComplaints();
    });
  }
}
