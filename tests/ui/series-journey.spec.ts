import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src-main/base/entries.js";
import { expect, test } from "./fixture.js";
import { lookAt } from "./looks.js";
import { ExportPage } from "./pages/export-page.js";
import { HomePage } from "./pages/home-page.js";
import { PickerPage } from "./pages/picker-page.js";
import { RunsPage } from "./pages/runs-page.js";
import { SeriesPage } from "./pages/series-page.js";
import { TrainPage } from "./pages/train-page.js";

const DAY = 86_400_000;
/** The last two years of the sample; three days of them are lost. */
function ridership(): string {
  const [head = "", ...rows] = readFileSync(join(packageRoot, "resources", "samples", "ridership", "ridership.csv"), "utf8")
    .trim()
    .split("\n");
  const days = rows.slice(-730);
  days.splice(100, 3);
  return [head, ...days, ""].join("\n");
}

test("a table of days becomes a forecast of the next two weeks", async ({ page, studio, workshop }) => {
  const file = join(workshop.folder, "ridership.csv");
  writeFileSync(file, ridership());
  const home = new HomePage(page);
  await home.goto(workshop.server.url);
  await home.propose(file);
  await page.getByRole("radio", { name: "Forecast a series" }).check({ force: true });
  await home.chooseTimes("date");
  await home.giveRole("ridership", "Predict");
  await expect(home.found).toContainText("1 gap of 3 steps: filled in on a line between their neighbours.");
  await expect(home.found).toContainText("The gap: 2014-12-");

  await expect(home.form).toContainText(/Predicts\s*ridership\s*\d+ given/);
  // What the settings lead to is told at once.
  await home.more.click();
  await expect(home.setting("Step")).toHaveValue("");
  await expect(home.setting("Step").locator("option").first()).toHaveText("found: 1 day");
  await home.setting("Step").selectOption("1w");
  await expect(home.series).toContainText("One series of 105 rows, one each week.");
  await expect(home.found).toContainText("727 rows of the file became 105, one a step: each is their mean.");
  await home.setting("Step").selectOption("");
  await home.setting("Gaps").selectOption("split");
  await expect(home.found).toContainText("the series ends there and goes on behind it");
  await home.part("Day of the year").check();
  await home.zone().fill("Europe/Berln");
  await home.zone().press("Enter");
  await expect(home.series.getByRole("alert")).toContainText('did you mean "Europe/Berlin"?');
  await expect(home.zone()).toHaveAttribute("aria-invalid", "true");
  await expect(home.create).toHaveAttribute("aria-description", "This cannot be a series; see the message");
  await home.zone().fill("");
  await home.zone().press("Enter");
  await expect(home.series.getByRole("alert")).toBeHidden();
  await home.windowRows().fill("14");
  await home.windowRows().press("Enter");
  await expect(page.getByRole("list", { name: "What was noticed" })).toContainText("a window is of 14 rows, as asked for");
  await lookAt(page, "journey-home", true);
  await home.create.click();
  await expect(page).toHaveURL(/\/data$/);
  const project = join(workshop.folder, "Lathe", "ridership");
  const document = JSON.parse(readFileSync(join(project, "project.json"), "utf8")) as { data: { source: object; inputs: object[] } };
  expect(document.data.source).toMatchObject({ type: "series", time: "date", gaps: "split", calendar: ["weekday", "yearday"] });
  expect(document.data.source).not.toHaveProperty("step");
  expect(document.data.inputs).toMatchObject([
    { name: "past", length: 14 },
    { name: "known", ahead: 14 },
  ]);

  const series = new SeriesPage(page);
  await expect(series.found).toContainText("1 gap of 3 steps: the series ends there and goes on behind it");
  await expect(series.cut("Where training ends and validation begins")).toBeVisible();
  await expect(page.getByRole("button", { name: /^Show the training rows: 70%, [\d,]+ samples$/ })).toBeVisible();
  await lookAt(page, "journey-data", true);

  await studio.step("Train");
  const train = new TrainPage(page);
  await train.set("Epochs", "2");
  await train.start();
  await expect(series.watched.getByRole("status")).toHaveText("validation, by the weights that are kept");
  await expect(series.watched.locator("canvas")).toHaveAccessibleName(/what came ends at [\d.]+, forecast ends at [\d.]+/);

  await page.getByRole("button", { name: "Compare…" }).click();
  const dialog = page.getByRole("dialog", { name: "Compare networks" });
  for (const name of [/^GRU/, /^RNN/, /^TCN/, /^Linear/, /attention/i]) await dialog.getByRole("checkbox", { name }).uncheck();
  await lookAt(page, "journey-choose", true);
  await dialog.getByRole("button", { name: "Train 1 network" }).click();
  await expect(dialog.getByRole("row", { name: /LSTM.*trained/ })).toBeVisible();
  await page.keyboard.press("Escape");

  await studio.step("Runs");
  const runs = new RunsPage(page);
  await lookAt(page, "journey-runs", true);
  await runs.pick("Run 1");
  await runs.pick("LSTM");
  await expect(runs.compared("model.layers.gru")).toHaveText(["GRU", "not set"]);
  await expect(runs.compared("model.layers.lstm")).toHaveText(["not set", "LSTM"]);
  await lookAt(page, "journey-compared", true);

  await studio.step("Evaluate");
  await expect(series.verdict.getByRole("paragraph")).toHaveCount(2);
  await lookAt(page, "journey-evaluate", true);

  await studio.step("Export");
  const exporting = new ExportPage(page);
  await exporting.begin("ONNX model");
  await exporting.save(workshop.folder, "ridership.onnx");
  const model = join(workshop.folder, "ridership.onnx");
  await expect(page.getByRole("status").filter({ hasText: `${model} is written.` })).toBeVisible();
  expect(statSync(model).size).toBeGreaterThan(1000);
  await lookAt(page, "journey-export", true);

  await studio.step("Predict");
  await expect(page.getByText(/14 steps of 1 day/)).toBeVisible();
  await lookAt(page, "journey-predict", true);
  await page.getByRole("button", { name: "Save as CSV…" }).click();
  await new PickerPage(page).save(project, "next.csv");
  await expect(page.getByText(/14 rows of forecasts are in next\.csv\./)).toBeVisible();
  const [header, ...rows] = readFileSync(join(project, "next.csv"), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  expect(header).toEqual(["time", "ridership", "ridership.lower", "ridership.upper"]);
  const last = Date.UTC(2016, 7, 28);
  expect(rows.map(([time = ""]) => time.slice(0, 10))).toEqual(Array.from({ length: 14 }, (_, n) => new Date(last + (n + 1) * DAY).toISOString().slice(0, 10)));
  for (const [, ...numbers] of rows) {
    const [value = NaN, lower = NaN, upper = NaN] = numbers.map(Number);
    expect(lower).toBeLessThanOrEqual(value);
    expect(upper).toBeGreaterThanOrEqual(value);
    expect(value).toBeGreaterThan(0);
  }
  studio.expectNoComplaints();
});
