import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./fixture.js";
import { lookAt } from "./looks.js";
import { EvaluatePage } from "./pages/evaluate-page.js";
import { ModelPage } from "./pages/model-page.js";
import { TrainPage } from "./pages/train-page.js";
import { trainedClouds } from "./trained-clouds.js";

/** What each screen draws last: shapes, curves, rows. */
const screens: Readonly<Record<string, (page: Page) => Locator>> = {
  model: (page) => new ModelPage(page).totals.getByText("No problems"),
  train: (page) => new TrainPage(page).lossCurve.locator("canvas"),
  evaluate: (page) => new EvaluatePage(page).matrix.getByRole("rowheader").first(),
};

test("Model, Train and Evaluate look right in both themes and sizes", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const project = await trainedClouds(workshop.folder, [["--epochs", "20"]]);
  for (const [screen, last] of Object.entries(screens)) {
    await studio.open(workshop.server.url, `/project/${encodeURIComponent(project)}/${screen}`);
    await expect(last(page)).toBeVisible();
    await lookAt(page, screen);
  }
  studio.expectNoComplaints();
});

for (const theme of ["dark", "light"] as const) {
  test(`words that cannot be read in the ${theme} theme alone are found`, async ({ page }) => {
    await page.setContent(`<!doctype html><html lang="en"><title>A page</title><main><h1>A heading</h1><p>Words</p></main>
      <style>:root { color-scheme: light dark } @media (prefers-color-scheme: ${theme}) { p { color: gray; background: dimgray } }</style></html>`);
    await expect(lookAt(page, "unreadable")).rejects.toThrow("color-contrast");
    await page.addStyleTag({ content: "p { color: black !important; background: white !important }" });
    await lookAt(page, "readable");
  });
}
