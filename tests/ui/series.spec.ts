import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./fixture.js";
import { keepPicture, lookAt } from "./looks.js";
import { HomePage } from "./pages/home-page.js";

/** Two shops, day by day, with what is known ahead and what says nothing. */
function salesTable(): string {
  const rows = ["day,shop,sold,visitors,holiday,one,remark"];
  for (let n = 0; n < 800; n++)
    for (const [k, shop] of ["north", "south"].entries()) {
      const day = new Date(Date.UTC(2021, 0, 1 + n)).toISOString().slice(0, 10);
      const sold = 20 + 5 * k + 6 * Math.sin(n / 3.5 + k) + ((n * 7919 * (k + 1)) % 97) / 40;
      rows.push([day, shop, sold.toFixed(2), (3 * sold + ((n * 31) % 17)).toFixed(0), n % 7 === 6 ? 1 : 0, 1, `day ${n} of ${shop}`].join(","));
    }
  return `${rows.join("\n")}\n`;
}

test("a table with times becomes a series: who is asked, what is read, how far back and ahead", async ({ page, studio, workshop }) => {
  const home = new HomePage(page);
  const file = join(workshop.folder, "shop_sales.csv");
  writeFileSync(file, salesTable());
  await home.goto(workshop.server.url);
  await home.propose(file);
  // Rows first: the user chooses.
  await expect(page.getByRole("radio", { name: "Learn from rows" })).toBeChecked();
  await expect(page.getByText("Column “day” holds times")).toBeVisible();
  await page.getByRole("radio", { name: "Forecast a series" }).check({ force: true });
  await expect(home.times()).toHaveValue("day");
  await expect(home.ids()).toHaveValue("shop");
  await expect(home.series).toContainText("2 series of 1,600 rows, one each day.");
  await expect(home.windowRows()).toHaveValue("28");
  await expect(home.horizonRows()).toHaveValue("14");
  await expect(home.role("sold")).toHaveValue("target");
  await expect(home.role("visitors")).toHaveValue("input");
  await expect(home.role("one")).toHaveValue("ignore");
  await expect(home.columns).toContainText('column "one" is excluded: it has one value only');
  await expect(home.template("GRU")).toBeChecked();
  await expect(home.template("One network")).toHaveCount(0);
  await lookAt(page, "home-series", true);
  // What does not fit says what would.
  await home.windowRows().fill("5000");
  await home.windowRows().press("Enter");
  await expect(home.series.getByRole("alert")).toContainText("a window of at most");
  await expect(home.create).toHaveAttribute("aria-description", "This cannot be a series; see the message");
  await lookAt(page, "home-series-error", true);
  await page.setViewportSize({ width: 900, height: 700 });
  await keepPicture(page, "home-series-900x700");
  await page.setViewportSize({ width: 1280, height: 800 });
  await home.windowRows().fill("21");
  await home.windowRows().press("Enter");
  await expect(home.series.getByRole("alert")).toBeHidden();
  await home.horizonRows().fill("7");
  await home.horizonRows().press("Enter");
  await home.giveRole("holiday", "Known ahead");
  await home.template("Linear").check();
  await expect(home.series).toContainText("fit into the shortest part");
  await expect(home.create).not.toHaveAttribute("aria-disabled", "true");
  await home.create.click();
  await expect(page).toHaveURL(/\/data$/);
  const project = JSON.parse(readFileSync(join(workshop.folder, "Lathe", "shop sales", "project.json"), "utf8")) as { data: Record<string, unknown> };
  expect(project.data["source"]).toMatchObject({ type: "series", time: "day", id: "shop", known: ["holiday"] });
  expect(project.data["inputs"]).toMatchObject([
    { name: "past", length: 21 },
    { name: "known", ahead: 7 },
  ]);
  expect(project.data["targets"]).toMatchObject([{ column: "sold", horizon: 7 }]);
  studio.expectNoComplaints();
});

test("a table without times can be taken in plain order, and back to rows", async ({ page, workshop }) => {
  const home = new HomePage(page);
  const file = join(workshop.folder, "steps.csv");
  writeFileSync(file, `a,b\n${Array.from({ length: 400 }, (_, n) => `${(Math.sin(n / 5) * 9).toFixed(3)},${((n * 7919) % 1009) / 10}`).join("\n")}\n`);
  await home.goto(workshop.server.url);
  await home.propose(file);
  await expect(page.getByText("Each row is a sample by itself.")).toBeVisible();
  await page.getByRole("radio", { name: "Forecast a series" }).check({ force: true });
  await expect(home.series).toContainText("in plain order");
  await expect(page.getByRole("list", { name: "What was noticed" })).toContainText("looks like times: its rows are taken in plain order");
  await page.getByRole("radio", { name: "Learn from rows" }).check({ force: true });
  await expect(home.template("One network")).toBeChecked();
  await expect(home.series).toBeHidden();
});
