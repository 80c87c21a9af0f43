import { expect, test } from "./fixture.js";
import { trainedClouds } from "./trained-clouds.js";

/** A part of each screen that is there once it is. */
const screens = { model: { role: "region", name: "Network" }, train: { role: "figure", name: "Loss" }, evaluate: { role: "region", name: "How good it is" } } as const;

for (const colorScheme of ["light", "dark"] as const) {
  for (const [width, height] of [[1280, 800], [1920, 1080]] as const) {
    test(`Model, Train and Evaluate look right, ${colorScheme}, ${width}x${height}`, async ({ page, studio, workshop }) => {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      const project = await trainedClouds(workshop.folder, [["--epochs", "20"]]);
      for (const screen of Object.keys(screens) as (keyof typeof screens)[]) {
        await studio.open(workshop.server.url, `/project/${encodeURIComponent(project)}/${screen}`);
        const { role, name } = screens[screen];
        await expect(page.getByRole(role, { name, exact: true })).toBeVisible();
        // What is drawn a moment later: shapes, curves, rows.
        await page.waitForTimeout(1000);
        // Nothing runs over the edge, in either direction.
        expect(await page.locator("html").evaluate((html) => [html.scrollWidth - html.clientWidth, html.scrollHeight - html.clientHeight])).toEqual([0, 0]);
        await page.screenshot({ path: `test-results/screenshots/${screen}-${colorScheme}-${width}x${height}.png` });
      }
      studio.expectNoComplaints();
    });
  }
}
