import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./fixture.js";
import { cloudTable } from "./cloud-project.js";
import { PredictPage } from "./pages/predict-page.js";
import { trainedClouds } from "./trained-clouds.js";
import type { Page } from "@playwright/test";
async function shoot(page: Page, name: string) {
  for (const [w, h] of [[900, 700], [1280, 800], [1920, 1080]] as const) for (const colorScheme of ["light", "dark"] as const) {
    await page.setViewportSize({ width: w, height: h }); await page.emulateMedia({ colorScheme }); await page.waitForTimeout(400);
    await page.screenshot({ path: `/tmp/shots/${name}-${colorScheme}-${w}.png` });
  }
}
test("shots", async ({ page, workshop, studio }) => {
  test.setTimeout(300_000);
  const project = await trainedClouds(workshop.folder, [[]], { table: cloudTable().replaceAll(/,cirrus$/gm, ",=cirrus()"), epochs: 6, rate: 30 });
  const rows = join(workshop.folder, "new.csv");
  writeFileSync(rows, cloudTable(40).replaceAll(/,\w+$/gm, ""));
  const predict = new PredictPage(page);
  await predict.goto(workshop.server.url, project);
  await predict.mode("A whole file");
  await shoot(page, "predict-empty");
  await predict.chooseTable(rows);
  await predict.file.getByRole("button", { name: "Predict the file" }).click();
  await page.waitForTimeout(4000);
  await shoot(page, "predict-file");
  await studio.open(workshop.server.url, `/project/${encodeURIComponent(project)}/train`);
  await page.waitForTimeout(1500);
  await shoot(page, "train");
  await studio.open(workshop.server.url, `/project/${encodeURIComponent(project)}/evaluate`);
  await page.waitForTimeout(1500);
  await shoot(page, "evaluate");
  await studio.open(workshop.server.url, `/`);
  await page.waitForTimeout(1000);
  await shoot(page, "home");
  expect(true).toBe(true);
});
