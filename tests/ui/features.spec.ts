import { copyFileSync, cpSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src-main/base/entries.js";
import { lathe } from "../support/lathe.js";
import { writeClasses } from "../support/pictures.js";
import { expect, test } from "./fixture.js";
import { lookAt } from "./looks.js";
import { PicturesPage } from "./pages/pictures-page.js";
import { trainOnce } from "./trained-once.js";

// All pictures of a run as its network's features have them.

const CLASSES = ["bugs", "desserts", "music"] as const;
const SWAPPED = 4;

/**
 * Clip art of three classes, at 96 × 96, with a run that begins from the bundled network. A picture of the test is a copy of one that is trained on, and a few
 * of those trained on lie in a wrong folder.
 */
async function trainedClipArt(folder: string): Promise<string> {
  const project = join(folder, "clipart");
  const clipArt = join(packageRoot, "resources", "samples", "clipart");
  for (const part of ["train", "test"]) for (const name of CLASSES) cpSync(join(clipArt, part, name), join(folder, part, name), { recursive: true });
  const [copied = ""] = readdirSync(join(folder, "train", "bugs")).toSorted();
  copyFileSync(join(folder, "train", "bugs", copied), join(folder, "test", "bugs", "copied.png"));
  for (const [k, file] of readdirSync(join(folder, "train", "music"))
    .toSorted()
    .slice(4, 4 + SWAPPED)
    .entries())
    renameSync(join(folder, "train", "music", file), join(folder, "train", k % 2 === 0 ? "bugs" : "desserts", `swapped-${file}`));
  expect((await lathe("new", project, "--data", join(folder, "train"), "--test", join(folder, "test"))).code).toBe(0);
  mkdirSync(join(project, "pictures"), { recursive: true });
  const file = join(project, "project.json");
  const made = JSON.parse(readFileSync(file, "utf8")) as {
    data: { source: { path: string; test: string }; inputs: { size: number[]; augment?: unknown }[] };
    training: { epochs: number };
  };
  // In the project's own folder, so that what comes of it can be copied.
  for (const part of ["train", "test"]) renameSync(join(folder, part), join(project, "pictures", part));
  Object.assign(made.data.source, { path: "pictures/train", test: "pictures/test" });
  for (const input of made.data.inputs) Object.assign(input, { size: [96, 96], augment: [] });
  made.training.epochs = 6;
  writeFileSync(file, JSON.stringify(made));
  await trainOnce(project, [[]]);
  return project;
}

test("from a map of all pictures to a point's picture, a mistake's neighbours, a copy in the test, and labels worth a second look", async ({
  page,
  studio,
  workshop,
}) => {
  const project = await trainedClipArt(workshop.folder);
  const pictures = new PicturesPage(page);
  await pictures.goto(workshop.server.url, project, "evaluate");
  const part = page.getByRole("region", { name: "By features" });
  await expect(part).toContainText("What the network makes of a picture before it decides");
  await part.getByRole("button", { name: "Look through all pictures" }).click();

  // The map, by keyboard: from one point to the nearest, whose picture and neighbours stand beside it.
  const map = part.getByRole("application", { name: /^Map of \d+ pictures by their features/ });
  await expect(map).toBeVisible({ timeout: 60_000 });
  await expect(part).toContainText(/\d+ pictures, each told by 1,280 features/);
  const chosen = part.getByRole("complementary", { name: "Picture of the map" });
  await expect(chosen).toContainText("Choose a point of the map");
  await map.press("ArrowRight");
  const name = chosen.locator("strong");
  await expect(name).toHaveText(/\.png$/);
  const first = await name.innerText();
  await expect(part.getByRole("status")).toContainText(first);
  const nearest = chosen.getByRole("region", { name: "Nearest training pictures" });
  await expect(nearest.getByRole("listitem")).toHaveCount(6);
  await expect(nearest.getByRole("img").first()).toBeVisible();
  // Along one direction and on, another picture.
  await map.press("ArrowLeft");
  await map.press("ArrowDown");
  await expect(name).not.toHaveText(first);
  // What is drawn changes with the choice, and with the wheel.
  const drawing = () => map.locator("canvas").evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  const before = await drawing();
  await map.hover();
  await page.mouse.wheel(0, -600);
  await expect(part.getByRole("button", { name: "Show all" })).toBeVisible();
  await expect.poll(drawing).not.toBe(before);
  await part.getByRole("button", { name: "Show all" }).click();
  // The same as a table, from which a picture is chosen, too.
  await part.getByRole("button", { name: "Table" }).click();
  const line = part.getByRole("table").getByRole("button").nth(2);
  const named = await line.innerText();
  await line.click();
  await expect(name).toHaveText(named);
  await part.getByRole("button", { name: "Table" }).click();
  await part.scrollIntoViewIfNeeded();
  await lookAt(page, "features-map", true);

  // The exam contains what was learnt.
  const duplicates = part.getByRole("region", { name: "Near duplicates" });
  await expect(duplicates).toContainText(/test pictures? ha(s|ve) a near duplicate among those trained on: the exam contains what was learnt/);
  const copy = duplicates.getByRole("button", { name: "Show copied.png on the map" });
  await copy.click();
  await expect(name).toHaveText("copied.png");

  // Labels: those swapped on purpose are among those worth a second look, of all pictures now.
  await pictures.suspects.scrollIntoViewIfNeeded();
  await expect(pictures.suspects).toContainText(/pictures look as if their label were another, to a straight line through the features/);
  await expect.poll(() => pictures.suspects.getByText(/^swapped-/).count()).toBeGreaterThanOrEqual(SWAPPED / 2);
  await lookAt(page, "features-labels");

  // A mistake, or any judged picture, has its neighbours where it is looked at.
  await page.getByText("All", { exact: true }).click();
  await pictures.lookAtFirst();
  const near = pictures.detail.getByRole("region", { name: "Nearest training pictures" });
  await expect(near.getByRole("listitem")).toHaveCount(6);

  // And so has a new one.
  await page.getByRole("link", { name: /^Predict/ }).click();
  await page.getByRole("button", { name: "A picture by chance" }).click();
  const neighbours = page.getByRole("region", { name: "Nearest training pictures" });
  await expect(neighbours.getByRole("listitem")).toHaveCount(6, { timeout: 20_000 });
  await lookAt(page, "features-predict");
  studio.expectNoComplaints();
});

test("what keeps a run from being looked through is said, and tried again", async ({ page, workshop }) => {
  const project = await trainedClipArt(workshop.folder);
  const pictures = new PicturesPage(page);
  await pictures.goto(workshop.server.url, project, "evaluate");
  const part = page.getByRole("region", { name: "By features" });
  const [gone = ""] = readdirSync(join(project, "pictures", "train", "bugs"));
  const [file, away] = [join(project, "pictures", "train", "bugs", gone), join(workshop.folder, "away.png")];
  renameSync(file, away);
  await part.getByRole("button", { name: "Look through all pictures" }).click();
  await expect(part.getByRole("alert")).toContainText("The data has changed since run 0001 was trained");
  renameSync(away, file);
  await part.getByRole("button", { name: "Try again" }).click();
  await expect(part.getByRole("application")).toBeVisible({ timeout: 60_000 });
});

test("of more classes than colours, those have one that are chosen", async ({ page, studio, workshop }) => {
  test.setTimeout(90_000);
  const classes = ["ash", "birch", "cedar", "elm", "fir", "hazel", "larch", "maple", "oak"];
  const [folder, project] = [join(workshop.folder, "trees"), join(workshop.folder, "project")];
  await writeClasses(folder, classes, 8, { width: 16, height: 16 });
  expect((await lathe("new", project, "--data", folder, "--template", "images")).code).toBe(0);
  expect((await lathe("train", project, "--epochs", "1")).code).toBe(0);
  const pictures = new PicturesPage(page);
  await pictures.goto(workshop.server.url, project, "evaluate");
  const part = page.getByRole("region", { name: "By features" });
  await part.getByRole("button", { name: "Look through all pictures" }).click();
  await expect(part.getByRole("application")).toBeVisible({ timeout: 60_000 });
  const inColour = part.getByRole("list", { name: "Colours of classes" }).getByRole("listitem");
  await expect(inColour).toHaveCount(8);
  await expect(inColour.last()).toHaveText("2 other classes");
  const before = (await inColour.allInnerTexts()).slice(0, 7).map((text) => text.replace(/\W/g, ""));
  const missing = classes.find((name) => !before.includes(name)) ?? "";

  // Seven are the most: an eighth can be chosen only in another's place.
  const more = part.getByLabel("Colour a class…");
  await expect(more).toBeDisabled();
  await part.getByRole("button", { name: `Take the colour from ${before[0]}` }).click();
  await expect(inColour.last()).toHaveText("3 other classes");
  await more.selectOption(missing);
  await expect(inColour.nth(6)).toContainText(missing);
  await expect(more).toBeDisabled();
  await lookAt(page, "features-many-classes");
  studio.expectNoComplaints();
});
