import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./fixture.js";
import { lookAt } from "./looks.js";
import { SeriesPage } from "./pages/series-page.js";
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
  await lookAt(page, "series-data");
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
