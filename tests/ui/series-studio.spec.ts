import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { runReport } from "../../src-main/contract/report.js";
import { expect, test } from "./fixture.js";
import { lookAt } from "./looks.js";
import { PickerPage } from "./pages/picker-page.js";
import { SeriesPage } from "./pages/series-page.js";
import { TrainPage } from "./pages/train-page.js";
import { writeSales } from "./series-project.js";

interface Document {
  readonly data: {
    readonly source: Readonly<Record<string, unknown>>;
    readonly inputs: readonly { readonly name: string; readonly columns: readonly string[]; readonly ahead?: number; readonly length: number }[];
    readonly targets: readonly { readonly horizon?: number }[];
    readonly split: { readonly validation: number; readonly test: number };
  };
  readonly model: { readonly layers: readonly { readonly id: string; readonly outFeatures?: number }[] };
}
const documentOf = (project: string) => JSON.parse(readFileSync(join(project, "project.json"), "utf8")) as Document;

test("a series is seen over time, with its gaps, its parts and one sample of it", async ({ page, studio, workshop }) => {
  const project = writeSales(workshop.folder);
  await studio.open(workshop.server.url, SeriesPage.place(project, "data"));
  const series = new SeriesPage(page);
  await expect(series.chart.getByRole("status")).toHaveText("400 rows in view");
  await expect(series.found).toContainText("1 gap of 3 steps: filled in on a line between their neighbours.");
  await expect(series.found).toContainText("1 row has the time of another: they became their mean.");

  await series.clickAt(0.5);
  await expect(series.sample).toContainText(/The model is shown 21 rows, .* it is to tell the 7 steps after it/);
  await expect(series.sample).toContainText("A training sample.");
  const before = await series.sample.getByRole("status").textContent();
  await page.keyboard.press("Tab");
  await series.sample.getByRole("button", { name: "The next sample" }).click();
  await expect(series.sample.getByRole("status")).not.toHaveText(before ?? "");

  await series.wheelAt(0.5, -400);
  await expect(series.chart.getByRole("button", { name: "Show all" })).toBeVisible();
  await expect(series.chart.getByRole("status")).not.toHaveText("400 rows in view");
  await series.column("temperature").click();
  await expect(series.chart).toContainText("temperature");
  await lookAt(page, "series-data", true);
  await series.viewEnd("Where the view begins").press("Home");
  await series.viewEnd("Where the view ends").press("End");
  await expect(series.chart.getByRole("status")).toHaveText("400 rows in view");
  await series.found.getByRole("button", { name: /: 3 steps$/ }).click();
  await expect(series.chart.getByRole("status")).not.toHaveText("400 rows in view");
  studio.expectNoComplaints();
});

test("the split is dragged on the series, and undone", async ({ page, studio, workshop }) => {
  const project = writeSales(workshop.folder);
  await studio.open(workshop.server.url, SeriesPage.place(project, "data"));
  const series = new SeriesPage(page);
  const cut = series.cut("Where training ends and validation begins");
  await expect(cut).toHaveAttribute("aria-valuenow", "30");
  const box = await cut.boundingBox();
  if (!box) throw new Error("the edge is not there");
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x - 90, box.y + box.height / 2, { steps: 1 });
  await page.mouse.up();
  await expect(cut).not.toHaveAttribute("aria-valuenow", "30");
  await expect.poll(() => documentOf(project).data.split.validation).toBeGreaterThan(0.15);
  const dragged = await cut.getAttribute("aria-valuenow");
  // However soon it follows, another drag is another step.
  const next = await cut.boundingBox();
  if (!next) throw new Error("the edge is gone");
  await page.mouse.move(next.x + next.width / 2, next.y + next.height / 2);
  await page.mouse.down();
  await page.mouse.move(next.x + 60, next.y + next.height / 2, { steps: 1 });
  await page.mouse.up();
  await expect(cut).not.toHaveAttribute("aria-valuenow", dragged ?? "");
  await page.keyboard.press("ControlOrMeta+z");
  await expect(cut).toHaveAttribute("aria-valuenow", dragged ?? "");
  await page.keyboard.press("ControlOrMeta+z");
  await expect(cut).toHaveAttribute("aria-valuenow", "30");
  await series.cut("Where validation ends and test begins").press("ArrowLeft");
  await expect.poll(() => documentOf(project).data.split).toMatchObject({ validation: 0.14, test: 0.16 });
  studio.expectNoComplaints();
});

test("samples reach as far as one says, and what is known in advance is told", async ({ page, studio, workshop }) => {
  const project = writeSales(workshop.folder);
  await studio.open(workshop.server.url, SeriesPage.place(project, "data"));
  const series = new SeriesPage(page);
  await series.samples.getByRole("textbox", { name: "Horizon" }).fill("14");
  await series.samples.getByRole("textbox", { name: "Horizon" }).press("Enter");
  await expect.poll(() => documentOf(project).data.targets[0]?.horizon).toBe(14);
  expect(documentOf(project).data.inputs.find(({ name }) => name === "known")?.ahead).toBe(14);
  expect(documentOf(project).model.layers.find(({ id }) => id === "out")?.outFeatures).toBe(14);

  await series.regular.getByLabel("Gaps").selectOption("split");
  await expect(series.found).toContainText("the series ends there and goes on behind it");
  await expect.poll(() => documentOf(project).data.source["gaps"]).toBe("split");

  await page.locator('[data-column="promotion"]').click();
  await page.getByRole("checkbox", { name: "Known in advance" }).uncheck();
  await expect.poll(() => documentOf(project).data.source["known"]).toBeUndefined();
  expect(documentOf(project).data.inputs.find(({ name }) => name === "known")?.columns).not.toContain("promotion");
  studio.expectNoComplaints();
});

test("a network is trained, its forecast watched and judged, and the next week goes into a file", async ({ page, studio, workshop }) => {
  const project = writeSales(workshop.folder, { epochs: 2 });
  await studio.open(workshop.server.url, SeriesPage.place(project, "train"));
  const series = new SeriesPage(page);
  const train = new TrainPage(page);
  await train.start();
  await expect(series.watched.getByRole("status")).toHaveText("validation, by the weights that are kept");
  await expect(series.watched.locator("canvas")).toHaveAccessibleName(/what came ends at [\d.]+, forecast ends at [\d.]+/);
  await lookAt(page, "series-train", true);

  await studio.step("Evaluate");
  await expect(series.verdict.getByRole("paragraph")).toHaveCount(2);
  const report = runReport.parse(JSON.parse(readFileSync(join(project, "runs", "0001", "report.json"), "utf8")));
  const score = report.forecast?.targets["sold"]?.test;
  await expect(series.figures.getByRole("row", { name: /^MAE/ }).getByRole("cell").first().locator("[title]")).toHaveAttribute(
    "title",
    String(score?.values["mae"]),
  );
  await expect(page.getByRole("figure", { name: "Forecast against actual over time" })).toBeVisible();
  await page.getByRole("combobox", { name: "Which series" }).selectOption({ index: 1 });
  await page.getByRole("combobox", { name: "How far ahead" }).selectOption("7 steps ahead");
  await expect(page.getByRole("figure", { name: "Autocorrelation of the residuals" })).toBeVisible();
  await lookAt(page, "series-evaluate", true);

  await studio.step("Predict");
  await expect(page.getByRole("alert")).toContainText("What is known in advance does not reach so far");
  await page.getByRole("textbox", { name: "promotion at step 1", exact: true }).fill("0");
  await page.getByRole("textbox", { name: "promotion at step 1", exact: true }).press("Enter");
  await page.getByRole("button", { name: "promotion of step 1 for all steps behind it" }).click();
  await expect(page.getByText("North: 7 steps of 1 day")).toBeVisible();
  const forecast = page.getByRole("region", { name: "In numbers" }).last();
  const without = await forecast.getByRole("row").nth(2).textContent();
  await page.getByRole("textbox", { name: /^promotion at Feb 7, 2024$/ }).fill("1");
  await page.getByRole("textbox", { name: /^promotion at Feb 7, 2024$/ }).press("Enter");
  await expect(forecast.getByRole("row").nth(2)).not.toHaveText(without ?? "");
  await lookAt(page, "series-forecast", true);
  await page.getByRole("button", { name: "Save as CSV…" }).click();
  const picker = new PickerPage(page);
  await picker.save(project, "next-week.csv");
  await expect(page.getByText(/14 rows of forecasts are in next-week\.csv\./)).toBeVisible();
  expect(readFileSync(join(project, "next-week.csv"), "utf8").split("\n")[0]).toBe("time,id,sold,sold.lower,sold.upper");
  studio.expectNoComplaints();
});

test("networks are compared on the same data, and ranked beside forecasts that need no model", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const project = writeSales(workshop.folder, { epochs: 1 });
  await studio.open(workshop.server.url, SeriesPage.place(project, "train"));
  await page.getByRole("button", { name: "Compare…" }).click();
  const dialog = page.getByRole("dialog", { name: "Compare networks" });
  for (const name of ["LSTM", "RNN", "TCN", /attention/i]) await dialog.getByRole("checkbox", { name }).uncheck();
  await dialog.getByRole("button", { name: "Train 2 networks" }).click();
  // It goes on while one looks at something else.
  await page.keyboard.press("Escape");
  await studio.step("Data");
  await studio.step("Train");
  await page.getByRole("button", { name: /^Compar(e…|ing: \d of 2)$/ }).click();
  await expect(dialog.getByRole("row", { name: /trained/ })).toHaveCount(2);
  await expect(dialog.getByRole("row", { name: /needs no model/ })).toHaveCount(2);
  await expect(dialog.getByRole("status")).toBeVisible();
  await lookAt(page, "series-compare", true);
  expect(documentOf(project).model.layers.map(({ id }) => id)).toContain("gru");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Compare…" }).click();
  await dialog.getByRole("button", { name: "GRU" }).click();
  await expect(page).toHaveURL(/evaluate/);
  studio.expectNoComplaints();
});

test(
  "comparing ends where the project is left: what was not trained is named, and the run under way goes on",
  { tag: "@long" },
  async ({ page, studio, workshop }) => {
    const [left, other] = ["left", "other"].map((name) => {
      mkdirSync(join(workshop.folder, name));
      return writeSales(join(workshop.folder, name), { epochs: 30 });
    });
    await studio.open(workshop.server.url, SeriesPage.place(left ?? "", "train"));
    await page.getByRole("button", { name: "Compare…" }).click();
    const dialog = page.getByRole("dialog", { name: "Compare networks" });
    for (const name of ["RNN", "TCN", /attention/i]) await dialog.getByRole("checkbox", { name }).uncheck();
    await dialog.getByRole("button", { name: "Train 3 networks" }).click();
    await expect(dialog.getByRole("row", { name: /waiting/ })).toHaveCount(2);
    await page.keyboard.press("Escape");
    // As its own links go: the page stays.
    await page.goto(page.url().replace(/#.*/, `#${SeriesPage.place(other ?? "", "train")}`));
    await expect(page.getByText(/^Comparing ended as you left the project; not trained: .+, .+\. The run that was under way goes on/)).toBeVisible();
    await page.getByRole("button", { name: "Compare…" }).click();
    await expect(dialog.getByRole("button", { name: /^Train \d networks$/ })).toBeVisible();
    await expect(dialog.getByRole("row", { name: /waiting|trained|preparing/ })).toHaveCount(0);
    await expect.poll(() => existsSync(join(left ?? "", "runs", "0001", "report.json")), { timeout: 60_000 }).toBe(true);
    expect(readdirSync(join(left ?? "", "runs"))).toEqual(["0001"]);
    studio.expectNoComplaints();
  },
);
