import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { plausibleEpochs, writeRun } from "../support/run-on-disk.js";
import { probeEngines } from "../../src-main/services/processes/engines.js";
import { cloudTable, writeClouds } from "./cloud-project.js";
import { expect, test } from "./fixture.js";
import { expectAccessibleInBothThemes, inBothThemes, keepPicture, lookAt } from "./looks.js";
import { TrainPage } from "./pages/train-page.js";
import { trainedClouds } from "./trained-clouds.js";

const projectFile = (project: string) =>
  JSON.parse(readFileSync(join(project, "project.json"), "utf8")) as { training: Record<string, unknown>; model: { layers: { id: string; type: string }[] } };

interface Epoch {
  readonly epoch: number;
  readonly train: { readonly loss: number };
  readonly validation: { readonly loss: number };
}
const epochsOf = (project: string, run: string) =>
  readFileSync(join(project, "runs", run, "metrics.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Epoch);

test("a run is started, seen live and finished, and its curve is what the file says", async ({ page, studio, workshop }) => {
  const project = writeClouds(workshop.folder, { epochs: 30 });
  const train = new TrainPage(page);
  await studio.open(workshop.server.url, TrainPage.place(project));
  await expect(page.getByRole("heading", { name: "Nothing trained yet" })).toBeVisible();
  await train.start();
  await expect(train.choice).toContainText("Run 1");
  await expect(page).toHaveURL(/run=0001/);
  await expect(train.run).toContainText("completed");
  await expect(train.figure("Epoch")).toHaveText("30 / 30");
  await expect(train.figure("Engine")).toContainText("onnxruntime");
  const rows = await train.lossTable();
  const three = (value: number) => new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3, minimumSignificantDigits: 3 }).format(value);
  const written = epochsOf(project, "0001");
  expect(rows).toHaveLength(30);
  expect(rows[0]?.[0]).toBe("30");
  expect(Number(rows[0]?.[1])).toBeCloseTo(Number(three(written[29]?.train.loss ?? 0)), 6);
  expect(Number(rows[29]?.[2])).toBeCloseTo(Number(three(written[0]?.validation.loss ?? 0)), 6);
  // Height tells the kinds apart: nearly no mistake is possible.
  expect(Number(await train.figure("Test kind.accuracy").textContent())).toBeGreaterThan(0.9);
  expect(existsSync(join(project, "runs", "0001", "model.onnx"))).toBe(true);
  await train.button("See how good it is").click();
  await expect(page).toHaveURL(/\/evaluate\?run=0001/);
  studio.expectNoComplaints();
});

test("a long run pauses, outlives a reload, resumes and stops with what it learnt; then it is resumed", async ({ page, studio, workshop }) => {
  const project = writeClouds(workshop.folder, { epochs: 100_000 });
  const train = new TrainPage(page);
  await studio.open(workshop.server.url, TrainPage.place(project));
  await expect(page.getByRole("heading", { name: "Nothing trained yet" })).toBeVisible();
  await page.keyboard.press("ControlOrMeta+Enter");
  await train.expectEpochs(4);
  await expect(train.figure("Time left")).toHaveText(/^\d+:\d\d(:\d\d)?$/);
  await expect(train.figure("Elapsed")).toHaveText(/^\d+:\d\d$/);
  await expect(train.figure("Rows a second")).toHaveText(/\d/);
  await expect(studio.runBar).toContainText("Run 1");
  // The settings stay open to change: they hold for the next run.
  await expect(train.settings).toContainText("Hold for the next run");
  await train.button("Pause").click();
  await expect(train.run).toContainText("paused");
  const paused = await train.epochs();
  await page.reload();
  await expect(train.run).toContainText("paused");
  await train.expectEpochs(paused);
  const still = await train.epochs();
  await page.waitForTimeout(500);
  expect(await train.epochs()).toBe(still);
  await train.button("Resume").click();
  await train.expectEpochs(still + 3);
  await train.button("Stop").click();
  await expect(train.run).toContainText("stopped");
  await expect(studio.runBar).toBeHidden();
  expect(readdirSync(join(project, "runs", "0001"))).toContain("model.onnx");
  const before = epochsOf(project, "0001").length;
  await train.button("Resume").click();
  await train.expectEpochs(before + 3);
  await studio.runBar.getByRole("button", { name: "Stop" }).click();
  await expect(train.run).toContainText("stopped");
  expect(epochsOf(project, "0001").map(({ epoch }) => epoch)).toEqual(Array.from({ length: epochsOf(project, "0001").length }, (_, i) => i + 1));
  studio.expectNoComplaints();
});

test("settings are saved as they are made, can be undone, and what is wrong is said where it stands", async ({ page, studio, workshop }) => {
  const project = writeClouds(workshop.folder);
  const train = new TrainPage(page);
  await studio.open(workshop.server.url, TrainPage.place(project));
  await train.set("Epochs", "7");
  await expect.poll(() => projectFile(project).training["epochs"]).toBe(7);
  await train.set("Learning rate", "many");
  await expect(train.settings.getByRole("alert")).toContainText("That is not a number.");
  await train.set("Learning rate", "0,004");
  await expect.poll(() => projectFile(project).training["optimizer"]).toEqual({ type: "Adam", lr: 0.004 });
  await train.openSection("Optimizer");
  await train.settings.getByRole("combobox", { name: "Optimizer", exact: true }).selectOption("SGD");
  await train.set("Momentum", "0.9");
  await expect.poll(() => projectFile(project).training["optimizer"]).toEqual({ type: "SGD", momentum: 0.9 });
  await train.openSection("Stopping");
  await train.settings.getByLabel("Stop early").check();
  await train.set("Patience", "3");
  await expect.poll(() => projectFile(project).training["earlyStopping"]).toEqual({ patience: 3 });
  for (let i = 0; i < 4; i++) {
    await page.getByRole("button", { name: /^Undo/ }).first().click();
  }
  await expect.poll(() => projectFile(project).training["optimizer"]).toEqual({ type: "Adam", lr: 0.004 });
  expect(projectFile(project).training["earlyStopping"]).toBeUndefined();

  // What the host refuses stands at its field, and keeps a run from starting.
  await train.set("Batch size", "-3");
  await expect(train.settings.getByLabel("Batch size", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByRole("alert").filter({ hasText: "Before it can be trained" })).toContainText("training.batchSize");
  await expect(train.button("Start training")).toHaveAttribute("aria-description", /One thing in the project must be mended first/);
  await train.button("Start training").click({ force: true });
  await page.keyboard.press("ControlOrMeta+Enter");
  expect(existsSync(join(project, "runs", "0001"))).toBe(false);
  await train.set("Batch size", "");
  await expect(train.button("Start training")).not.toHaveAttribute("aria-disabled", "true");
  studio.expectNoComplaints();
});

test(
  "engine and device are chosen from what works here; what does not says why; the run tells what it trained on, and why",
  { tag: "@long" },
  async ({ page, studio, workshop }) => {
    const project = writeClouds(workshop.folder, { epochs: 3 });
    const train = new TrainPage(page);
    const engines = await probeEngines();
    await studio.open(workshop.server.url, TrainPage.place(project));
    await expect(train.section("Engine").locator("summary")).toContainText("automatic");
    await train.openSection("Engine");
    for (const { name, available } of engines) {
      await expect(train.engine.locator(`option[value="${name}"]`)).toHaveJSProperty("disabled", !available);
      await expect(train.engine.locator(`option[value="${name}"]`)).toHaveText(available ? name : `${name}, not available`);
    }
    // A device that one engine has can be chosen while the engine is left open.
    const devices = new Map<string, boolean>();
    for (const { devices: some } of engines) for (const { name, available } of some) devices.set(name, devices.get(name) === true || available);
    for (const [name, available] of devices) await expect(train.device.locator(`option[value="${name}"]`)).toHaveJSProperty("disabled", !available);
    // No machine is a Mac and a PC with Windows at once.
    const missing = [...engines, ...engines.flatMap(({ devices: some }) => some)].filter(({ name, available }) => !available && devices.get(name) !== true);
    expect(missing.length).toBeGreaterThan(0);
    const told = train.settings.getByRole("region", { name: "Not available here" });
    for (const { name, reason = "none" } of missing) {
      await expect(told).toContainText(reason.trim());
      await expect(train.settings.locator(`option[value="${name}"]`)).toHaveAttribute("title", reason.trim());
    }

    await train.start();
    await expect(train.run).toContainText("completed");
    // Seconds are not worth a trial, and that is said where the figures are.
    await expect(train.run).toContainText("onnxruntime, cpu");
    const reason = (JSON.parse(readFileSync(join(project, "runs", "0001", "config.json"), "utf8")) as { reason: string }).reason;
    expect(reason).toMatch(/^all steps take less than a second, .* would cost more than it could gain$/);
    await expect(train.figure("Why this engine")).toHaveText(reason);

    await train.engine.focus();
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => projectFile(project).training["engine"]).toBe("onnxruntime");
    await train.device.selectOption("cpu");
    await expect.poll(() => projectFile(project).training["device"]).toBe("cpu");
    await expect(train.section("Engine").locator("summary")).toContainText("onnxruntime, cpu");
    // The devices are those of the engine.
    const own = engines.find(({ name }) => name === "onnxruntime")?.devices.map(({ name }) => name) ?? [];
    expect(await train.device.locator("option").evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value))).toEqual(["auto", ...own]);
    await train.start();
    await expect(train.choice).toContainText("Run 2");
    await expect(train.figure("Why this engine")).toHaveText("as asked for");
    await page.getByRole("button", { name: /^Undo/ }).first().click();
    await expect.poll(() => projectFile(project).training["device"]).toBeUndefined();
    studio.expectNoComplaints();
  },
);

test("early stopping ends a run by itself", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const project = writeClouds(workshop.folder, { epochs: 5000 });
  const train = new TrainPage(page);
  await studio.open(workshop.server.url, TrainPage.place(project));
  await train.openSection("Stopping");
  await train.settings.getByLabel("Stop early").check();
  await train.set("Patience", "2");
  await train.start();
  await expect(train.run).toContainText("stopped early");
  expect(epochsOf(project, "0001").length).toBeLessThan(5000);
  studio.expectNoComplaints();
});

test("the learning-rate finder draws its curve, proposes a rate, and uses it", async ({ page, studio, workshop }) => {
  const project = writeClouds(workshop.folder);
  const train = new TrainPage(page);
  await studio.open(workshop.server.url, TrainPage.place(project));
  await train.settings.getByRole("button", { name: "Find…" }).click();
  await expect(train.finder.getByRole("figure", { name: "Loss by learning rate" })).toBeVisible();
  const use = train.finder.getByRole("button", { name: /^Use / });
  const proposed = Number((await use.textContent())?.trim().replace("Use ", ""));
  expect(proposed).toBeGreaterThan(0);
  await use.click();
  await expect(train.finder).toBeHidden();
  await expect.poll(() => (projectFile(project).training["optimizer"] as { lr: number }).lr / proposed).toBeCloseTo(1, 2);
  await page.getByRole("button", { name: "Undo" }).first().click();
  await expect.poll(() => (projectFile(project).training["optimizer"] as { lr: number }).lr).toBe(0.02);
  // Called off half way, it leaves everything as it was.
  await train.settings.getByRole("button", { name: "Find…" }).click();
  await page.keyboard.press("Escape");
  await expect(train.finder).toBeHidden();
  studio.expectNoComplaints();
});

test("a warning says what was seen, and its button tries what it advises", { tag: "@long" }, async ({ page, studio, workshop }) => {
  // A rate far too large: steps overshoot, units die.
  const project = await trainedClouds(workshop.folder, [[]], { epochs: 3, rate: 30 });
  const train = new TrainPage(page);
  await studio.open(workshop.server.url, TrainPage.place(project));
  await expect(train.warnings.getByRole("listitem").first()).toContainText(/Try /);
  await train.warnings.getByRole("button", { name: "Try a 10 × smaller rate" }).first().click();
  await expect.poll(() => (projectFile(project).training["optimizer"] as { lr: number }).lr).toBeCloseTo(3, 8);
  await page.getByRole("button", { name: "Undo", exact: true }).first().click();
  await expect.poll(() => (projectFile(project).training["optimizer"] as { lr: number }).lr).toBe(30);
  studio.expectNoComplaints();
});

test("a loss that has not moved is told above the figures, with its likely causes and what to try", async ({ page, studio, workshop }) => {
  const project = await trainedClouds(workshop.folder, [[]], { epochs: 5, rate: 1e-9 });
  const train = new TrainPage(page);
  await studio.open(workshop.server.url, TrainPage.place(project));
  const told = train.warnings.getByRole("listitem").filter({ hasText: "The training loss has not moved in 5 epochs" });
  await expect(told).toContainText("Likely causes: a learning rate (1e-9) that is too small");
  await expect(told.getByRole("button", { name: "Try a 10 × larger rate" })).toBeInViewport();
  studio.expectNoComplaints();
});

test("the second chart shows metrics, gradients by layer and the learning rate; zoom, log scale and smoothing are kept", async ({ page, studio, workshop }) => {
  const project = await trainedClouds(workshop.folder, [["--epochs", "12"]]);
  const train = new TrainPage(page);
  await studio.open(workshop.server.url, TrainPage.place(project));
  const second = page.getByRole("combobox", { name: "What the second chart shows" });
  await second.selectOption({ label: "Gradient norm" });
  const gradients = page.getByRole("figure", { name: "Gradient norm" });
  await expect(gradients.getByRole("button", { name: /^fc1/ })).toBeVisible();
  await expect(gradients.getByRole("button", { name: /^out/ })).toBeVisible();
  await second.selectOption({ label: "Learning rate" });
  await expect(page.getByRole("figure", { name: "Learning rate" })).toContainText("0.0200");
  await train.lossCurve.getByRole("button", { name: "Zoom in" }).click();
  await expect(train.lossCurve.getByRole("button", { name: "Show all" })).toBeVisible();
  await train.lossCurve.locator("canvas").dblclick();
  await expect(train.lossCurve.getByRole("button", { name: "Show all" })).toBeHidden();
  await train.lossCurve.getByLabel("Log scale, Loss").check();
  await train.lossCurve.getByLabel("Smoothing").fill("0.6");
  await train.lossCurve.locator("canvas").hover({ position: { x: 200, y: 80 } });
  await expect(train.lossCurve).toContainText(/epoch \d+/);
  const [download] = await Promise.all([page.waitForEvent("download"), train.lossCurve.getByRole("button", { name: "CSV" }).click()]);
  const csv = readFileSync(await download.path(), "utf8")
    .trim()
    .split("\n");
  expect(csv).toHaveLength(13);
  expect(csv[0]).toContain("validation");
  await page.reload();
  await expect(train.lossCurve.getByLabel("Log scale, Loss")).toBeChecked();
  await expect(second).toHaveValue("rate");
  studio.expectNoComplaints();
});

test("what keeps a run from starting is said where it was asked for; data that is prepared can be called off", async ({ page, studio, workshop }) => {
  const project = writeClouds(workshop.folder);
  const train = new TrainPage(page);
  await studio.open(workshop.server.url, TrainPage.place(project));
  await expect(train.settings.getByLabel("Epochs", { exact: true })).toHaveValue("5");
  rmSync(join(project, "clouds.csv"));
  await train.start();
  const alert = page.getByRole("alert").filter({ hasText: "Training did not start" });
  await expect(alert).toContainText("clouds.csv");
  studio.expectNoComplaints();
});

test("a run that was interrupted says so and is resumed; one that failed says why", async ({ page, studio, workshop }) => {
  const project = await trainedClouds(workshop.folder, [["--epochs", "6"]]);
  writeRun(project, "0002", {
    epochs: plausibleEpochs(3),
    config: { created: "2026-11-20T09:00:00.000Z", engine: "onnxruntime", device: "cpu", project: { training: { epochs: 9 } } },
  });
  const train = new TrainPage(page);
  await studio.open(workshop.server.url, TrainPage.place(project, "0002"));
  await expect(page.getByRole("alert").filter({ hasText: "This run was interrupted" })).toContainText("Resume from its last checkpoint");
  await train.choice.selectOption("0001");
  await expect(page).toHaveURL(/run=0001/);
  await expect(train.run).toContainText("completed");
  writeFileSync(join(project, "runs", "0002", "metrics.jsonl"), `${JSON.stringify(plausibleEpochs(1)[0])}\n{ half a li`);
  await train.choice.selectOption("0002");
  await expect(page.getByText("One line of metrics.jsonl could not be read")).toBeVisible();
  await page.goto(page.url().replace(/run=.*/, "run=0077"));
  await expect(page.getByRole("alert")).toContainText("There is no run 0077");
  studio.expectNoComplaints();
});

test("the log is read on request", async ({ page, studio, workshop }) => {
  const project = await trainedClouds(workshop.folder);
  await studio.open(workshop.server.url, TrainPage.place(project));
  await page.locator("summary", { hasText: "Log" }).click();
  await expect(page.getByRole("log", { name: "Log" })).toContainText("epoch 4: train loss");
  studio.expectNoComplaints();
});

test("frozen layers are computed once unless one says otherwise, and the log tells", async ({ page, studio, workshop }) => {
  const project = writeClouds(workshop.folder);
  const made = projectFile(project);
  writeFileSync(join(project, "project.json"), JSON.stringify({ ...made, training: { ...made.training, groups: [{ layers: ["fc1"], frozen: true }] } }));
  const train = new TrainPage(page);
  await studio.open(workshop.server.url, TrainPage.place(project));
  await train.openSection("More");
  const once = train.settings.getByLabel("Compute frozen layers once");
  await expect(once).toBeChecked();
  await once.scrollIntoViewIfNeeded();
  await lookAt(page, "frozen layers once");
  await once.uncheck();
  await expect.poll(() => projectFile(project).training["keepFeatures"]).toBe(false);
  await once.check();
  await expect.poll(() => "keepFeatures" in projectFile(project).training).toBe(false);
  await train.start();
  await expect(train.run).toContainText("completed");
  await page.locator("summary", { hasText: "Log" }).click();
  await expect(page.getByRole("log", { name: "Log" })).toContainText("is computed once: 8 numbers a sample");
  studio.expectNoComplaints();
});

test("no serious fault by axe, in both themes", async ({ page, studio, workshop }) => {
  // Epochs of some length: axe is slow where everything changes all the time.
  const project = writeClouds(workshop.folder, { epochs: 100_000, table: cloudTable(6000) });
  const train = new TrainPage(page);
  const lookAtIt = (state: string) => expectAccessibleInBothThemes(page, `train-${state}`);
  await studio.open(workshop.server.url, TrainPage.place(project));
  await expect(page.getByRole("heading", { name: "Nothing trained yet" })).toBeVisible();
  await lookAtIt("empty");
  await train.start();
  await train.expectEpochs(4);
  for (const section of ["Optimizer", "Learning rate over time", "Stopping", "Losses", "More", "Engine"]) await train.openSection(section);
  await lookAtIt("running");
  for (const [width, height] of [
    [1920, 1080],
    [1280, 800],
  ] as const) {
    await page.setViewportSize({ width, height });
    await train.section("Engine").getByText("Threads", { exact: true }).scrollIntoViewIfNeeded();
    await inBothThemes(page, (theme) => keepPicture(page, `train-engine-${theme}-${width}x${height}`));
  }
  await train.button("Stop").click();
  await expect(train.run).toContainText("stopped");
  await train.settings.getByRole("button", { name: "Find…" }).click();
  await expect(train.finder.getByRole("button", { name: /^Use / })).toBeVisible();
  await lookAtIt("finder");
  studio.expectNoComplaints();
});
