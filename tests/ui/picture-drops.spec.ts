import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startDesktop } from "../support/electron-host.js";
import { temporaryFolder } from "../support/run-on-disk.js";
import { drop } from "./drop.js";
import { expect, test } from "./fixture.js";
import { lookAt } from "./looks.js";
import { PicturesPage } from "./pages/pictures-page.js";
import { PickerPage } from "./pages/picker-page.js";
import { PredictPage } from "./pages/predict-page.js";
import { trainedBlobs, writeTinyPictures } from "./picture-projects.js";

test("a folder that is dropped on the page is asked for there and then: a browser tells its name alone", async ({ page, studio, workshop }) => {
  const folder = await writeTinyPictures(workshop.folder, ["one", "two"], 12);
  await studio.open(workshop.server.url);
  await expect(page.getByRole("heading", { name: "Projects", exact: true })).toBeVisible();
  await drop(page, folder);
  const dialog = page.getByRole("dialog", { name: "Where is the folder “tiny”?" });
  await expect(dialog).toContainText("A browser does not tell a page where the folder “tiny” lies");
  await expect(dialog).toContainText("go to it, or paste its path");
  await lookAt(page, "pictures-dropped-folder");
  await new PickerPage(page).chooseFolder(folder);
  await expect(page.getByRole("heading", { name: "New project" })).toBeVisible();
  await expect(page.getByText("Each picture is resized to")).toBeVisible();
  studio.expectNoComplaints();
});

const told = /red-[01]+\.(bmp|png) is a picture\. A folder of pictures becomes a project; to ask a model about a single one, drop it on the Predict screen/;

test("a drop is not lost where the host has not said yet what it is", async ({ page, studio, workshop }) => {
  const picture = join(await writeTinyPictures(workshop.folder, ["red", "two"], 2), "red", "red-0001.png");
  // A connection that nobody answers on.
  await page.routeWebSocket(/\/rpc$/, () => undefined);
  await studio.open(workshop.server.url);
  await expect(page.getByRole("heading", { name: "Projects", exact: true })).toBeVisible();
  await drop(page, picture);
  await expect(page.getByText(told)).toBeVisible();
  studio.expectNoComplaints();
});

test("a picture that is dropped on Predict is predicted; elsewhere its use is told", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const project = await trainedBlobs(workshop.folder);
  const picture = join(project, "pictures", "red", "red-1.bmp");
  const predict = new PredictPage(page);
  await predict.goto(workshop.server.url, project);
  await expect(page.getByRole("button", { name: "Choose a picture…" })).toBeVisible();
  // In the mode for folders too: it goes to the question about one.
  await page.getByText("A whole folder", { exact: true }).click();
  await drop(page, picture);
  await expect.poll(() => predict.probabilities("label")).toHaveLength(4);
  await expect(page.getByText(/Uploads.red-1\.bmp/).first()).toBeVisible();
  // On its own field it is the same.
  await drop(page, join(project, "pictures", "blue", "blue-1.bmp"));
  await expect(page.getByText(/Uploads.blue-1\.bmp/).first()).toBeVisible();

  await new PicturesPage(page).goto(workshop.server.url, project, "data");
  await expect(page.getByRole("listbox", { name: "Pictures", exact: true })).toBeVisible();
  await drop(page, picture);
  await expect(page.getByText(told)).toBeVisible();
  studio.expectNoComplaints();
});

test("on the desktop a dropped folder becomes a project and a picture is predicted, where they lie", async () => {
  const root = temporaryFolder("desktop");
  const project = await trainedBlobs(root);
  const folder = await writeTinyPictures(root, ["one", "two"], 12);
  const app = await startDesktop(join(root, "home"), [project]);
  try {
    const page = await app.page();
    await expect(page).toHaveURL(/\/project\//);
    const picture = join(project, "pictures", "red", "red-1.bmp");
    expect(await app.ask("drop", pathToFileURL(picture).href)).toBe(false);
    await expect(page.getByText(/red-1\.bmp is a picture\. A folder of pictures becomes a project/)).toBeVisible();
    await page.getByRole("link", { name: /^Predict\b/ }).click();
    await expect(page.getByRole("button", { name: "Choose a picture…" })).toBeVisible();
    await app.ask("drop", pathToFileURL(picture).href);
    await expect(page.getByText(picture, { exact: true })).toBeVisible();
    await expect(page.getByRole("region", { name: "Answer", exact: true })).toContainText(/red\s*\d+\.\d%/);
    await app.ask("drop", pathToFileURL(folder).href);
    await expect(page.getByRole("heading", { name: "New project" })).toBeVisible();
    await expect(page.getByText("Each picture is resized to")).toBeVisible();
  } finally {
    expect(await app.quit(), app.log()).toBe(0);
  }
});
