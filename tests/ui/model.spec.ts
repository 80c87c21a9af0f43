import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./fixture.js";
import { expectAccessibleInBothThemes, lookAt } from "./looks.js";
import { savedModel, writeNine, type SavedModel } from "./nine-columns.js";
import { type HandLayer, ModelPage } from "./pages/model-page.js";
import { TrainPage } from "./pages/train-page.js";

/** 9-16-8-1: 9·16 + 16 + 16·8 + 8 + 8·1 + 1 parameters. */
const layers: readonly HandLayer[] = [
  { type: "Linear", options: { "Out features": "16" } },
  { type: "ReLU" },
  { type: "Linear", options: { "Out features": "8" } },
  { type: "ReLU" },
  { type: "Linear", options: { "Out features": "1" } },
];
const parameters = "305";
const built: SavedModel = {
  layers: [
    { id: "fc1", type: "Linear", outFeatures: 16 },
    { id: "act1", type: "ReLU" },
    { id: "fc2", type: "Linear", outFeatures: 8 },
    { id: "act2", type: "ReLU" },
    { id: "fc3", type: "Linear", outFeatures: 1 },
  ],
  outputs: [{ target: "y", from: "fc3" }],
};

for (const by of ["mouse", "keyboard"] as const) {
  test(`a network is built by ${by}, layer after layer`, async ({ page, studio, workshop }) => {
    const project = writeNine(workshop.folder);
    const model = new ModelPage(page);
    await model.goto(workshop.server.url, project);
    await model.build(layers, by);
    await expect.poll(() => savedModel(project)).toEqual(built);
    await expect(model.total("Parameters")).toHaveText(parameters);
    await expect(model.totals).toContainText("No problems");
    await expect(model.node("fc1")).toHaveAccessibleName("fc1, Linear, output N by 16, 160 parameters, 51.4% of the cost");
    await expect(model.node("features")).toHaveAccessibleName(/^Input features, output N by 9/);
    studio.expectNoComplaints();
  });
}

test("what is done is undone and done again, layer by layer", async ({ page, studio, workshop }) => {
  const project = writeNine(workshop.folder, { model: built });
  const model = new ModelPage(page);
  await model.goto(workshop.server.url, project);
  await model.node("fc2").click();
  await page.keyboard.press("Delete");
  await expect(model.node("fc2")).toHaveCount(0);
  // What read it reads what it read, and what is next has the keyboard.
  await expect(model.link("act1", "act2")).toHaveCount(1);
  await expect(model.node("act1")).toBeFocused();
  await expect.poll(() => savedModel(project).layers.map(({ id }) => id)).toEqual(["fc1", "act1", "act2", "fc3"]);
  await page.keyboard.press("ControlOrMeta+z");
  await expect(model.node("fc2")).toBeVisible();
  await expect.poll(() => savedModel(project)).toEqual(built);
  await page.keyboard.press("ControlOrMeta+Shift+z");
  await expect(model.node("fc2")).toHaveCount(0);
  await expect.poll(() => savedModel(project).layers).toHaveLength(4);
  // The notice that says what was removed takes it back as well.
  await page.keyboard.press("ControlOrMeta+z");
  await model.node("act2").click();
  await page.keyboard.press("Backspace");
  await page.getByRole("status").filter({ hasText: "act2 removed." }).getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => savedModel(project)).toEqual(built);
  studio.expectNoComplaints();
});

test("layers are copied with their options and connections, and several are removed at once", async ({ page, studio, workshop }) => {
  const project = writeNine(workshop.folder, { model: built });
  const model = new ModelPage(page);
  await model.goto(workshop.server.url, project);
  await model.node("act1").click();
  await model.node("fc2").click({ modifiers: ["Shift"] });
  await expect(model.inspector.getByRole("heading", { name: "2 chosen" })).toBeVisible();
  await page.keyboard.press("ControlOrMeta+c");
  await page.keyboard.press("ControlOrMeta+v");
  await expect
    .poll(() => savedModel(project).layers.slice(5))
    .toEqual([
      { id: "act3", type: "ReLU", from: ["fc1"] },
      { id: "fc4", type: "Linear", outFeatures: 8 },
    ]);
  await expect(model.link("act3", "fc4")).toHaveCount(1);
  await expect(model.node("fc4")).toHaveAttribute("aria-pressed", "true");
  await expect(model.node("act1")).toHaveAttribute("aria-pressed", "false");
  await page.keyboard.press("ControlOrMeta+d");
  await expect.poll(() => model.layers()).toEqual(["act1", "act2", "act3", "act4", "fc1", "fc2", "fc3", "fc4", "fc5"]);
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.press("Delete");
  await expect(model.empty).toBeVisible();
  await page.keyboard.press("ControlOrMeta+z");
  await expect.poll(async () => (await model.layers()).length).toBe(9);
  studio.expectNoComplaints();
});

test("connections are dragged from handle to handle; what cannot be is refused with its reason; cut and insert stand on the connection", async ({
  page,
  studio,
  workshop,
}) => {
  const project = writeNine(workshop.folder, { model: built });
  const model = new ModelPage(page);
  await model.goto(workshop.server.url, project);
  await expect(model.link("fc2", "act2")).toHaveCount(1);
  // A circle.
  await model.connectByDrag("fc3", "fc1");
  await expect(page.getByRole("status").filter({ hasText: "That would make a circle" })).toBeVisible();
  expect(savedModel(project)).toEqual(built);
  // A layer that reads one thing gives up what it read.
  await model.connectByDrag("act1", "act2");
  await expect(model.link("act1", "act2")).toHaveCount(1);
  await expect(model.link("fc2", "act2")).toHaveCount(0);
  await expect.poll(() => savedModel(project).layers.find(({ id }) => id === "act2")?.from).toEqual(["act1"]);
  // An answer.
  await model.connectByDrag("fc2", "y");
  await expect.poll(() => savedModel(project).outputs).toEqual([{ target: "y", from: "fc2" }]);
  await page.keyboard.press("ControlOrMeta+z");
  await page.keyboard.press("ControlOrMeta+z");
  await expect.poll(() => savedModel(project)).toEqual(built);

  await model.chooseLink("fc1", "act1");
  await page.getByRole("button", { name: "Put a layer in between" }).click();
  await expect(model.addDialog).toContainText("Between fc1 and act1");
  await page.keyboard.type("batch");
  await page.keyboard.press("Enter");
  await expect(model.link("fc1", "norm1")).toHaveCount(1);
  await expect(model.link("norm1", "act1")).toHaveCount(1);
  await model.chooseLink("norm1", "act1");
  await page.getByRole("button", { name: "Cut the connection", exact: true }).click();
  await expect(model.link("norm1", "act1")).toHaveCount(0);
  // By the keyboard: C, then what to connect it to.
  await model.node("norm1").click();
  await page.keyboard.press("c");
  await page.getByRole("menu", { name: "Connect norm1 to" }).getByRole("menuitemradio", { name: "act1" }).press("Enter");
  await expect(model.link("norm1", "act1")).toHaveCount(1);
  await expect(model.node("norm1")).toBeFocused();
  // And in the form.
  await model.inspector.getByRole("button", { name: "Cut the connection from fc1 to norm1" }).click();
  await expect(model.link("fc1", "norm1")).toHaveCount(0);
  await model.inspector.getByRole("region", { name: "Reads" }).getByRole("button", { name: "Connect from…" }).click();
  await page.getByRole("menuitemradio", { name: /^fc1/ }).click();
  await expect(model.link("fc1", "norm1")).toHaveCount(1);
  studio.expectNoComplaints();
});

test("what is wrong stands at its layer, with a button that mends it", async ({ page, studio, workshop }) => {
  const project = writeNine(workshop.folder, { model: built });
  const model = new ModelPage(page);
  await model.goto(workshop.server.url, project);
  await model.node("fc3").click();
  await model.option("Out features").fill("3");
  await expect(model.node("fc3")).toHaveAccessibleName(/problem: layer fc3 answers target y with \[N, 3\], expected \[N, 1\]/);
  await model.node("fc1").click();
  await expect(model.inspector.getByRole("alert")).toHaveCount(0);
  await model.totals.getByRole("button", { name: "1 problem" }).click();
  await expect(model.node("fc3")).toBeFocused();
  await expect(model.inspector.getByRole("alert")).toContainText("expected [N, 1] (1 number to predict)");
  await model.inspector.getByRole("button", { name: "Set Out features to 1" }).click();
  await expect(model.totals).toContainText("No problems");
  await expect(model.node("fc3")).not.toHaveAccessibleName(/problem/);
  await expect.poll(() => savedModel(project)).toEqual(built);
  // An option's own problem stands at the option; what is not a number is not taken over.
  await model.option("Out features").fill("-4");
  await expect(model.option("Out features")).toHaveAttribute("aria-invalid", "true");
  await model.option("Out features").fill("many");
  await expect(model.inspector).toContainText("Got “many”, expected a whole number.");
  await model.option("Out features").fill("1");
  // Cut off from what it reads.
  await model.inspector.getByRole("button", { name: "Cut the connection from act2 to fc3" }).click();
  await expect(model.node("fc3")).toHaveAccessibleName(/problem: /);
  await model.inspector.getByRole("alert").getByRole("button", { name: "Connect from…" }).click();
  await page.getByRole("menuitemradio", { name: /^act2/ }).click();
  await expect(model.totals).toContainText("No problems");
  studio.expectNoComplaints();
});

test("a network that cannot learn is told at its layer, and mended by a button that can be undone; the Train screen refuses it", async ({
  page,
  studio,
  workshop,
}) => {
  const sigmoid = { ...built, layers: [...built.layers, { id: "sg", type: "Sigmoid" }], outputs: [{ target: "y", from: "sg" }] };
  const project = writeNine(workshop.folder, { model: sigmoid });
  const model = new ModelPage(page);
  await model.goto(workshop.server.url, project);
  await expect(model.node("sg")).toHaveAccessibleName(/problem: layer sg \(Sigmoid\) gives 0 to 1, and the mean of "y"/);
  await model.totals.getByRole("button", { name: "1 problem" }).click();
  await expect(model.node("sg")).toBeFocused();
  await expect(model.inspector.getByRole("alert").getByRole("button", { name: "Scale y to 0 to 1" })).toBeVisible();
  await lookAt(page, "model-fault");
  await page.goto(`${page.url().replace(/#.*/, "")}#${TrainPage.place(project)}`);
  await new TrainPage(page).start();
  await expect(page.getByText("Training did not start")).toBeVisible();
  await lookAt(page, "train-refused");
  await page.getByRole("button", { name: "Open Model" }).click();
  await model.node("sg").click();
  await model.inspector.getByRole("alert").getByRole("button", { name: "Remove sg" }).click();
  await expect(model.totals).toContainText("No problems");
  await expect.poll(() => savedModel(project)).toEqual(built);
  await page.keyboard.press("ControlOrMeta+z");
  await expect(model.node("sg")).toHaveAccessibleName(/problem: /);
  await page.keyboard.press("ControlOrMeta+Shift+z");
  await expect(model.totals).toContainText("No problems");
  studio.expectNoComplaints();
});

test("what somebody may mean is a warning, on the Model screen and of the run", async ({ page, studio, workshop }) => {
  const dropped = { ...built, layers: [...built.layers, { id: "drop", type: "Dropout" }], outputs: [{ target: "y", from: "drop" }] };
  const project = writeNine(workshop.folder, { model: dropped });
  const model = new ModelPage(page);
  await model.goto(workshop.server.url, project);
  await expect(model.node("drop")).toHaveAccessibleName(/warning: layer drop \(Dropout\) is the last before target y/);
  await expect(model.totals).toContainText("1 warning");
  await lookAt(page, "model-warning");
  const train = new TrainPage(page);
  await page.goto(`${page.url().replace(/#.*/, "")}#${TrainPage.place(project)}`);
  await train.start();
  await expect(train.warnings).toContainText("50 % of the answers");
  await expect(train.button("See how good it is")).toBeVisible();
  await lookAt(page, "train-warning");
  await train.warnings.getByRole("button", { name: "Remove drop" }).click();
  await expect.poll(() => savedModel(project)).toEqual(built);
  await expect(train.warnings.getByRole("button", { name: "Remove drop" })).toHaveCount(0);
  studio.expectNoComplaints();
});

test("with nothing chosen, an activation goes before the layer that answers, not behind it", async ({ page, studio, workshop }) => {
  const project = writeNine(workshop.folder, { model: built });
  const model = new ModelPage(page);
  await model.goto(workshop.server.url, project);
  await expect(model.node("fc3")).toBeVisible();
  await model.addFromPalette("Dropout");
  await expect(model.link("act2", "dropout1")).toHaveCount(1);
  await expect(model.link("dropout1", "fc3")).toHaveCount(1);
  await expect.poll(() => savedModel(project).outputs).toEqual(built.outputs);
  studio.expectNoComplaints();
});

test("a layer is renamed, with all that refers to it, and made one of another type", async ({ page, studio, workshop }) => {
  const project = writeNine(workshop.folder, { model: { ...built, outputs: [{ target: "y", from: "fc3" }] } });
  const model = new ModelPage(page);
  await model.goto(workshop.server.url, project);
  await model.node("fc3").click();
  const name = model.option("Name");
  await name.fill("fc1");
  await name.press("Enter");
  await expect(model.inspector).toContainText("fc1 is already the name of another layer or an input.");
  await name.fill("head");
  await name.press("Enter");
  await expect.poll(() => savedModel(project).outputs).toEqual([{ target: "y", from: "head" }]);
  await model.node("act1").click();
  await model.inspector.getByRole("combobox", { name: "Type" }).selectOption("Tanh");
  await expect(model.node("act1")).toContainText("Tanh");
  await expect.poll(() => savedModel(project).layers[1]).toEqual({ id: "act1", type: "Tanh" });
  studio.expectNoComplaints();
});

test("a layer is frozen or learns at a rate of its own, and so under its new name", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const project = writeNine(workshop.folder, { model: built });
  const model = new ModelPage(page);
  await model.goto(workshop.server.url, project);
  const groups = () => (JSON.parse(readFileSync(join(project, "project.json"), "utf8")) as { training: { groups?: unknown } }).training.groups;
  await model.node("fc1").click();
  const training = model.inspector.getByRole("region", { name: "Training" });
  await training.getByRole("checkbox", { name: "Frozen" }).check();
  await expect(training.getByLabel("Rate factor")).toHaveCount(0);
  await expect(model.node("fc1")).toContainText("frozen");
  await lookAt(page, "frozen layer", true);
  await model.node("fc2").click();
  await training.getByLabel("Rate factor").fill("0");
  await training.getByLabel("Rate factor").press("Enter");
  await expect(training).toContainText("A number above 0.");
  await training.getByLabel("Rate factor").fill("0.1");
  await training.getByLabel("Rate factor").press("Enter");
  await expect.poll(groups).toEqual([
    { layers: ["fc2"], lr: 0.1 },
    { layers: ["fc1"], frozen: true },
  ]);
  await expect(model.node("fc2")).toContainText("rate × 0.1");
  await model.option("Name").fill("middle");
  await model.option("Name").press("Enter");
  await expect.poll(groups).toEqual([
    { layers: ["middle"], lr: 0.1 },
    { layers: ["fc1"], frozen: true },
  ]);
  await model.node("act1").click();
  await expect(training).toHaveCount(0);
  await model.node("fc1").click();
  await training.getByRole("checkbox", { name: "Frozen" }).uncheck();
  await expect.poll(groups).toEqual([{ layers: ["middle"], lr: 0.1 }]);
  studio.expectNoComplaints();
});

test("an option that has options of its own shows them, and goes back to its default", async ({ page, studio, workshop }) => {
  const project = writeNine(workshop.folder, { model: built });
  const model = new ModelPage(page);
  await model.goto(workshop.server.url, project);
  await model.node("fc1").click();
  await model.inspector.getByRole("combobox", { name: "Init", exact: true }).selectOption("uniform");
  await expect.poll(() => savedModel(project).layers[0]?.["init"]).toBe("uniform");
  await model.inspector.getByRole("group", { name: "Init: uniform" }).getByRole("textbox", { name: "A", exact: true }).fill("-0.5");
  await expect.poll(() => savedModel(project).layers[0]?.["init"]).toEqual({ type: "uniform", a: -0.5 });
  await model.inspector.getByRole("button", { name: "Set Init back to its default" }).click();
  await expect.poll(() => savedModel(project)).toEqual(built);
  studio.expectNoComplaints();
});

test("a block is added from the palette, says what is in it, and can share its weights", async ({ page, studio, workshop }) => {
  const blocks = {
    res: {
      layers: [
        { id: "fc", type: "Linear", outFeatures: 8 },
        { id: "act", type: "ReLU" },
      ],
    },
  };
  const project = writeNine(workshop.folder, { model: { ...built, blocks } });
  const model = new ModelPage(page);
  await model.goto(workshop.server.url, project);
  await model.node("act2").click();
  await model.addFromPalette("res");
  await expect(model.node("res1")).toHaveAccessibleName(/^res1, Block res, output N by 8, 72 parameters, [\d.]+% of the cost$/);
  await expect(model.inspector.getByRole("region", { name: "Layers of the block" }).getByRole("listitem")).toHaveText([
    /^fc\s*Linear.*N × 8\s*72 parameters/,
    /^act\s*ReLU/,
  ]);
  await model.inspector.getByText("Shared", { exact: true }).click();
  await expect.poll(() => savedModel(project).layers.find(({ id }) => id === "res1")).toEqual({ id: "res1", type: "Block", block: "res", weights: "shared" });
  await expect(model.totals).toContainText("No problems");
  studio.expectNoComplaints();
});

test("the PyTorch source follows every change, in the inspector or beside the graph", async ({ page, context, studio, workshop }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const model = new ModelPage(page);
  await model.goto(workshop.server.url, writeNine(workshop.folder, { model: built }));
  await model.node("fc1").click();
  await model.showSource();
  await expect(model.source).toContainText("self.fc1 = nn.Linear(9, 16)");
  await page.getByRole("button", { name: "Beside the graph" }).click();
  await model.option("Out features").fill("32");
  await expect(model.source).toContainText("self.fc1 = nn.Linear(9, 32)");
  await expect(model.source).toContainText("self.fc2 = nn.Linear(32, 8)");
  await model.node("act1").click();
  await page.keyboard.press("Delete");
  await expect(model.source).not.toContainText("act1");
  await page.getByRole("button", { name: "Copy", exact: true }).first().click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await model.source.textContent());
  // Not whole: no source.
  await model.node("fc3").click();
  await model.option("Out features").fill("4");
  await expect(model.source).toHaveCount(0);
  await expect(page.getByText("The source stands here as soon as the network is whole")).toBeVisible();
  studio.expectNoComplaints();
});

test("layers are dragged from the palette onto a connection or an empty place; nodes stay where they are dragged", async ({ page, studio, workshop }) => {
  const project = writeNine(workshop.folder, { model: built });
  const model = new ModelPage(page);
  await model.goto(workshop.server.url, project);
  await expect(model.link("fc1", "act1")).toHaveCount(1);
  // What the network weighs comes later, and has its place before: nothing moves under the mouse.
  await expect(model.totals).toBeVisible();
  await model.dropOnLink("BatchNorm1d", "fc1", "act1");
  await expect(model.link("fc1", "norm1")).toHaveCount(1);
  await expect(model.link("norm1", "act1")).toHaveCount(1);
  await model.dropAt("Dropout", { x: 90, y: 300 });
  await expect(model.node("dropout1")).toHaveAccessibleName(/problem: /);
  await expect.poll(() => savedModel(project).layers.find(({ id }) => id === "dropout1")).toEqual({ id: "dropout1", type: "Dropout", from: [] });
  await page.keyboard.press("Delete");
  await expect(model.node("dropout1")).toHaveCount(0);

  await model.settled();
  const before = await model.place("norm1");
  await model.dragNode("norm1", { x: 180, y: 10 });
  await expect.poll(async () => (await model.place("norm1")).x - before.x).toBeGreaterThan(100);
  await page.reload();
  await expect(model.node("norm1")).toBeVisible();
  const aligned = async () => Math.round((await model.place("norm1")).x - (await model.place("fc1")).x);
  await expect.poll(aligned).toBeGreaterThan(100);
  await page.getByRole("button", { name: "Lay out anew" }).click();
  await expect.poll(aligned).toBe(0);

  // A box with Shift chooses what is in it.
  await model.boxSelect("norm1", "act1");
  await expect(model.inspector.getByRole("heading", { name: "2 chosen" })).toBeVisible();
  studio.expectNoComplaints();
});

test("the keyboard goes along connections, opens the node's menu and branches", async ({ page, studio, workshop }) => {
  const project = writeNine(workshop.folder, { model: built });
  const model = new ModelPage(page);
  await model.goto(workshop.server.url, project);
  await model.node("features").focus();
  for (const name of ["fc1", "act1", "fc2", "act2", "fc3", "y"]) {
    await page.keyboard.press("ArrowDown");
    await expect(model.node(name)).toBeFocused();
    await expect(model.node(name)).toHaveAttribute("aria-pressed", "true");
  }
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Shift+F10");
  await expect(page.getByRole("menu", { name: "What to do with act2" }).getByRole("menuitemradio").first()).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(model.addDialog).toContainText("On a new branch from act2");
  await page.keyboard.type("tanh");
  await page.keyboard.press("Enter");
  await expect(model.link("act2", "act3")).toHaveCount(1);
  await expect(model.link("act2", "fc3")).toHaveCount(1);
  await expect(model.node("act3")).toBeFocused();
  // Two that are chosen are joined.
  await model.node("fc3").click();
  await model.node("act3").click({ modifiers: ["Shift"] });
  await page.keyboard.press("a");
  await page.keyboard.type("concat");
  await expect(model.addDialog).toContainText("Joining act3, fc3");
  await page.keyboard.press("Enter");
  await expect.poll(() => savedModel(project).layers.at(-1)).toEqual({ id: "concat1", type: "Concat", from: ["act3", "fc3"] });
  await model.inspector.getByRole("button", { name: "Move fc3 up" }).click();
  await expect.poll(() => savedModel(project).layers.at(-1)?.from).toEqual(["fc3", "act3"]);
  await model.node("concat1").focus();
  await page.keyboard.press("Escape");
  await expect(model.node("concat1")).toHaveAttribute("aria-pressed", "false");
  studio.expectNoComplaints();
});

test("where something is lacking, the screen says what and leads there", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const project = writeNine(workshop.folder);
  const model = new ModelPage(page);
  await model.goto(workshop.server.url, project);
  await model.empty.getByRole("button", { name: "Use the preset One network" }).click();
  await expect.poll(async () => (await model.layers()).length).toBeGreaterThan(2);
  await expect(model.totals).toContainText("No problems");
  await page.keyboard.press("ControlOrMeta+z");
  await model.empty.getByRole("button", { name: "Add a Linear layer" }).click();
  await expect.poll(() => savedModel(project)).toEqual({ layers: [{ id: "fc1", type: "Linear", outFeatures: 1 }], outputs: [{ target: "y", from: "fc1" }] });

  const blank = writeNine(join(workshop.folder, "no-target"), { data: { targets: [] } });
  await model.goto(workshop.server.url, blank);
  await expect(page.getByRole("heading", { name: "There is no target yet" })).toBeVisible();
  await page.getByRole("button", { name: "Choose a target" }).click();
  await expect(page.getByRole("heading", { name: "Choose what to predict" })).toBeVisible();
  studio.expectNoComplaints();
});

test("axe finds no serious fault, in both themes", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const accessible = () => expectAccessibleInBothThemes(page);
  const model = new ModelPage(page);
  await model.goto(workshop.server.url, writeNine(workshop.folder));
  await expect(model.empty).toBeVisible();
  await accessible();
  await model.build(layers);
  await expect(model.totals).toContainText("No problems");
  await accessible();
  await model.option("Out features").fill("5");
  await expect(model.totals).toContainText("1 problem");
  await accessible();
  await model.option("Out features").fill("1");
  await model.showSource();
  await expect(model.source).toContainText("class Nine");
  await accessible();
  await page.getByRole("button", { name: "Beside the graph" }).click();
  await model.node("y").click();
  await expect(model.inspector.getByRole("combobox", { name: "Answered by" })).toBeVisible();
  await accessible();
  await model.node("fc1").click({ button: "right" });
  await accessible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("a");
  await expect(model.addDialog).toBeVisible();
  await accessible();
  expect(await page.locator("html").evaluate((html) => [html.scrollWidth - html.clientWidth, html.scrollHeight - html.clientHeight])).toEqual([0, 0]);
  studio.expectNoComplaints();
});
