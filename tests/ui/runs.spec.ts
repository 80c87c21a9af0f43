import { appendFileSync, cpSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { killAll, startLathe } from "../support/lathe.js";
import { plausibleEpochs, writeRun } from "../support/run-on-disk.js";
import { writeClouds } from "./cloud-project.js";
import { expect, test } from "./fixture.js";
import { lookAt } from "./looks.js";
import { RunsPage } from "./pages/runs-page.js";
import { trainedClouds } from "./trained-clouds.js";

const read = <T>(...path: readonly string[]) => JSON.parse(readFileSync(join(...path), "utf8")) as T;
/** Three digits, as the studio shows numbers. */
const three = (value: number) => value.toLocaleString("en", { maximumSignificantDigits: 3, minimumSignificantDigits: 3 });

interface Report {
  readonly test: { readonly metrics: Readonly<Record<string, number>> };
  readonly validation: { readonly metrics: Readonly<Record<string, number>> };
}
const reportOf = (project: string, run: string) => read<Report>(project, "runs", run, "report.json");

/** A run that a living process holds: this one. */
function writeRunningRun(project: string, id: string, epochs: number): string {
  const config = read<object>(project, "runs", "0001", "config.json");
  return writeRun(project, id, {
    epochs: plausibleEpochs(epochs),
    config: { ...config, created: new Date().toISOString() },
    lock: { pid: process.pid, host: hostname() },
  });
}

/** Trains until some epochs are done, then ends without a goodbye, as a crash does. */
async function trainAndCrash(project: string, epochs: number, until: number): Promise<void> {
  const command = startLathe(["train", project, "--epochs", String(epochs), "--json"], ({ event, epoch }) => {
    if (event === "epoch" && epoch === until) killAll(command);
  });
  expect((await command.result).code).not.toBe(0);
}

test("a project without runs says what stands here, with one button, to Train", async ({ page, studio, workshop }) => {
  const runs = new RunsPage(page);
  await runs.goto(workshop.server.url, writeClouds(workshop.folder));
  await expect(page.getByRole("heading", { name: "Nothing trained yet" })).toBeVisible();
  await page.getByRole("button", { name: "Go to Train" }).click();
  await expect(page).toHaveURL(/\/train$/);
  studio.expectNoComplaints();
});

test("run folders that are links are told of, and where all are, not called nothing trained", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const project = writeClouds(workshop.folder);
  writeRun(project, "0001", { epochs: plausibleEpochs(3) });
  const folder = join(project, "runs");
  // A folder's link, which Windows lets anybody make.
  symlinkSync(join(folder, "0001"), join(folder, "0002"), "junction");
  const runs = new RunsPage(page);
  await runs.goto(workshop.server.url, project);
  const told = page.getByRole("note").filter({ hasText: "is a link and is not followed" });
  await expect(told).toHaveText(`${join(folder, "0002")} is a link and is not followed, so what it leads to is omitted; put the folder itself in its place.`);
  expect(await runs.names()).toEqual(["Run 1"]);
  await lookAt(page, "runs-links");
  rmSync(join(folder, "0002"));
  await expect(told).toBeHidden();
  renameSync(folder, join(project, "kept"));
  symlinkSync(join(project, "kept"), folder, "junction");
  await expect(page.getByRole("heading", { name: "No runs here" })).toBeVisible();
  await expect(page.getByText(`${folder} is a link and is not followed`)).toBeVisible();
  await expect(page.getByRole("heading", { name: "Nothing trained yet" })).toBeHidden();
  await lookAt(page, "runs-only-links");
  studio.expectNoComplaints();
});

test("every run stands with its settings and results; the one looked at with its curve, settings and log", async ({ page, studio, workshop }) => {
  const project = await trainedClouds(workshop.folder, [[], ["--seed", "7", "--epochs", "7"]]);
  const runs = new RunsPage(page);
  await runs.goto(workshop.server.url, project);
  await expect(runs.table.locator("tbody tr")).toHaveCount(2);
  expect(await runs.names()).toEqual(["Run 2", "Run 1"]);
  await expect.poll(() => runs.column("Seed")).toEqual(["7", "42"]);
  expect(await runs.column("Epochs")).toEqual(["7 / 7", "4 / 4"]);
  expect(await runs.column("Status")).toEqual(["completed", "completed"]);
  expect(await runs.column("Learning rate")).toEqual(["0.02", "0.02"]);
  expect(await runs.column("Batch")).toEqual(["16", "16"]);
  const reports = ["0002", "0001"].map((run) => reportOf(project, run));
  expect(await runs.column("Validation loss")).toEqual(reports.map(({ validation }) => three(validation.metrics["loss"] ?? NaN)));
  expect(await runs.column("Test kind.accuracy")).toEqual(reports.map(({ test: { metrics } }) => three(metrics["kind.accuracy"] ?? NaN)));
  // Another test metric instead.
  await page.getByRole("combobox", { name: "Test metric" }).selectOption("kind.auroc");
  expect(await runs.column("Test kind.auroc")).toEqual(reports.map(({ test: { metrics } }) => three(metrics["kind.auroc"] ?? NaN)));

  // The newest shows itself; the arrow keys go to the others.
  await expect(runs.detail.getByRole("heading", { name: /^Run 2/ })).toBeVisible();
  await expect.poll(() => runs.epochsDrawn()).toBe(7);
  await runs.choose("Run 2");
  await page.keyboard.press("ArrowDown");
  await expect(page).toHaveURL(/run=0001$/);
  await expect(runs.detail.getByRole("heading", { name: /^Run 1/ })).toBeVisible();
  await expect.poll(() => runs.epochsDrawn()).toBe(4);
  await expect(runs.fact("Engine")).toHaveText("onnxruntime, cpu");
  await expect(runs.fact("Test kind.accuracy")).toHaveText(three(reports[1]?.test.metrics["kind.accuracy"] ?? NaN));
  await runs.facts.getByText("Settings", { exact: true }).click();
  await expect(runs.fact("training.optimizer.lr")).toHaveText("0.02");
  await expect(runs.fact("model.layers.fc1.outFeatures")).toHaveText("8");
  await runs.facts.getByText("Log", { exact: true }).click();
  await expect(runs.facts.getByLabel("Log")).toContainText("epoch 4: train loss");
  await runs.detail.getByRole("button", { name: "Evaluate" }).click();
  await expect(page).toHaveURL(/\/evaluate\?run=0001$/);
  studio.expectNoComplaints();
});

test("runs are sorted by a column, and found by words and by how they ended", async ({ page, studio, workshop }) => {
  const project = await trainedClouds(workshop.folder, [
    ["--seed", "9"],
    ["--seed", "3", "--epochs", "1"],
    ["--seed", "5", "--epochs", "2"],
  ]);
  writeRun(project, "0004", {
    epochs: plausibleEpochs(2),
    config: { ...read<object>(project, "runs", "0001", "config.json"), created: new Date().toISOString() },
  });
  const runs = new RunsPage(page);
  await runs.goto(workshop.server.url, project);
  await expect.poll(() => runs.names()).toEqual(["Run 4", "Run 3", "Run 2", "Run 1"]);
  await expect.poll(() => runs.column("Seed")).toEqual(["9", "5", "3", "9"]);
  await runs.sort("Seed");
  await expect(runs.table.getByRole("columnheader", { name: "Seed" })).toHaveAttribute("aria-sort", "ascending");
  expect(await runs.column("Seed")).toEqual(["3", "5", "9", "9"]);
  await runs.sort("Seed");
  await expect(runs.table.getByRole("columnheader", { name: "Seed" })).toHaveAttribute("aria-sort", "descending");
  expect(await runs.column("Seed")).toEqual(["9", "9", "5", "3"]);
  // What has no value comes last, whichever way.
  for (const direction of ["ascending", "descending"]) {
    await runs.sort("Test kind.accuracy");
    await expect(runs.table.getByRole("columnheader", { name: "Test kind.accuracy" })).toHaveAttribute("aria-sort", direction);
    const values = await runs.column("Test kind.accuracy");
    expect(values.at(-1)).toBe("–");
    const numbers = values.slice(0, -1).map(Number);
    expect(numbers).toEqual([...numbers].sort((a, b) => (direction === "ascending" ? a - b : b - a)));
  }

  await runs.find.fill("interrupted");
  expect(await runs.names()).toEqual(["Run 4"]);
  await expect(runs.count).toHaveText("1 of 4 runs");
  await runs.find.fill("run adam COMPLETED 3");
  expect(await runs.names()).toEqual(["Run 3"]);
  await runs.find.fill("nothing like it");
  await expect(page.getByRole("heading", { name: /^No run fits/ })).toBeVisible();
  await page.getByRole("button", { name: "Show all runs" }).click();
  await expect(runs.table.locator("tbody tr")).toHaveCount(4);
  await runs.show.selectOption("Failed or interrupted");
  expect(await runs.names()).toEqual(["Run 4"]);
  await runs.show.selectOption("Under way");
  await expect(page.getByRole("heading", { name: /^No run fits/ })).toBeVisible();
  await runs.show.selectOption("Finished");
  await expect(runs.table.locator("tbody tr")).toHaveCount(3);
  studio.expectNoComplaints();
});

test("a run is given a name and a note, which are kept, found, and taken back", async ({ page, studio, workshop }) => {
  const project = await trainedClouds(workshop.folder, [[], ["--epochs", "1"]]);
  const runs = new RunsPage(page);
  await runs.goto(workshop.server.url, project, "0001");
  await expect(runs.detail.getByRole("heading", { name: /^Run 1/ })).toBeVisible();
  await runs.rename("the long one");
  await expect(page.getByRole("status").filter({ hasText: "Run 1 is called the long one now." })).toBeVisible();
  await expect(runs.row("the long one")).toBeVisible();
  await runs.note.fill("Height alone would do");
  await runs.note.blur();
  await expect(page.getByRole("status").filter({ hasText: "The note on the long one is kept." })).toBeVisible();
  await page.reload();
  await expect(runs.row("the long one")).toBeVisible();
  await expect(runs.note).toHaveValue("Height alone would do");
  await expect(runs.row("the long one").getByRole("img", { name: "has a note" })).toBeVisible();
  expect(read(project, "runs", "0001", "label.json")).toEqual({ name: "the long one", note: "Height alone would do" });
  await runs.find.fill("height ALONE");
  expect(await runs.names()).toEqual(["the long one"]);
  await runs.find.fill("");

  // Escape keeps the name; an empty one takes it away, and undo brings it back.
  await runs.detail.getByRole("heading").getByRole("button").click();
  await page.keyboard.type("no, not this");
  await page.keyboard.press("Escape");
  await expect(runs.row("the long one")).toBeVisible();
  await runs.rename("");
  await expect(runs.row("Run 1")).toBeVisible();
  await runs.undo();
  await expect(runs.row("the long one")).toBeVisible();
  await expect.poll(() => read(project, "runs", "0001", "label.json")).toEqual({ name: "the long one", note: "Height alone would do" });
  studio.expectNoComplaints();
});

test("two runs, then three, are compared: curves over each other, settings that differ, results", async ({ page, studio, workshop }) => {
  const project = await trainedClouds(workshop.folder, [
    ["--epochs", "3"],
    ["--seed", "7", "--epochs", "5"],
  ]);
  writeClouds(workshop.folder, {
    epochs: 2,
    inputs: [
      { name: "features", type: "numeric", columns: ["height"], normalize: "minmax", missing: "mean" },
      { name: "season", type: "category", column: "season" },
    ],
  });
  const command = await startLathe(["train", project]).result;
  expect(command.code, command.stderr).toBe(0);
  const runs = new RunsPage(page);
  await runs.goto(workshop.server.url, project);
  await runs.pick("Run 1");
  await expect(runs.comparison).toBeHidden();
  await runs.pick("Run 2");
  await expect(runs.comparison.getByRole("heading", { name: "2 runs compared" })).toBeVisible();
  const end = (run: string) => three(read<Report>(project, "runs", run, "report.json").validation.metrics["loss"] ?? NaN);
  await expect(runs.overlay).toHaveAttribute("aria-label", `validation loss by epoch of 2 runs. Run 1 ends at ${end("0001")}. Run 2 ends at ${end("0002")}.`);
  await expect(runs.compared("seed")).toHaveText(["42", "7"]);
  await expect(runs.compared("training.epochs")).toHaveText(["3", "5"]);
  await expect(runs.compared("Engine")).toHaveText(["onnxruntime, cpu", "onnxruntime, cpu"]);
  // What is the same is not shown.
  await expect(runs.differences.getByRole("rowheader", { name: "training.batchSize" })).toHaveCount(0);
  await expect(runs.differences.getByRole("rowheader", { name: "data.inputs.features.normalize" })).toHaveCount(0);
  await expect(runs.compared("Test kind.accuracy")).toHaveText(
    ["0001", "0002"].map((run) => three(reportOf(project, run).test.metrics["kind.accuracy"] ?? NaN)),
  );
  // With another seed rows were split otherwise: neither stands out.
  const otherTest = runs.comparison.getByText("Run 2 was tested on other rows than Run 1");
  await expect(otherTest).toBeVisible();
  for (const place of [0, 1]) await expect(runs.compared("Test kind.auroc").nth(place)).toHaveCSS("font-weight", "400");

  await runs
    .row("Run 3")
    .getByRole("rowheader")
    .getByRole("button")
    .click({ modifiers: ["Control"] });
  await expect(runs.comparison.getByRole("heading", { name: "3 runs compared" })).toBeVisible();
  await expect(runs.overlay).toHaveAttribute("aria-label", /of 3 runs\. Run 1 ends at .* Run 2 ends at .* Run 3 ends at \d/);
  await expect(runs.compared("data.inputs.features.normalize")).toHaveText(["standard", "standard", "minmax"]);
  await expect(runs.compared("data.inputs.features.columns")).toHaveText(["height, humidity, wind", "height, humidity, wind", "height"]);
  // Another metric over each other.
  await runs.comparison.getByRole("combobox", { name: "What is drawn" }).selectOption("validation kind.accuracy");
  await expect(runs.overlay).toHaveAttribute(
    "aria-label",
    new RegExp(
      `^validation kind\\.accuracy by epoch of 3 runs\\. Run 1 ends at ${three(reportOf(project, "0001").validation.metrics["kind.accuracy"] ?? NaN)}`,
    ),
  );
  await runs.pick("Run 2");
  await expect(runs.comparison.getByRole("heading", { name: "2 runs compared" })).toBeVisible();
  await expect(runs.comparison.getByText("tested on other rows")).toBeHidden();
  // The better one stands out, whichever way the metric goes.
  for (const [metric, better] of [
    ["kind.auroc", Math.max],
    ["kind.logloss", Math.min],
  ] as const) {
    const values = ["0001", "0003"].map((run) => reportOf(project, run).test.metrics[metric] ?? NaN);
    expect(values[0]).not.toBe(values[1]);
    await expect(runs.compared(`Test ${metric}`).nth(values.indexOf(better(...values)))).toHaveCSS("font-weight", "600");
    await expect(runs.compared(`Test ${metric}`).nth(values.indexOf(better(...values)) === 0 ? 1 : 0)).toHaveCSS("font-weight", "400");
  }
  await runs.comparison.getByRole("button", { name: "Compare none" }).click();
  await expect(runs.comparison).toBeHidden();
  await expect(runs.detail).toBeVisible();
  studio.expectNoComplaints();
});

test("deleted runs go to the trash and come back; the trash is emptied only when confirmed", async ({ page, studio, workshop }) => {
  const project = await trainedClouds(workshop.folder, [["--epochs", "1"]]);
  const folder = (run: string) => join(project, "runs", run);
  for (const run of ["0002", "0003"]) cpSync(folder("0001"), folder(run), { recursive: true });
  const runs = new RunsPage(page);
  await runs.goto(workshop.server.url, project, "0001");
  await expect.poll(() => runs.names()).toEqual(["Run 3", "Run 2", "Run 1"]);
  await runs.delete.click();
  await expect(page.getByRole("status").filter({ hasText: "Run 1 is in the trash." })).toBeVisible();
  await expect.poll(() => runs.names()).toEqual(["Run 3", "Run 2"]);
  expect(existsSync(folder("0001"))).toBe(false);
  // What is looked at now is the newest.
  await expect(runs.detail.getByRole("heading", { name: /^Run 3/ })).toBeVisible();
  await runs.undo();
  await expect.poll(() => runs.names()).toEqual(["Run 3", "Run 2", "Run 1"]);
  expect(existsSync(join(folder("0001"), "model.onnx"))).toBe(true);

  // Two at once, by the keyboard.
  await runs.pick("Run 1");
  await runs.pick("Run 2");
  await runs.choose("Run 3");
  await page.keyboard.press("Delete");
  await expect.poll(() => runs.names()).toEqual(["Run 3"]);
  await page.getByRole("button", { name: "Trash (2)" }).click();
  await expect(runs.trash.getByRole("row")).toHaveCount(3);
  await runs.trash.getByRole("button", { name: "Restore Run 2" }).click();
  await expect(runs.trash.getByRole("row")).toHaveCount(2);
  expect(existsSync(folder("0002"))).toBe(true);
  await runs.trash.getByRole("button", { name: "Empty the trash…" }).click();
  const ask = page.getByRole("dialog");
  await expect(ask).toContainText("One run is deleted for good, with models and curves. This cannot be undone.");
  await ask.getByRole("button", { name: "Cancel" }).click();
  await expect(ask).toBeHidden();
  expect(readdirSync(join(project, "runs", ".trash"))).toEqual(["0001"]);
  await runs.trash.getByRole("button", { name: "Empty the trash…" }).click();
  await ask.getByRole("button", { name: "Delete the run for good" }).click();
  await expect(runs.trash.getByRole("heading", { name: "The trash is empty" })).toBeVisible();
  expect(readdirSync(join(project, "runs", ".trash"))).toEqual([]);
  await expect(runs.trash.getByRole("button", { name: "Empty the trash…" })).toHaveAttribute("aria-description", "There is nothing in it");
  await runs.trash.getByRole("button", { name: "Back to the runs" }).click();
  await expect.poll(() => runs.names()).toEqual(["Run 3", "Run 2"]);
  studio.expectNoComplaints();
});

test("a new project is made with the settings that a run had", async ({ page, studio, workshop }) => {
  const project = await trainedClouds(workshop.folder, [["--seed", "7", "--epochs", "2"]]);
  // The project has gone on since.
  writeClouds(workshop.folder, { epochs: 99 });
  const runs = new RunsPage(page);
  await runs.goto(workshop.server.url, project);
  await runs.detail.getByRole("button", { name: "New project from it" }).click();
  await expect(page).toHaveURL((url) => decodeURIComponent(url.hash).includes("from run 0001") && url.hash.endsWith("/data"));
  await expect(page.getByRole("status").filter({ hasText: "clouds from run 0001 was made." })).toBeVisible();
  await expect(page.getByRole("table", { name: "Rows" })).toContainText("cirrus");
  const made = read<{ seed: number; training: { epochs: number } }>(workshop.folder, "clouds from run 0001", "project.json");
  expect([made.seed, made.training.epochs]).toEqual([7, 2]);
  expect(existsSync(join(workshop.folder, "clouds from run 0001", "clouds.csv"))).toBe(false);
  studio.expectNoComplaints();
});

test("a run that a crash interrupted says so and is resumed to its end", async ({ page, studio, workshop }) => {
  const project = writeClouds(workshop.folder);
  await trainAndCrash(project, 60, 6);
  const runs = new RunsPage(page);
  await runs.goto(workshop.server.url, project);
  await expect(runs.row("Run 1")).toContainText("interrupted");
  await expect(runs.detail.getByRole("alert")).toContainText("the program or the machine ended before it was done");
  await expect(runs.detail.getByRole("button", { name: "Evaluate" })).toHaveAttribute("aria-description", "It has no model yet");
  const before = await runs.epochsDrawn();
  expect(before).toBeLessThan(60);
  await runs.detail.getByRole("button", { name: "Resume", exact: true }).click();
  await expect(runs.row("Run 1")).toContainText("completed");
  await expect.poll(() => runs.epochsDrawn()).toBe(60);
  await expect(runs.fact("Epochs")).toHaveText("60 / 60");
  await expect(runs.detail.getByRole("alert")).toBeHidden();
  await expect(runs.detail.getByRole("button", { name: "Resume", exact: true })).toBeHidden();
  // Trained on, not anew: every epoch once.
  expect(
    new Set(
      readFileSync(join(project, "runs", "0001", "metrics.jsonl"), "utf8")
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { epoch: number }).epoch),
    ).size,
  ).toBe(60);
  expect(existsSync(join(project, "runs", "0001", "model.onnx"))).toBe(true);
  studio.expectNoComplaints();
});

test("a run that another program trains grows as it is watched, cannot be deleted, and ends", async ({ page, studio, workshop }) => {
  const project = await trainedClouds(workshop.folder);
  const run = writeRunningRun(project, "0002", 2);
  const runs = new RunsPage(page);
  await runs.goto(workshop.server.url, project);
  await expect(runs.detail.getByRole("heading", { name: /^Run 2/ })).toBeVisible();
  await expect(runs.detail).toContainText("trained by another program; pause and stop it there");
  await expect(runs.delete).toHaveAttribute("aria-description", "It is under way; stop it first");
  await expect.poll(() => runs.epochsDrawn()).toBe(2);
  for (const epoch of plausibleEpochs(6).slice(2)) appendFileSync(join(run, "metrics.jsonl"), `${JSON.stringify(epoch)}\n`);
  await expect.poll(() => runs.epochsDrawn()).toBe(6);
  await expect(runs.row("Run 2")).toContainText("6 / 4");
  writeFileSync(join(run, "report.json"), JSON.stringify(reportOf(project, "0001")));
  rmSync(join(run, "lock"));
  await expect(runs.row("Run 2")).toContainText("completed");
  await expect(runs.fact("Test loss")).toHaveText(three(reportOf(project, "0001").test.metrics["loss"] ?? NaN));
  await expect(runs.detail).not.toContainText("trained by another program");
  await expect(runs.delete).not.toHaveAttribute("aria-description", /under way/);
  studio.expectNoComplaints();
});

test(
  "runs of which something is damaged stand in the list with the reason; one that does not exist is said to be missing",
  { tag: "@long" },
  async ({ page, studio, workshop }) => {
    const project = await trainedClouds(workshop.folder, [[], ["--epochs", "3"]]);
    const file = (run: string, name: string) => join(project, "runs", run, name);
    writeFileSync(file("0001", "config.json"), "{ nonsense");
    appendFileSync(file("0002", "metrics.jsonl"), '{"event":"epoch","epo');
    writeRun(project, "0003", { epochs: plausibleEpochs(1) });
    writeFileSync(
      file("0003", "error.json"),
      JSON.stringify({ code: "training.diverged", message: "the loss became NaN in epoch 2; lower the learning rate" }),
    );
    const runs = new RunsPage(page);
    await runs.goto(workshop.server.url, project);
    await expect.poll(() => runs.column("Status")).toEqual(["failed", "completed", "completed"]);
    await expect(runs.detail.getByRole("alert")).toContainText(/the loss became NaN in epoch 2; lower the learning rate/i);
    await runs.choose("Run 2");
    await expect(runs.detail).toContainText("One line of metrics.jsonl could not be read and is skipped.");
    await expect.poll(() => runs.epochsDrawn()).toBe(3);
    await runs.choose("Run 1");
    await expect.poll(() => runs.epochsDrawn()).toBe(4);
    await runs.facts.getByText("Settings", { exact: true }).click();
    await expect(runs.facts).toContainText(/Its settings cannot be read: .*config\.json is damaged/);
    expect(await runs.column("Seed")).toContain("–");
    // Beside others its curve still counts; the reason stands where the settings would.
    await runs.pick("Run 1");
    await runs.pick("Run 2");
    await expect(runs.overlay).toHaveAttribute("aria-label", /Run 1 ends at \d.* Run 2 ends at \d/);
    await expect(runs.differences).toContainText(/The settings of Run 1 cannot be read: .*config\.json is damaged/);
    await runs.comparison.getByRole("button", { name: "Compare none" }).click();

    await runs.goto(workshop.server.url, project, "0077");
    await expect(runs.detail.getByRole("alert")).toContainText("There is no run 0077");
    await expect(runs.table.locator("tbody tr")).toHaveCount(3);
    studio.expectNoComplaints();
  },
);

test("while the server is away the curve stays, and grows on when it is back", async ({ page, workshop }) => {
  const project = await trainedClouds(workshop.folder);
  const run = writeRunningRun(project, "0002", 2);
  const epochs = plausibleEpochs(4);
  const runs = new RunsPage(page);
  await runs.goto(workshop.server.url, project);
  await expect.poll(() => runs.epochsDrawn()).toBe(2);
  await runs.pick("Run 1");
  const banner = page.getByText(/The connection to Lathe was lost/);
  await workshop.restart(async () => {
    await expect(banner).toBeVisible();
    expect(await runs.epochsDrawn()).toBe(2);
    expect(await runs.names()).toEqual(["Run 2", "Run 1"]);
    appendFileSync(join(run, "metrics.jsonl"), `${JSON.stringify(epochs[2])}\n`);
  });
  await expect(banner).toBeHidden();
  await expect.poll(() => runs.epochsDrawn()).toBe(3);
  appendFileSync(join(run, "metrics.jsonl"), `${JSON.stringify(epochs[3])}\n`);
  await expect.poll(() => runs.epochsDrawn()).toBe(4);
  await expect(page.getByRole("checkbox", { name: "Compare Run 1" })).toBeChecked();
  // The same after a reload, from the address alone.
  await page.reload();
  await expect.poll(() => runs.epochsDrawn()).toBe(4);
});

test("looks right in both themes and sizes", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const runs = new RunsPage(page);
  const project = writeClouds(workshop.folder);
  await runs.goto(workshop.server.url, project);
  await expect(page.getByRole("heading", { name: "Nothing trained yet" })).toBeVisible();
  await lookAt(page, "runs-empty");
  await trainedClouds(workshop.folder, [
    ["--epochs", "20"],
    ["--seed", "7", "--epochs", "12"],
  ]);
  writeRunningRun(project, "0003", 3);
  writeRun(project, "0004", {
    epochs: plausibleEpochs(9),
    config: { ...read<object>(project, "runs", "0001", "config.json"), created: new Date().toISOString() },
  });
  await page.reload();
  await expect.poll(() => runs.epochsDrawn()).toBe(9);
  await lookAt(page, "runs-interrupted");
  await runs.choose("Run 1");
  await expect.poll(() => runs.epochsDrawn()).toBe(20);
  await runs.facts.getByText("Settings", { exact: true }).click();
  await lookAt(page, "runs-run");
  for (const run of ["Run 1", "Run 2", "Run 3"]) await runs.pick(run);
  await expect(runs.overlay).toHaveAttribute("aria-label", /Run 3 ends at \d/);
  await lookAt(page, "runs-compared");
  await runs.comparison.getByRole("button", { name: "Compare none" }).click();
  await runs.choose("Run 2");
  await runs.delete.click();
  await expect(page.getByRole("button", { name: "Trash (1)" })).toBeVisible();
  await lookAt(page, "runs-deleted");
  await page.getByRole("button", { name: "Trash (1)" }).click();
  await expect(runs.trash.getByRole("row")).toHaveCount(2);
  await lookAt(page, "runs-trash");
  await runs.trash.getByRole("button", { name: "Empty the trash…" }).click();
  await expect(page.getByRole("dialog")).toHaveCSS("opacity", "1");
  await lookAt(page, "runs-asks");
  studio.expectNoComplaints();
});
