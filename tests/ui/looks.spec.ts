import { expect, test } from "./fixture.js";
import { lookAt } from "./looks.js";
import { trainedClouds } from "./trained-clouds.js";

/** A part of each screen that is there once it is. */
const screens = {
  model: { role: "region", name: "Network" },
  train: { role: "figure", name: "Loss" },
  evaluate: { role: "region", name: "How good it is" },
} as const;

test("Model, Train and Evaluate look right in both themes and sizes", async ({ page, studio, workshop }) => {
  test.setTimeout(120_000);
  const project = await trainedClouds(workshop.folder, [["--epochs", "20"]]);
  for (const screen of Object.keys(screens) as (keyof typeof screens)[]) {
    await studio.open(workshop.server.url, `/project/${encodeURIComponent(project)}/${screen}`);
    const { role, name } = screens[screen];
    await expect(page.getByRole(role, { name, exact: true })).toBeVisible();
    // What is drawn a moment later: shapes, curves, rows.
    await page.waitForTimeout(1000);
    await lookAt(page, screen);
  }
  studio.expectNoComplaints();
});
