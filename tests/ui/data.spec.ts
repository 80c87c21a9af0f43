import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cloudTable, writeClouds } from "./cloud-project.js";
import { expect, test } from "./fixture.js";
import { lookAt } from "./looks.js";
import { DataPage } from "./pages/data-page.js";

interface Saved {
  readonly data: {
    readonly source: Readonly<Record<string, unknown>>;
    readonly inputs: readonly { readonly name: string; readonly type: string; readonly columns?: readonly string[]; readonly missing?: string }[];
    readonly targets: readonly { readonly name: string; readonly type: string }[];
    readonly split: Readonly<Record<string, unknown>>;
  };
  readonly seed: number;
  readonly model: { readonly outputs: readonly { readonly target: string }[] };
}
const saved = (project: string) => JSON.parse(readFileSync(join(project, "project.json"), "utf8")) as Saved;

test("a table is seen with its columns by role, each with what is in it", async ({ page, studio, workshop }) => {
  const data = new DataPage(page);
  await data.goto(workshop.server.url, writeClouds(workshop.folder));
  await data.ready();
  expect(await data.names("Targets")).toEqual(["kind"]);
  expect(await data.names("Inputs")).toEqual(["height", "humidity", "wind", "season"]);
  expect(await data.names("Ignored")).toEqual(["id", "note"]);
  await expect(data.count()).toHaveText("300 rows");
  // What is to be predicted is looked at first: its classes by part, which lead to their rows.
  await expect(data.inspector.getByRole("heading", { name: "kind" })).toBeVisible();
  await data.inspector.getByRole("button", { name: /^cumulus in training: \d+ rows; show them$/ }).click();
  await expect(data.count()).toHaveText(/^\d+ of 300 rows$/);
  await expect(data.cell(0, 1)).toHaveText("Train");
  await page.getByRole("button", { name: /^Remove the filter: kind is cumulus, training$/ }).click();
  await expect(data.count()).toHaveText("300 rows");
  // Missing is told apart from a text.
  await data.column("humidity").click();
  await data.inspector.getByRole("button", { name: /^Show rows where it is missing/ }).click();
  await expect(data.count()).toHaveText("33 of 300 rows");
  await expect(data.table.getByRole("cell", { name: "missing" }).first()).toBeVisible();
  await page.getByRole("button", { name: "Show all rows" }).click();
  // A bar of the histogram leads to its rows.
  await data.column("height").click();
  const bars = data.inspector.getByRole("group", { name: "Values of height" }).getByRole("button");
  await bars.first().focus();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await expect(data.count()).toHaveText(/^\d+ of 300 rows$/);
  studio.expectNoComplaints();
});

test("rows are sorted, and found by any of their cells", async ({ page, studio, workshop }) => {
  const data = new DataPage(page);
  await data.goto(workshop.server.url, writeClouds(workshop.folder));
  await data.ready();
  await data.sortBy("height");
  await expect(data.table.getByRole("columnheader", { name: /^height/ })).toHaveAttribute("aria-sort", "ascending");
  await data.sortBy("height");
  await expect(data.table.getByRole("columnheader", { name: /^height/ })).toHaveAttribute("aria-sort", "descending");
  await expect.poll(async () => Number(await data.cell(0, 3).textContent())).toBeGreaterThan(8250);
  await data.search.fill("cloud, 117");
  await expect(data.count()).toHaveText("1 of 300 rows");
  await expect(data.cell(0, 0)).toHaveText("117");
  await data.search.fill("nothing like that");
  await expect(data.table).toContainText("No row passes these filters.");
  await data.table.getByRole("button", { name: "Show all rows" }).click();
  await expect(data.count()).toHaveText("300 rows");
  await expect(data.search).toHaveValue("");
  studio.expectNoComplaints();
});

test("a column changes its role by drag, by menu and by key; each is undone", async ({ page, studio, workshop }) => {
  const project = writeClouds(workshop.folder);
  const data = new DataPage(page);
  await data.goto(workshop.server.url, project);
  await data.ready();
  await data.dragTo("wind", "Ignored");
  await expect.poll(() => data.names("Ignored")).toEqual(["id", "wind", "note"]);
  await expect.poll(() => saved(project).data.inputs[0]?.columns).toEqual(["height", "humidity"]);
  await data.undo();
  await expect.poll(() => data.names("Inputs")).toEqual(["height", "humidity", "wind", "season"]);
  await expect.poll(() => saved(project).data.inputs[0]?.columns).toEqual(["height", "humidity", "wind"]);

  await data.giveRoleByMenu("season", "Predict it (target)");
  await expect.poll(() => data.names("Targets")).toEqual(["season", "kind"]);
  await data.undo();
  await expect.poll(() => data.names("Targets")).toEqual(["kind"]);

  // By the keyboard alone: arrows move along the columns, a letter is a role, Enter opens the menu.
  await data.column("kind").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(data.column("humidity")).toBeFocused();
  await page.keyboard.press("x");
  await expect.poll(() => data.names("Ignored")).toEqual(["id", "humidity", "note"]);
  await expect(data.column("humidity")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitemradio", { name: "Ignore it" })).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect.poll(() => data.names("Inputs")).toEqual(["height", "humidity", "wind", "season"]);
  await expect(data.column("humidity")).toBeFocused();
  studio.expectNoComplaints();
});

test("before there is a target, it is one click to choose it", async ({ page, studio, workshop }) => {
  const project = writeClouds(workshop.folder, { target: false });
  const data = new DataPage(page);
  await data.goto(workshop.server.url, project);
  await expect(data.choose.getByRole("heading", { name: "Choose what to predict" })).toBeVisible();
  await data.choose.getByRole("button", { name: "Predict kind" }).click();
  await expect(data.choose).toBeHidden();
  await expect.poll(() => data.names("Targets")).toEqual(["kind"]);
  await expect.poll(() => saved(project).data.targets).toEqual([expect.objectContaining({ name: "kind", type: "category" })]);
  await expect(data.inspector.getByRole("region", { name: "Classes by part" })).toContainText("cumulus");
  await data.undo();
  await expect(data.choose).toBeVisible();
  await data.choose.getByRole("combobox", { name: "Another column" }).selectOption("height");
  await expect.poll(() => saved(project).data.targets).toEqual([expect.objectContaining({ name: "height", type: "numeric" })]);
  studio.expectNoComplaints();
});

test("how a column is read is chosen, and a target is renamed with all that refers to it", async ({ page, studio, workshop }) => {
  const project = writeClouds(workshop.folder);
  const data = new DataPage(page);
  await data.goto(workshop.server.url, project);
  await data.ready();
  await data.column("humidity").click();
  await data.inspector.getByRole("combobox", { name: /^Where missing/ }).selectOption("Exclude the row");
  await expect.poll(() => saved(project).data.inputs[0]?.missing).toBe("drop");
  await data.column("kind").click();
  const name = data.inspector.getByRole("textbox", { name: "Name" });
  await name.fill("not a name");
  await name.press("Enter");
  await expect(data.inspector.getByRole("alert")).toContainText("letters, digits");
  await name.fill("cloud");
  await name.press("Enter");
  await expect.poll(() => [saved(project).data.targets[0]?.name, saved(project).model.outputs[0]?.target]).toEqual(["cloud", "cloud"]);
  studio.expectNoComplaints();
});

test("roles that leave the network behind say so, and the network is made anew", async ({ page, studio, workshop }) => {
  const project = writeClouds(workshop.folder);
  const data = new DataPage(page);
  await data.goto(workshop.server.url, project);
  await data.ready();
  await data.giveRoleByMenu("season", "Ignore it");
  const banner = page.getByRole("region", { name: "The network does not fit these roles yet" });
  await expect(banner).toContainText("season");
  await banner.getByRole("button", { name: "Adapt the network" }).click();
  await expect(banner).toBeHidden();
  await page.getByRole("button", { name: "Undo", exact: true }).last().click();
  await expect(banner).toBeVisible();
  studio.expectNoComplaints();
});

test("the split is dragged, moved by keys and typed", async ({ page, studio, workshop }) => {
  const project = writeClouds(workshop.folder);
  const data = new DataPage(page);
  await data.goto(workshop.server.url, project);
  await data.ready();
  const edge = data.edge("Where training ends and validation begins");
  await expect(edge).toHaveAttribute("aria-valuetext", "20% Validation");
  await edge.focus();
  // However busy the machine, these two follow each other quickly.
  await page.clock.setFixedTime(new Date());
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("PageUp");
  await expect(edge).toHaveAttribute("aria-valuetext", "14% Validation");
  await expect.poll(() => saved(project).data.split).toMatchObject({ validation: 0.14, test: 0.2 });
  await expect(data.split.getByRole("button", { name: /^Show the validation rows: 14%, 4\d rows/ })).toBeVisible();
  // Steps of one gesture are one step back.
  await data.undo();
  await expect(edge).toHaveAttribute("aria-valuetext", "20% Validation");

  const end = data.edge("Where validation ends and test begins");
  const [box, from] = [await data.split.getByRole("button", { name: /^Show the test rows/ }).boundingBox(), await end.boundingBox()];
  await page.mouse.move((from?.x ?? 0) + 4, (from?.y ?? 0) + 12);
  await page.mouse.down();
  await page.mouse.move((from?.x ?? 0) + 4 + (box?.width ?? 0) / 4, (from?.y ?? 0) + 14, { steps: 3 });
  // A hand that rests still holds the edge.
  await page.clock.setFixedTime(new Date(Date.now() + 60_000));
  await page.mouse.move((from?.x ?? 0) + 4 + (box?.width ?? 0) / 2, (from?.y ?? 0) + 14, { steps: 3 });
  await page.mouse.up();
  await expect(end).toHaveAttribute("aria-valuetext", "10% Test");
  await expect.poll(() => saved(project).data.split).toMatchObject({ validation: 0.3, test: 0.1 });
  await data.undo();
  await expect(end).toHaveAttribute("aria-valuetext", "20% Test");

  await data.split.getByRole("button", { name: "In numbers" }).click();
  await data.split.getByRole("textbox", { name: "Share of test rows, in percent" }).fill("25");
  await page.keyboard.press("Enter");
  await data.split.getByRole("textbox", { name: "Seed" }).fill("7");
  await page.keyboard.press("Enter");
  await data.split.getByRole("checkbox", { name: "Keep shares of classes" }).click();
  await expect.poll(() => saved(project)).toMatchObject({ seed: 7, data: { split: { test: 0.25, stratify: false } } });
  await data.split.getByRole("combobox", { name: "How rows are split" }).selectOption("latest rows last");
  await expect(data.split.getByRole("alert")).toContainText("expected the column that orders the rows");
  await data.split.getByRole("combobox", { name: "Time in" }).selectOption("id");
  await expect(data.split.getByRole("alert")).toBeHidden();
  await data.split.getByRole("button", { name: /^Show the test rows/ }).click();
  await expect(data.count()).toHaveText("75 of 300 rows");
  await expect(data.cell(0, 0)).toHaveText("226");
  studio.expectNoComplaints();
});

test("what an audit finds leads to the rows and to what mends it", async ({ page, studio, workshop }) => {
  const table = cloudTable().replace(/^17,\d+,/m, "17,high,");
  const project = writeClouds(workshop.folder, { table });
  const data = new DataPage(page);
  await data.goto(workshop.server.url, project);
  await data.ready();
  const entry = data.problems.getByRole("listitem").filter({ hasText: 'column "height"' });
  await expect(entry).toContainText("Error");
  await entry.getByRole("button", { name: "Show rows" }).click();
  await expect(data.count()).toHaveText("1 of 300 rows");
  await expect(data.cell(0, 0)).toHaveText("17");
  await expect(data.inspector.getByRole("heading", { name: "height" })).toBeVisible();
  await entry.getByRole("button", { name: "Ignore height" }).click();
  // What is not used is told, with the other way to mend it.
  await expect(entry).toContainText("is not used");
  await expect(entry.getByRole("button", { name: "Count “high” as missing" })).toBeVisible();
  await expect.poll(() => data.names("Ignored")).toEqual(["id", "height", "note"]);
  // With the row at fault gone from what is used, what is merely doubtful is told.
  await expect(data.problems.getByRole("listitem").filter({ hasText: 'column "wind"' })).toContainText("Warning");
  await page.getByRole("button", { name: "Undo", exact: true }).last().click();
  await expect(entry).toContainText("Error");
  await entry.getByRole("button", { name: "Count “high” as missing" }).click();
  await expect(entry).toContainText("has 1 missing value");
  await expect.poll(() => saved(project).data.source["missing"]).toEqual({ height: ["high"] });
  await expect.poll(() => data.names("Ignored")).toEqual(["id", "note"]);
  studio.expectNoComplaints();
});

test("how the file is read leads from what was noticed, is overruled, and undone", async ({ page, studio, workshop }) => {
  const above = ["# seen from the roof", "Clouds of 2024"].map((line) => `${line},,,,,,\n`).join("");
  const project = writeClouds(workshop.folder, { table: above + cloudTable(60) });
  const data = new DataPage(page);
  await data.goto(workshop.server.url, project);
  await data.ready();
  await expect(data.problems).toContainText("set “Comment lines” to “None”");
  await expect(data.problems).toContainText('is a title and is excluded: "Clouds of 2024"; set “Lines above it” to “None”');
  await data.problems.getByRole("button", { name: "How it is read…" }).first().click();
  const dialog = page.getByRole("dialog", { name: "How it is read" });
  await expect(dialog.getByRole("listitem")).toHaveCount(2);
  await lookAt(page, "how-it-is-read");
  const choose = async (label: string, choice: string) => dialog.getByRole("combobox", { name: label }).selectOption(choice);
  await choose("Comment lines", "None");
  await expect(dialog.getByRole("list")).toContainText("2 lines above the table");
  await choose("Lines above it", "2 lines");
  await expect(dialog.getByRole("listitem")).toHaveCount(0);
  await choose("First row", "Data");
  // Then the names stand among the rows, and what the project calls by name is gone.
  await expect(dialog.getByRole("list")).toContainText("has no header; its columns are called column1 to column7");
  await page.keyboard.press("Escape");
  await expect.poll(() => saved(project).data.source).toMatchObject({ header: false, skip: 2, comment: "none" });
  await expect(data.count()).toHaveText("61 rows");
  for (let i = 0; i < 3; i++) await data.undo();
  await expect.poll(() => saved(project).data.source).toEqual({ type: "table", path: "clouds.csv" });
  await expect(data.count()).toHaveText("60 rows");
  await expect(data.problems).toContainText("set “Comment lines” to “None”");
  studio.expectNoComplaints();
});

test("a data file that is gone, comes back or changes is told, with its remedy", async ({ page, studio, workshop }) => {
  const project = writeClouds(workshop.folder);
  const file = join(project, "clouds.csv");
  renameSync(file, join(project, "moved.csv"));
  const data = new DataPage(page);
  await data.goto(workshop.server.url, project);
  const alert = page.getByRole("alert").filter({ hasText: "The data file is not where the project says" });
  await expect(alert).toContainText("clouds.csv");
  await alert.getByRole("button", { name: "Choose another file" }).click();
  const picker = page.getByRole("dialog");
  await picker.getByLabel("Path").fill(join(project, "moved.csv"));
  await picker.getByLabel("Path").press("Enter");
  await data.ready();
  // A file beside project.json is named from there.
  await expect.poll(() => saved(project).data.source["path"]).toBe("moved.csv");
  await data.undo();
  await expect(page.getByRole("alert").filter({ hasText: "The data file is not where the project says" })).toBeVisible();
  writeFileSync(file, cloudTable(120));
  await page.getByRole("button", { name: "Read it again" }).click();
  await expect(data.count()).toHaveText("120 rows");
  // Changed under one's eyes: seen on coming back to the window.
  writeFileSync(file, cloudTable(90));
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await expect(page.getByText("The file has changed on disk")).toBeVisible();
  await expect(data.count()).toHaveText("90 rows");
  writeFileSync(file, "");
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await expect(page.getByRole("alert").filter({ hasText: "The data file is empty" })).toBeVisible();
  studio.expectNoComplaints();
});

test("a million rows are scrolled through without waiting for them", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const lines = ["n,square,kind"];
  for (let i = 1; i <= 1_000_000; i++) lines.push(`${i},${(i * i) % 1009},${i % 2 === 0 ? "even" : "odd"}`);
  const project = writeClouds(workshop.folder, { table: lines.join("\n"), inputs: [{ name: "features", type: "numeric", columns: ["square"] }] });
  const data = new DataPage(page);
  await data.goto(workshop.server.url, project);
  await expect(data.count()).toHaveText("1,000,000 rows");
  await data.ready();
  await data.table.evaluate((element) => (element.scrollTop = element.scrollHeight));
  await expect(data.table.getByRole("rowheader", { name: "1,000,000" })).toBeVisible();
  // While one scrolls, the page makes and holds only what comes into view, of a million rows.
  const { made, most } = await data.table.evaluate(async (element) => {
    const rows = () => element.querySelectorAll("[role=row], tr").length;
    const counts = { made: 0, most: rows() };
    const observer = new MutationObserver((records) => {
      for (const { addedNodes } of records) for (const node of addedNodes) if (node instanceof Element && node.matches("[role=row], tr")) counts.made++;
      counts.most = Math.max(counts.most, rows());
    });
    observer.observe(element, { childList: true, subtree: true });
    for (let i = 0; i < 60; i++) {
      element.scrollTop -= 400;
      await new Promise(requestAnimationFrame);
    }
    observer.disconnect();
    return counts;
  });
  expect(most).toBeLessThan(80);
  expect(made).toBeLessThan(60 * 80);
  expect(await data.table.getByRole("row").count()).toBeLessThan(80);
  studio.expectNoComplaints();
});

test("looks right in both themes and sizes", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const project = writeClouds(workshop.folder);
  const data = new DataPage(page);
  await data.goto(workshop.server.url, project);
  await data.ready();
  await expect(data.problems.getByRole("listitem").first()).toBeVisible();
  await expect(data.inspector.getByRole("region", { name: "Classes by part" })).toContainText("cumulus");
  await lookAt(page, "data-target");
  await data.column("humidity").click();
  await data.inspector.getByRole("button", { name: /^Show rows where it is missing/ }).click();
  await data.split.getByRole("button", { name: "In numbers" }).click();
  await expect(data.count()).toHaveText("33 of 300 rows");
  await lookAt(page, "data-input");
  await data.column("kind").click();
  await page.keyboard.press("x");
  await expect(data.choose).toBeVisible();
  await lookAt(page, "data-choose");
  renameSync(join(project, "clouds.csv"), join(project, "gone.csv"));
  await page.reload();
  await expect(page.getByRole("alert").filter({ hasText: "The data file is not where" })).toBeVisible();
  await lookAt(page, "data-gone");
  studio.expectNoComplaints();
});
