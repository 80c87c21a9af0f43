import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src-main/base/entries.js";
import { encodeModel } from "../../src-main/onnx/protobuf.js";
import { drop } from "./drop.js";
import { expect, test } from "./fixture.js";
import { lookAt } from "./looks.js";
import { ExportPage } from "./pages/export-page.js";
import { HomePage } from "./pages/home-page.js";
import { ImportPage } from "./pages/import-page.js";
import { ModelPage } from "./pages/model-page.js";
import { TrainPage } from "./pages/train-page.js";
import { writeClipart } from "./picture-projects.js";

/** @returns a file of the fixtures where the server may read it */
function fixture(folder: string, name: string): string {
  const path = join(folder, name);
  copyFileSync(join(packageRoot, "tests/fixtures/imported", name), path);
  return path;
}

/** A network of so many nodes, of which one is of nobody's operators. */
function writeTall(folder: string, count: number): string {
  const nodes = Array.from({ length: count }, (_, i) => ({
    name: i === count - 2 ? "strange" : `step${i}`,
    op: i === count - 2 ? "Whatever" : i % 2 === 0 ? "Relu" : "Neg",
    domain: "",
    inputs: [i === 0 ? "x" : `v${i - 1}`],
    outputs: [i === count - 1 ? "y" : `v${i}`],
    attributes: {},
  }));
  const value = (name: string) => ({ name, dtype: "float32" as const, shape: ["N", 4] });
  const graph = { name: "tall", inputs: [value("x")], outputs: [value("y")], initializers: new Map(), nodes, types: new Map() };
  const path = join(folder, "tall.onnx");
  const about = { irVersion: 8, opsets: new Map([["", 13]]), producer: { name: "test", version: "" }, doc: "", metadata: new Map() };
  writeFileSync(path, encodeModel({ graph, ...about }));
  return path;
}

test("an ONNX file becomes a project: its report, a head for one's own classes, training and export", async ({ page, studio, workshop }) => {
  const pictures = writeClipart(workshop.folder, 12);
  const home = new HomePage(page);
  const importing = new ImportPage(page);
  await home.goto(workshop.server.url);
  await importing.choose(fixture(workshop.folder, "residual.old.onnx"));
  await expect(importing.facts).toContainText("pytorch 2.15.0, operator set 13");
  await expect(importing.facts).toContainText("x [N, 3, 8, 8]");
  await expect(importing.facts).toContainText("before the weighted sum of its 3 answers");
  await expect(importing.facts).toContainText("2 samples: ");
  await expect(importing.rows).toHaveCount(14);

  // Searched, by keyboard too; what lies behind the end is another kind.
  await importing.find.fill("batchnorm norm1");
  await expect(importing.rows).toHaveCount(1);
  await importing.rows.first().click();
  await expect(importing.nodes).toContainText("Part of norm1.");
  await lookAt(page, "import-network", true);
  await importing.button("Freeze up to here").click();
  await expect(importing.form).toContainText("it stays as it is; what follows learns");
  await importing.find.fill("");
  await importing.show("Unused");
  await expect(importing.rows).toHaveCount(1);
  await importing.show("All");

  // Elsewhere, and back.
  await importing.rows.first().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowUp");
  await expect(importing.rows.nth(12)).toBeFocused();
  await importing.node("/conv2/Conv").click();
  await importing.button("End here").click();
  await expect(importing.facts).toContainText("as asked for");
  await importing.button("As proposed").click();
  await expect(importing.facts).toContainText("before the weighted sum of its 3 answers");

  await expect(importing.create).toHaveAttribute("aria-description", "Say what pixels are to the network");
  await importing.pixels("imagenet");
  await expect(importing.create).toHaveAttribute("aria-description", "Choose the data that it learns from");
  await importing.learnFrom("Choose pictures…", pictures);
  await expect(page.getByText("Each picture is resized to 8 × 8 pixels, in colour.")).toBeVisible();
  await lookAt(page, "import-data", true);
  await importing.expectReady();
  await importing.create.click();

  // The network stands in a block.
  await expect(page).toHaveURL(/\/model$/);
  const model = new ModelPage(page);
  await expect(model.node("network")).toBeVisible();
  // A layer inside of it is found by its shape, and shown.
  await page.keyboard.press("Control+f");
  const find = page.getByRole("dialog", { name: "Find a layer of the network" });
  await find.getByRole("combobox").fill("conv2d 8x4x4");
  await expect(find.getByRole("option")).toHaveCount(3);
  await lookAt(page, "import-find");
  await find.getByRole("combobox").fill("conv2");
  await page.keyboard.press("Enter");
  const inside = model.inspector.getByRole("region", { name: "Layers of the block" });
  await expect(inside.getByRole("button", { name: /^conv2 Conv2d/ })).toBeFocused();
  await expect(inside.getByRole("button", { name: /^norm1 BatchNorm2d/ })).toContainText("12 parameters, frozen");
  await lookAt(page, "import-model", true);
  const project = decodeURIComponent(/project\/([^/]+)\//.exec(page.url())?.[1] ?? "");
  const written = JSON.parse(readFileSync(join(project, "project.json"), "utf8")) as { training: { groups: object[] } };
  expect(written.training.groups).toEqual([{ layers: ["network.stem", "network.norm1"], frozen: true }]);
  expect(existsSync(join(project, "imported", "model.onnx"))).toBe(true);

  await studio.step("Train");
  const train = new TrainPage(page);
  await train.set("Epochs", "2");
  await train.start();
  await expect(train.run).toContainText("completed");
  await studio.step("Export");
  const exporting = new ExportPage(page);
  await exporting.begin("ONNX model");
  await exporting.save(workshop.folder, "again.onnx");
  await expect.poll(() => existsSync(join(workshop.folder, "again.onnx"))).toBe(true);

  // Dropped on Home, and what was said last is known.
  await page.getByRole("link", { name: "Home" }).click();
  await drop(page, fixture(workshop.folder, "cnn.new.onnx"));
  await expect(importing.facts).toContainText("x [N, 3, 16, 16]");
  await expect(importing.form.getByRole("combobox", { name: "What pixels are to it" })).toHaveValue("imagenet");
  studio.expectNoComplaints();
});

test("a bad file says what is wrong with it, and another can be chosen; a tall one stays quick", async ({ page, studio, workshop }) => {
  const bad = join(workshop.folder, "bad.onnx");
  writeFileSync(bad, readFileSync(fixture(workshop.folder, "mlp.old.onnx")).subarray(0, 1500));
  const home = new HomePage(page);
  const importing = new ImportPage(page);
  await home.goto(workshop.server.url);
  await lookAt(page, "import-home", true);
  await importing.choose(bad);
  await expect(page.getByRole("alert")).toContainText("bad.onnx is not an ONNX file, or is cut off");
  await lookAt(page, "import-bad", true);
  await page.getByRole("button", { name: "Choose another file…" }).click();
  await page.getByRole("textbox", { name: "Path" }).fill(writeTall(workshop.folder, 1000));
  await page.getByRole("textbox", { name: "Path" }).press("Enter");

  // Nothing behind the strange node can be reached, which is told; of a thousand rows few are drawn.
  await expect(page.getByRole("alert").first()).toContainText("Whatever is none of the operators that Lathe reads");
  await expect(importing.nodes.getByRole("status")).toHaveText("1,000 of 1,000 nodes");
  expect(await importing.rows.count()).toBeLessThan(100);
  await importing.show("Unsupported");
  await expect(importing.rows).toHaveCount(2);
  await expect(importing.node("strange")).toContainText("Whatever is none of the operators that Lathe reads");
  await importing.node("strange").click();
  await expect(importing.button("End here")).toHaveAttribute("aria-description", "It cannot be used");
  await lookAt(page, "import-unsupported", true);
  await importing.show("All");
  expect(await importing.rows.count()).toBeLessThan(100);
  await importing.find.fill("step9 neg");
  await expect(importing.nodes.getByRole("status")).toHaveText("56 of 1,000 nodes");
  expect(await importing.rows.count()).toBe(56);

  // It ends before that, and learns from a table.
  await importing.find.fill("step901");
  await importing.node("step901").click();
  await importing.button("End here").click();
  await expect(importing.facts).toContainText("as asked for");
  await expect(importing.create).toHaveAttribute("aria-description", "Choose the data that it learns from");
  const rows = Array.from({ length: 40 }, (_, i) =>
    [1, 2, 3, 4, 5]
      .map((k) => (i * k * 1.7) % 9)
      .concat(i % 2)
      .join(","),
  );
  const table = join(workshop.folder, "rows.csv");
  writeFileSync(table, `a,b,c,d,e,good\n${rows.join("\n")}\n`);
  await importing.learnFrom("Choose a table…", table);
  await expect(importing.form.getByRole("alert")).toHaveText("The network reads 4 numbers a row, and 5 columns are inputs.");
  await home.giveRole("e", "Ignore");
  await importing.expectReady();
  studio.expectNoComplaints();
});

test("a recurrent network learns a series, and one without a size pictures of the size that is said", async ({ page, studio, workshop }) => {
  const home = new HomePage(page);
  const importing = new ImportPage(page);
  await home.goto(workshop.server.url);
  await importing.choose(fixture(workshop.folder, "gru.new.onnx"));
  await expect(importing.facts).toContainText("x [N, 7, 4]");
  const days = Array.from({ length: 150 }, (_, i) =>
    [new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10), ...[3, 4, 5, 6].map((k) => Math.sin(i / k).toFixed(3))].join(","),
  );
  const table = join(workshop.folder, "days.csv");
  writeFileSync(table, `day,a,b,c,d\n${days.join("\n")}\n`);
  await importing.learnFrom("Choose a table…", table);
  await home.chooseTimes("day");
  await home.giveRole("d", "Predict");
  // A calendar would be a second window, so there is none until it is asked for.
  await home.part("Day of the week").check();
  await expect(importing.form.getByRole("alert")).toContainText("The network reads one window, and a calendar would be another");
  await lookAt(page, "import-series", true);
  await home.part("Day of the week").uncheck();
  await importing.expectReady();
  await importing.create.click();
  await expect(page).toHaveURL(/\/model$/);
  await studio.step("Train");
  const train = new TrainPage(page);
  await train.set("Epochs", "1");
  await train.start();
  await expect(train.run).toContainText("completed");

  // A size is wanted before anything else can be: the report tells what it leads to.
  await page.getByRole("link", { name: "Home" }).click();
  await importing.choose(fixture(workshop.folder, "gray-open.onnx"));
  await importing.form.getByRole("textbox", { name: "Height" }).fill("20");
  await importing.form.getByRole("textbox", { name: "Height" }).press("Enter");
  await expect(importing.form.getByRole("textbox", { name: "Width" })).toHaveValue("20");
  await importing.form.getByRole("textbox", { name: "Width" }).fill("16");
  await importing.form.getByRole("textbox", { name: "Width" }).press("Enter");
  await expect(importing.facts).toContainText("x [N, 1, 20, 16]");
  await importing.pixels("0..1");
  await importing.learnFrom("Choose pictures…", writeClipart(workshop.folder, 6));
  await expect(page.getByText("Each picture is resized to 20 × 16 pixels, in gray.")).toBeVisible();
  await lookAt(page, "import-open-size", true);
  await importing.expectReady();
  await importing.create.click();
  await expect(page).toHaveURL(/\/model$/);
  studio.expectNoComplaints();
});
