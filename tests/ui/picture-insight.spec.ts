import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./fixture.js";
import { lookAt } from "./looks.js";
import { PicturesPage } from "./pages/pictures-page.js";
import { RunsPage } from "./pages/runs-page.js";
import { trainedBlobs } from "./picture-projects.js";

// What a network makes of a picture, layer by layer, and the filters it looks with.

test(
  "from a judged picture into the network: its layers by the names of the model, their maps, and the filters",
  { tag: "@long" },
  async ({ page, studio, workshop }) => {
    const pictures = new PicturesPage(page);
    await pictures.goto(workshop.server.url, await trainedBlobs(workshop.folder), "evaluate");
    await page.getByText("All", { exact: true }).click();
    await pictures.lookAtFirst();
    await pictures.detail.getByRole("button", { name: "Look inside" }).click();
    const { inside } = pictures;
    // The file has one node where the model has a convolution and a norm; both names stand there.
    await expect(pictures.layer("conv1 + norm1")).toBeChecked();
    expect(await inside.getByRole("group", { name: "Layer" }).locator("label").allInnerTexts()).toEqual([
      "image\n3 × 24 × 24",
      "conv1 + norm1\n8 × 24 × 24",
      "act1\n8 × 24 × 24",
      "pool1\n8 × 12 × 12",
      "conv2 + norm2\n80 × 12 × 12",
      "act2\n80 × 12 × 12",
      "pool2\n80 × 6 × 6",
      "gap\n80 × 1 × 1",
    ]);
    const maps = pictures.tiles("Feature maps of conv1 + norm1");
    await expect(maps).toHaveCount(8);
    await expect(maps.first()).toHaveAccessibleName(/^Map 1: −?[\d.,e-]+ to −?[\d.,e-]+$/);
    // What is drawn is not one colour, and no map is another.
    const drawn = await maps.locator("canvas").evaluateAll((all) => all.map((canvas) => (canvas as HTMLCanvasElement).toDataURL()));
    expect(new Set(drawn).size).toBe(8);
    await lookAt(page, "pictures-inside-maps");

    // Another layer and along its maps, by keyboard.
    await pictures.layer("conv1 + norm1").press("ArrowDown");
    await expect(pictures.layer("act1")).toBeChecked();
    await expect(pictures.tiles("Feature maps of act1")).toHaveCount(8);
    // After a ReLU nothing is below 0.
    for (const name of await pictures.tiles("Feature maps of act1").evaluateAll((all) => all.map((tile) => tile.getAttribute("aria-label") ?? "")))
      expect(name).toMatch(/^Map \d: 0(\.00)? (to|everywhere)/);
    const list = inside.getByRole("listbox", { name: "Feature maps of act1" });
    await list.press("ArrowRight");
    await expect(list.getByRole("option").nth(1)).toHaveAttribute("aria-selected", "true");
    await expect(inside.getByRole("complementary", { name: "Looked at closely" })).toContainText("Map 2");
    // One scale for all is another picture of the same maps, with its numbers.
    const before = await list
      .locator("canvas")
      .nth(1)
      .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    await inside.getByText("One scale", { exact: true }).click();
    await expect(inside.getByRole("img", { name: /^Colours: 0(\.00)?, [\d.]+/ })).toBeVisible();
    const own = await list.locator("canvas").evaluateAll((all) => all.map((canvas) => (canvas as HTMLCanvasElement).toDataURL()));
    expect(own).toHaveLength(8);
    expect(own.some((url) => url !== before)).toBe(true);

    // More maps than are shown at once.
    await pictures.chooseLayer("conv2 + norm2");
    await expect(inside.getByText("1 to 64 of 80")).toBeVisible();
    await inside.getByRole("button", { name: "Later maps" }).click();
    await expect(inside.getByText("65 to 80 of 80")).toBeVisible();
    await expect(pictures.tiles("Feature maps of conv2 + norm2")).toHaveCount(16);
    await expect(pictures.tiles("Feature maps of conv2 + norm2").first()).toHaveAccessibleName(/^Map 65/);

    // Filters: the first layer's in colour, a later one's channel by channel. Layers without any are not offered.
    await inside.getByText("Filters", { exact: true }).click();
    expect(await inside.getByRole("group", { name: "Layer" }).getByRole("radio").count()).toBe(2);
    await expect(pictures.tiles("Filters of conv1")).toHaveCount(8);
    await expect(inside).toContainText("In the colours that each filter looks for");
    expect(
      await pictures
        .tiles("Filters of conv1")
        .locator("canvas")
        .first()
        .evaluate((canvas) => [(canvas as HTMLCanvasElement).width, (canvas as HTMLCanvasElement).height]),
    ).toEqual([3, 3]);
    await lookAt(page, "pictures-inside-filters");
    await pictures.chooseLayer("conv2 + norm2");
    await expect(pictures.tiles("Filters of conv2")).toHaveCount(80);
    await expect(inside).toContainText("The 8 squares of a tile");
    await lookAt(page, "pictures-inside-deep-filters");
    await page.keyboard.press("Escape");
    await expect(inside).toBeHidden();
    studio.expectNoComplaints();
  },
);

test(
  "Grad-CAM is of the last convolution by default, and of any other layer by its name in the model",
  { tag: "@long" },
  async ({ page, studio, workshop }) => {
    const pictures = new PicturesPage(page);
    await pictures.goto(workshop.server.url, await trainedBlobs(workshop.folder), "evaluate");
    await page.getByText("All", { exact: true }).click();
    await pictures.lookAtFirst();
    await pictures.detail.getByRole("checkbox", { name: "Where the network looks" }).check();
    await expect(pictures.detail).toContainText("conv2 + norm2 tells 12 × 12 places apart");
    const layers = pictures.detail.getByRole("combobox", { name: "At layer" });
    // One place, as of gap, says nothing of where.
    expect(await layers.locator("option").allInnerTexts()).toEqual([
      "conv2 + norm2, the last convolution",
      "conv1 + norm1, 24 × 24",
      "act1, 24 × 24",
      "pool1, 12 × 12",
      "act2, 12 × 12",
      "pool2, 6 × 6",
    ]);
    await layers.selectOption({ label: "pool2, 6 × 6" });
    await expect(pictures.detail).toContainText("pool2 tells 6 × 6 places apart");
    await layers.selectOption({ label: "conv1 + norm1, 24 × 24" });
    await expect(pictures.detail).toContainText("conv1 + norm1 tells 24 × 24 places apart");
    await lookAt(page, "pictures-saliency");
    studio.expectNoComplaints();
  },
);

test("a run shows its first filters; where its model is gone that is said", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const project = await trainedBlobs(workshop.folder);
  const runs = new RunsPage(page);
  await runs.goto(workshop.server.url, project, "0001");
  await runs.facts.getByText("First filters").click();
  const filters = runs.facts.getByRole("listbox", { name: "Filters of conv1" });
  await expect(filters.getByRole("option")).toHaveCount(8);
  await lookAt(page, "pictures-run-filters");
  studio.expectNoComplaints();

  rmSync(join(project, "runs", "0001", "model.onnx"));
  const pictures = new PicturesPage(page);
  await pictures.goto(workshop.server.url, project, "evaluate");
  await page.getByText("All", { exact: true }).click();
  await pictures.lookAtFirst();
  await pictures.detail.getByRole("button", { name: "Look inside" }).click();
  await expect(pictures.inside.getByRole("alert")).toContainText("It cannot be looked into");
});
