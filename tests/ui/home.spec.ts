import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src-main/base/entries.js";
import { cloudTable, writeClouds } from "./cloud-project.js";
import { expect, test } from "./fixture.js";
import { lookAt } from "./looks.js";
import { HomePage } from "./pages/home-page.js";
import { PickerPage } from "./pages/picker-page.js";

interface Saved {
  readonly name: string;
  readonly data: {
    readonly source: { readonly path: string };
    readonly inputs: readonly { readonly columns?: readonly string[] | "rest"; readonly column?: string }[];
    readonly targets: readonly { readonly column: string; readonly type: string }[];
  };
}
const saved = (project: string) => JSON.parse(readFileSync(join(project, "project.json"), "utf8")) as Saved;

function writeTable(folder: string): string {
  const file = join(folder, "sky_table.csv");
  writeFileSync(file, cloudTable());
  return file;
}

test("the first start shows the way; a sample becomes a project by one click", async ({ page, studio, workshop }) => {
  const home = new HomePage(page);
  await home.goto(workshop.server.url);
  await expect(home.projects.getByRole("heading", { name: "No projects yet" })).toBeVisible();
  await expect(home.hints.getByRole("listitem")).toHaveCount(6);
  await expect(home.samples).toContainText("4,454 rows, 10 columns · predicts Good");
  await home.startSample("Credit");
  await expect(page).toHaveURL(/\/data$/);
  await page.getByRole("link", { name: "Home" }).click();
  await expect(home.project("Credit")).toContainText("Table · Good");
  // The copy is the user's own.
  expect(existsSync(join(workshop.folder, "Lathe", "Credit", "credit.csv"))).toBe(true);
  // A hint that was read is gone for good.
  await home.hints.getByRole("button", { name: "Got it" }).click();
  await expect(home.hints).toBeHidden();
  await page.reload();
  await expect(home.project("Credit")).toBeVisible();
  await expect(home.hints).toBeHidden();
  studio.expectNoComplaints();
});

test("a table becomes a project: what to predict, what to exclude, what it is called", async ({ page, studio, workshop }) => {
  const home = new HomePage(page);
  const file = writeTable(workshop.folder);
  await home.goto(workshop.server.url);
  await home.newProject().click();
  await new PickerPage(page).chooseFile(file);
  await expect(home.columns.getByRole("combobox", { name: /^Role of / })).toHaveCount(7);
  await expect(home.role("kind")).toHaveValue("target");
  await expect(home.columns.getByRole("row", { name: /^kind / })).toContainText("→ category");
  await expect(
    home.columns
      .getByRole("row", { name: /^humidity / })
      .getByRole("cell")
      .nth(2),
  ).toHaveText("33");
  await expect(
    home.columns
      .getByRole("row", { name: /^kind / })
      .getByRole("cell")
      .nth(3),
  ).toHaveText("3");
  // What does not suit is nothing to choose.
  await expect(home.template("One network")).toBeChecked();
  await expect(home.template("A branch for each target")).toHaveCount(0);
  await expect(home.form).toContainText("With several inputs or targets, there are also networks with a branch for each.");
  // The folder follows the name.
  await expect(home.name()).toHaveValue("sky table");
  await home.name().fill("My clouds");
  await expect(home.folder()).toHaveValue(join(workshop.folder, "Lathe", "My clouds"));
  await home.giveRole("kind", "Input");
  await expect(home.form).toContainText("nothing yet");
  await expect(home.create).toHaveAttribute("aria-disabled", "true");
  await expect(home.create).toHaveAttribute("aria-description", "Choose at least one column to predict");
  await home.giveRole("kind", "Ignore");
  await home.giveRole("wind", "Predict");
  await home.giveRole("season", "Predict");
  await expect(home.template("A branch for each target")).toBeEnabled();
  await home.template("A branch for each target").check();
  await home.create.click();
  await expect(page).toHaveURL(/\/data$/);
  const project = saved(join(workshop.folder, "Lathe", "My clouds"));
  expect(project.name).toBe("My clouds");
  expect(project.data.source.path).toBe(file);
  expect(project.data.targets.map(({ column, type }) => [column, type])).toEqual([
    ["wind", "numeric"],
    ["season", "category"],
  ]);
  expect(JSON.stringify(project.data.inputs)).not.toContain("kind");
  studio.expectNoComplaints();
});

test("what cannot become a project says why, and offers a way on", async ({ page, studio, workshop }) => {
  const home = new HomePage(page);
  const file = writeTable(workshop.folder);
  mkdirSync(join(workshop.folder, "pictures", "cat"), { recursive: true });
  writeFileSync(join(workshop.folder, "pictures", "cat", "tom.jpg"), "not really");
  await home.goto(workshop.server.url);
  await home.propose(join(workshop.folder, "pictures"));
  await expect(page.getByRole("alert")).toContainText("that were looked at can be read: cat/tom.jpg is no picture by its content");
  await expect(page.getByRole("button", { name: "Choose other data…" })).toBeVisible();
  await home.propose(join(workshop.folder, "nowhere.csv"));
  await expect(page.getByRole("alert")).toContainText("was it moved or deleted?");
  await home.propose("/etc/passwd");
  await expect(page.getByRole("alert")).toContainText("is not in a folder this server may use");
  await page.getByRole("button", { name: "Back to all projects" }).click();
  await expect(home.projects).toBeVisible();
  // A column that cannot be predicted, and one that can instead.
  await home.propose(file);
  await home.giveRole("kind", "Ignore");
  await home.giveRole("note", "Predict");
  await expect(home.form.getByRole("alert")).toContainText("note");
  await expect(home.create).toHaveAttribute("aria-disabled", "true");
  await home.giveRole("note", "Ignore");
  await home.giveRole("kind", "Predict");
  await expect(home.form.getByRole("alert")).toBeHidden();
  // A folder that is taken.
  writeClouds(workshop.folder);
  await home.folder().fill(join(workshop.folder, "clouds"));
  await home.create.click();
  await expect(home.form.getByRole("alert")).toContainText("holds a project already; choose another folder");
  // The choices are still there.
  await expect(home.role("note")).toHaveValue("ignore");
  await home.folder().fill(join(workshop.folder, "clouds 2"));
  await home.create.click();
  await expect(page).toHaveURL(/\/data$/);
  studio.expectNoComplaints();
});

test("projects are opened by keyboard, taken off the list and brought back; a broken one says what is wrong and opens", async ({ page, studio, workshop }) => {
  const home = new HomePage(page);
  const project = writeClouds(workshop.folder);
  await home.goto(workshop.server.url);
  await studio.tabTo(page.getByRole("button", { name: "Open a project…" }));
  await page.keyboard.press("Enter");
  await new PickerPage(page).chooseFolder(project);
  await expect(page).toHaveURL(/\/data$/);
  await page.getByRole("link", { name: "Home" }).click();
  await home.forget("clouds");
  await expect(home.projects.getByRole("heading", { name: "No projects yet" })).toBeVisible();
  expect(existsSync(join(project, "project.json"))).toBe(true);
  await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
  await expect(home.project("clouds")).toBeVisible();
  // Broken meanwhile by another program.
  const document = JSON.parse(readFileSync(join(project, "project.json"), "utf8")) as { training: { epochs: unknown } };
  document.training.epochs = "many";
  writeFileSync(join(project, "project.json"), JSON.stringify(document));
  await page.reload();
  await expect(home.project("clouds")).toContainText("Needs mending:");
  await expect(home.project("clouds")).toContainText("epochs");
  await studio.tabTo(home.project("clouds").getByRole("button", { name: /^clouds \// }));
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/clouds\/data$/);
  // Gone for good: it can still be taken off.
  await page.getByRole("link", { name: "Home" }).click();
  rmSync(project, { recursive: true });
  await page.reload();
  await expect(home.project("clouds")).toContainText("Needs mending:");
  await home.forget("clouds");
  await expect(home.project("clouds")).toBeHidden();
  await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("alert")).toContainText("was it moved or deleted?");
  studio.expectNoComplaints();
});

test("a list that cannot be changed says so and stays", async ({ page, studio, workshop }) => {
  const home = new HomePage(page);
  await home.goto(workshop.server.url);
  await home.startSample("Ridership");
  await expect(page).toHaveURL(/\/data$/);
  await page.getByRole("link", { name: "Home" }).click();
  await expect(home.project("Ridership")).toBeVisible();
  const list = join(workshop.folder, "home", "recent-projects.json");
  rmSync(list);
  mkdirSync(list);
  await home.forget("Ridership");
  await expect(page.getByRole("alert")).toContainText("recent-projects.json cannot be written");
  studio.expectNoComplaints();
});

test("the palette starts a sample and a new project", async ({ page, studio, workshop }) => {
  const home = new HomePage(page);
  await home.goto(workshop.server.url);
  await expect(home.samples.getByRole("listitem")).toHaveCount(6);
  // Nobody waits for it: the key after Ctrl+K is the palette's already, however slow the machine.
  const focused = await page.evaluate(async () => {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "k", code: "KeyK", ctrlKey: true, bubbles: true }));
    await new Promise((done) => queueMicrotask(() => requestAnimationFrame(done)));
    return document.activeElement?.getAttribute("role");
  });
  expect(focused).toBe("combobox");
  await page.keyboard.type("new project");
  await page.keyboard.press("Enter");
  await new PickerPage(page).chooseFile(join(packageRoot, "resources", "samples", "credit", "credit.csv"));
  await expect(page.getByRole("alert")).toContainText("is not in a folder this server may use");
  await page.getByRole("button", { name: "Back to all projects" }).click();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("sample credit");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/data$/);
  studio.expectNoComplaints();
});

test("looks right in both themes and sizes", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const home = new HomePage(page);
  const file = writeTable(workshop.folder);
  await home.goto(workshop.server.url);
  await expect(home.samples.getByRole("listitem")).toHaveCount(6);
  await expect(home.hints).toBeVisible();
  await lookAt(page, "home-first");
  await home.startSample("Credit");
  await expect(page).toHaveURL(/\/data$/);
  await page.getByRole("link", { name: "Home" }).click();
  await home.startSample("Ridership");
  await expect(page).toHaveURL(/\/data$/);
  writeFileSync(join(workshop.folder, "Lathe", "Credit", "project.json"), "{ nonsense");
  await page.getByRole("link", { name: "Home" }).click();
  await expect(home.project("Credit")).toContainText("Needs mending:");
  await lookAt(page, "home-projects");
  await home.propose(file);
  await expect(home.columns).toBeVisible();
  await lookAt(page, "home-new");
  await home.propose(join(workshop.folder, "nowhere.csv"));
  await expect(page.getByRole("alert")).toBeVisible();
  await lookAt(page, "home-failed");
  studio.expectNoComplaints();
});
