import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixture.js";
import { lookAt } from "./looks.js";
import { HomePage } from "./pages/home-page.js";
import { PicturesPage } from "./pages/pictures-page.js";
import { RunsPage } from "./pages/runs-page.js";
import { TrainPage } from "./pages/train-page.js";
import { trainedBlobs, writeAlphabets, writeTinyPictures } from "./picture-projects.js";

// What is done about single pictures, in a project that says so by itself: the files are never touched.

interface Source {
  readonly levels?: readonly string[];
  readonly names?: string;
  readonly exclude?: readonly string[];
  readonly relabel?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
const sourceOf = (project: string): Source =>
  (JSON.parse(readFileSync(join(project, "project.json"), "utf8")) as { readonly data: { readonly source: Source } }).data.source;

test("a mistake is labelled anew, undone, redone; the next run learns from it and is compared", async ({ page, studio, workshop }) => {
  const project = await trainedBlobs(workshop.folder);
  const pictures = new PicturesPage(page);
  await pictures.goto(workshop.server.url, project, "evaluate");
  await pictures.lookAtFirst();
  const label = pictures.detail.getByRole("combobox", { name: "Label" });
  const path = (await pictures.judged.getByRole("option").first().getAttribute("title")) ?? "";
  const [folder = ""] = path.split("/");
  await expect(label).toHaveValue(folder);
  const wanted = folder === "red" ? "blue" : "red";
  await label.selectOption(wanted);
  await expect.poll(() => sourceOf(project).relabel).toEqual({ [path]: { label: wanted } });
  await expect(page.getByText(`Its label is ${wanted} now. Its file is untouched.`)).toBeVisible();
  await expect(pictures.detail).toContainText("The next run learns from the picture as it is now.");

  await pictures.judged.focus();
  await page.keyboard.press("ControlOrMeta+z");
  await expect.poll(() => sourceOf(project).relabel).toBeUndefined();
  await expect(label).toHaveValue(folder);
  await page.keyboard.press("ControlOrMeta+Shift+z");
  await expect.poll(() => sourceOf(project).relabel).toEqual({ [path]: { label: wanted } });
  await expect(label).toHaveValue(wanted);
  // The notice's own button takes it back as well; another choice makes it anew.
  await page.getByRole("button", { name: "Undo", exact: true }).last().click();
  await expect.poll(() => sourceOf(project).relabel).toBeUndefined();
  await label.selectOption(wanted);
  await expect.poll(() => sourceOf(project).relabel).toEqual({ [path]: { label: wanted } });
  expect(existsSync(join(project, "pictures", path))).toBe(true);

  await pictures.detail.getByRole("button", { name: "Go to Train" }).click();
  const train = new TrainPage(page);
  await train.set("Epochs", "2");
  await train.start();
  await expect(train.run).toContainText("Run 2");
  await expect(train.run).toContainText("completed");
  await studio.step("Runs");
  const runs = new RunsPage(page);
  await runs.pick("Run 1");
  await runs.pick("Run 2");
  await expect(runs.differences).toContainText("relabel");
  studio.expectNoComplaints();
});

test("a judged picture is called by what stands in its tile: excluded, or not there any more", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const project = await trainedBlobs(workshop.folder);
  const pictures = new PicturesPage(page);
  await pictures.goto(workshop.server.url, project, "evaluate");
  await pictures.lookAtFirst();
  const tile = pictures.judged.getByRole("option").first();
  const expectNamedAsSeen = async (like: RegExp) => {
    const seen = (await tile.innerText()).replace(/\s+/g, " ").trim();
    expect(seen).toMatch(like);
    expect(((await tile.getAttribute("aria-label")) ?? "").replace(/: /g, " ")).toContain(seen);
  };
  await expectNamedAsSeen(/^(red|green|blue|none) [<>]?\d+\.\d% not /);
  await pictures.detail.getByRole("button", { name: "Exclude" }).click();
  await expect(tile).toContainText("excluded");
  await expectNamedAsSeen(/^excluded [<>]?\d+\.\d% not /);

  // Of data that has changed only the answers are left, by the numbers of their rows.
  writeFileSync(join(project, "pictures", (await tile.getAttribute("title")) ?? ""), "not a picture");
  await page.reload();
  await expect(tile).toContainText(/^\d+/);
  await expectNamedAsSeen(/^\d+ (red|green|blue|none) [<>]?\d+\.\d% not /);
  studio.expectNoComplaints();
});

test("all likely label errors can be reached, and each is one click from its other label", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const project = await trainedBlobs(workshop.folder);
  const pictures = new PicturesPage(page);
  await pictures.goto(workshop.server.url, project, "evaluate");
  await expect(pictures.suspects).toContainText(/\d+ of 360 pictures of validation and test look as if their label were another/);
  const total = Number(/(\d+) of 360/.exec(await pictures.suspects.innerText())?.[1]);
  expect(total).toBeGreaterThan(24);
  await expect(pictures.suspects.getByRole("listitem")).toHaveCount(24);
  await pictures.suspects.getByRole("button", { name: `Show ${Math.min(24, total - 24)} more` }).click();
  await expect(pictures.suspects.getByRole("listitem")).toHaveCount(Math.min(48, total));
  await lookAt(page, "pictures-suspects");
  const last = pictures.suspects.getByRole("listitem").last();
  // What comes into view scrolls its list, not the whole screen under the bar above it.
  await last.evaluate((item) => item.scrollIntoView({ block: "start" }));
  expect(await page.locator("#screen").evaluate((screen) => screen.scrollTop)).toBe(0);
  const button = last.getByRole("button", { name: /^Label as/ });
  const [, wanted = "", path = ""] = /^Label as (.+): (.+)$/.exec((await button.getAttribute("aria-label")) ?? "") ?? [];
  await button.click();
  await expect.poll(() => sourceOf(project).relabel).toEqual({ [path]: { label: wanted } });
  studio.expectNoComplaints();
});

test("a picture that cannot be read is put aside, and one click brings it back once it is mended", async ({ page, studio, workshop }) => {
  const folder = await writeTinyPictures(workshop.folder, ["one", "two"], 30);
  const broken = join(folder, "one", "one-0007.png");
  const whole = readFileSync(broken);
  writeFileSync(broken, whole.subarray(0, 40));
  await studio.open(workshop.server.url);
  const home = new HomePage(page);
  await home.propose(folder);
  await home.create.click();
  await expect(page).toHaveURL(/\/data$/);
  const project = decodeURIComponent(/project\/([^/]+)\//.exec(page.url())?.[1] ?? "");
  const pictures = new PicturesPage(page);
  await expect(pictures.grid.getByRole("option").first()).toBeVisible();
  await page.getByRole("button", { name: "Excluded" }).click();
  await expect(page.getByText("1 of 60 pictures")).toBeVisible();
  await pictures.grid.getByRole("option").first().click();
  await expect(page.getByRole("alert")).toContainText("This picture cannot be read");
  const quarantine = () =>
    (JSON.parse(readFileSync(join(project, "quarantine.json"), "utf8")) as { readonly pictures: readonly { readonly path: string }[] }).pictures.map(
      ({ path }) => path.split("/").at(-1),
    );
  await expect.poll(quarantine).toEqual(["one-0007.png"]);
  await lookAt(page, "pictures-quarantine");

  writeFileSync(broken, whole);
  await page.getByRole("button", { name: "Try to read it again" }).click();
  // The columns have a count of their own.
  const count = page.getByRole("status").filter({ hasText: /pictures$/ });
  await expect(count).toHaveText(/^(?:0 of )?60 pictures$/);
  await expect.poll(quarantine).toEqual([]);
  await page.getByRole("button", { name: /^All pictures/ }).click();
  await expect(count).toHaveText("60 pictures");
  await pictures.grid.getByRole("option", { name: /one-0007/ }).click();
  await expect(page.getByText("8 × 8 pixels")).toBeVisible();
  studio.expectNoComplaints();
});

test(
  "two levels of folders are two columns: one to predict, one to read, and either label can be changed",
  { tag: "@long" },
  async ({ page, studio, workshop }) => {
    const folder = await writeAlphabets(workshop.folder, 12);
    await studio.open(workshop.server.url);
    const home = new HomePage(page);
    await home.propose(folder);
    await expect(page.getByText("Each picture is resized to")).toBeVisible();
    await lookAt(page, "pictures-levels-new");
    // Levels are named before there is a project, and parts of the files' names are columns, seen as they are typed.
    await home.level("Outer folders").fill("script");
    await page.keyboard.press("Enter");
    await expect(home.columns.getByRole("rowheader")).toHaveText(["image", "script", "label"]);
    await expect(home.columns.getByRole("row", { name: /^script/ })).toContainText("2Runes, Greek");
    await home.level("Files' names").fill("{drawn}-{copy}");
    await expect(home.preview).toContainText("does not fit");
    await home.level("Files' names").fill("{a}{b}");
    await expect(page.getByText('got nothing between "a" and "b"')).toBeVisible();
    await home.level("Files' names").fill("{copy}");
    await page.keyboard.press("Enter");
    await expect(home.columns.getByRole("rowheader")).toHaveText(["image", "script", "label", "copy"]);
    await expect(home.preview.getByRole("columnheader")).toHaveText(["File", "script", "label", "copy"]);
    await lookAt(page, "pictures-levels-named");
    await home.create.click();
    await expect(page).toHaveURL(/\/data$/);
    const project = decodeURIComponent(/project\/([^/]+)\//.exec(page.url())?.[1] ?? "");
    expect(sourceOf(project)).toMatchObject({ levels: ["script", "label"], names: "{copy}" });

    // They can be called otherwise afterwards: what refers to them follows, and can be undone.
    const pictures = new PicturesPage(page);
    await expect(pictures.grid.getByRole("option").first()).toBeVisible();
    await page.getByRole("button", { name: "How it is read" }).click();
    const read = page.getByRole("dialog", { name: "How it is read" });
    for (const [field, name] of [
      ["Outer folders", "alphabet"],
      ["Inner folders", "character"],
    ] as const) {
      await read.getByRole("textbox", { name: field }).fill(name);
      await read.getByRole("textbox", { name: field }).press("Enter");
    }
    await expect.poll(() => sourceOf(project).levels).toEqual(["alphabet", "character"]);
    await lookAt(page, "pictures-levels-renamed");
    await page.keyboard.press("Escape");
    const saved = JSON.parse(readFileSync(join(project, "project.json"), "utf8")) as { readonly data: { readonly targets: unknown } };
    expect(saved.data.targets).toEqual([{ name: "character", type: "category", column: "character" }]);
    await expect(page.getByRole("button", { name: /^ansuz/ })).toBeVisible();
    await page.getByRole("button", { name: /^ansuz/ }).click();
    await expect(page.getByText("12 of 60 pictures")).toBeVisible();
    await pictures.grid.getByRole("option").first().click();
    const character = page.getByRole("combobox", { name: "Label (character)" });
    const alphabet = page.getByRole("combobox", { name: "Label (alphabet)" });
    await expect(character).toHaveValue("ansuz");
    await expect(alphabet).toHaveValue("Runes");
    await lookAt(page, "pictures-levels");
    await alphabet.selectOption("Greek");
    await expect.poll(() => Object.values(sourceOf(project).relabel ?? {})).toEqual([{ alphabet: "Greek" }]);
    await character.selectOption("beta");
    await expect.poll(() => Object.values(sourceOf(project).relabel ?? {})).toEqual([{ alphabet: "Greek", character: "beta" }]);
    await pictures.grid.focus();
    await page.keyboard.press("ControlOrMeta+z");
    await page.keyboard.press("ControlOrMeta+z");
    await expect.poll(() => sourceOf(project).relabel).toBeUndefined();

    await studio.step("Train");
    const train = new TrainPage(page);
    await train.set("Epochs", "2");
    await train.start();
    await expect(train.run).toContainText("completed");
    studio.expectNoComplaints();
  },
);

test("a grid of 5,000 pictures asks for those in view alone, wherever one scrolls to", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const folder = await writeTinyPictures(workshop.folder, ["ante", "basso", "canto", "dolce", "estro"], 1000);
  const asked = listenForThumbnails(page);
  await studio.open(workshop.server.url);
  const home = new HomePage(page);
  await home.propose(folder);
  await home.create.click();
  await expect(page).toHaveURL(/\/data$/);
  const { grid } = new PicturesPage(page);
  await expect(page.getByRole("status").filter({ hasText: /^5,000 pictures$/ })).toBeVisible();
  const options = grid.getByRole("option");
  const whole = async () => {
    await expect.poll(async () => (await options.count()) > 10 && (await options.count()) === (await grid.locator("img").count())).toBe(true);
  };
  await whole();
  // What is in the page is what is in view and two lines above and below.
  const most = await grid.evaluate((list) => {
    const across = Math.floor((list.clientWidth - 8) / 112);
    return across * (Math.ceil(list.clientHeight / 132) + 1 + 4);
  });
  expect(await options.count()).toBeLessThanOrEqual(most);
  await expect(options.first()).toHaveAttribute("aria-setsize", "5000");
  expect(new Set(asked).size).toBeLessThanOrEqual(most);

  // To the end, and somewhere between: nothing on the way is asked for.
  await grid.focus();
  await grid.press("End");
  await expect(grid.getByRole("option", { name: /estro-0999/ })).toBeVisible();
  await whole();
  expect(await options.count()).toBeLessThanOrEqual(most);
  expect(new Set(asked).size).toBeLessThanOrEqual(2 * most);
  expect(asked.filter((picture) => /^(basso|canto|dolce)/.test(picture))).toEqual([]);
  await grid.evaluate((list) => (list.scrollTop = list.scrollHeight / 2));
  await expect(grid.getByRole("option", { name: /canto-0[45]\d\d/ }).first()).toBeVisible();
  await whole();
  expect(await options.count()).toBeLessThanOrEqual(most);
  expect(new Set(asked).size).toBeLessThanOrEqual(3 * most);
  expect(asked.filter((picture) => /^(basso|dolce)/.test(picture))).toEqual([]);
  await lookAt(page, "pictures-many");
  studio.expectNoComplaints();
});

/** Paths of the small pictures that the page asks the studio for, from now on. */
function listenForThumbnails(page: Page): readonly string[] {
  const asked: string[] = [];
  page.on("websocket", (socket) =>
    socket.on("framesent", ({ payload }) => {
      const text = String(payload);
      if (text.includes('"pictures.thumbnails"')) asked.push(...[...text.matchAll(/"picture":"([^"]+)"/g)].map(([, picture]) => picture ?? ""));
    }),
  );
  return asked;
}
