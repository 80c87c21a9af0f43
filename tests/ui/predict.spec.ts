import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lathe } from "../support/lathe.js";
import { cloudTable, writeClouds } from "./cloud-project.js";
import { expect, test } from "./fixture.js";
import { lookAt } from "./looks.js";
import { PredictPage } from "./pages/predict-page.js";
import { trainedClouds } from "./trained-clouds.js";

/** A project with trained runs. @returns its folder */
const trained = (folder: string, runs: readonly (readonly string[])[] = [[]]) => trainedClouds(folder, runs, { epochs: 12 });

test("without a model there is one button, to Train", async ({ page, studio, workshop }) => {
  const predict = new PredictPage(page);
  await predict.goto(workshop.server.url, writeClouds(workshop.folder));
  await expect(page.getByRole("heading", { name: "No model to ask yet" })).toBeVisible();
  await page.getByRole("button", { name: "Go to Train" }).click();
  await expect(page).toHaveURL(/\/train$/);
  studio.expectNoComplaints();
});

test("one row is answered as it is typed, and what is doubtful is marked where it stands", async ({ page, studio, workshop }) => {
  const predict = new PredictPage(page);
  await predict.goto(workshop.server.url, await trained(workshop.folder));
  await expect(predict.run).toHaveText(/Run 1/);
  await predict.field("height").fill("8100");
  await expect.poll(async () => (await predict.probabilities("kind"))[0]).toMatch(/^cirrus\s+\d/);
  expect(await predict.probabilities("kind")).toHaveLength(3);
  await predict.field("height").fill("1600");
  await expect.poll(async () => (await predict.probabilities("kind"))[0]).toMatch(/^cumulus\s+\d/);

  await predict.field("height").fill("90000");
  await expect(predict.form).toContainText("the answer goes beyond what the model has seen");
  await expect(predict.answer).toContainText("one value is marked");
  await predict.field("humidity").fill("");
  await expect(predict.form).toContainText(/humidity is missing: [\d.]+, the mean of the training rows, stands in for it/);
  await predict.field("season").selectOption("missing");
  await expect(predict.form).toContainText("season is missing");
  await predict.field("height").fill("high");
  await expect(predict.field("height")).toHaveAttribute("aria-invalid", "true");
  await expect(predict.form).toContainText('got "high", expected a number');
  await expect(predict.answer).toContainText("from before");
  await page.getByRole("button", { name: "Typical values" }).click();
  await expect(predict.field("height")).toHaveAttribute("aria-invalid", "false");
  await expect(predict.answer).not.toContainText("from before");
  studio.expectNoComplaints();
});

test("the form is filled from a row of the table, whose truth stands beside the answer", async ({ page, studio, workshop }) => {
  const project = await trained(workshop.folder);
  const predict = new PredictPage(page);
  await predict.goto(workshop.server.url, project);
  await expect(predict.answer.getByRole("list")).toBeVisible();
  await page.getByRole("button", { name: "Fill from a row" }).click();
  const told = page.getByRole("status").filter({ hasText: /^Row \d+ of your table; it says kind = \w+$/ });
  await expect(told).toBeVisible();
  const [, row = "", kind = ""] = /^Row (\d+) of your table; it says kind = (\w+)$/.exec((await told.textContent()) ?? "") ?? [];
  const line = readFileSync(join(project, "clouds.csv"), "utf8").split("\n")[Number(row)] ?? "";
  await expect(predict.field("height")).toHaveValue(line.split(",")[1] ?? "");
  expect(line.endsWith(`,${kind}`)).toBe(true);
  await expect(predict.answer).toContainText(`The table says ${kind}.`);
  // By the keyboard too: what is typed then is no longer that row.
  await predict.field("height").focus();
  await page.keyboard.press("End");
  await page.keyboard.type("1");
  await expect(told).toBeHidden();
  studio.expectNoComplaints();
});

test("a file is answered into a CSV, which is previewed; one that is there is replaced only when told", async ({ page, studio, workshop }) => {
  const project = await trained(workshop.folder);
  const rows = join(workshop.folder, "new-clouds.csv");
  writeFileSync(
    rows,
    cloudTable(40)
      .replace(/^3,(\d+),([\d.]*),([\d.]*),\w+,/m, "3,$1,$2,$3,monsoon,")
      .replaceAll(/,\w+$/gm, "")
      .replace(/,kind$/m, ""),
  );
  const predict = new PredictPage(page);
  await predict.goto(workshop.server.url, project);
  await predict.mode("A whole file");
  await expect(predict.file).toContainText("A file for many rows");
  await predict.chooseTable(rows);
  const out = join(workshop.folder, "new-clouds-predictions.csv");
  await expect(predict.file).toContainText(out);
  await predict.file.getByRole("button", { name: "Predict the file" }).click();
  await expect(predict.file.getByRole("status")).toContainText("40 rows answered");
  await expect(predict.file.getByRole("list", { name: "What was noticed" })).toContainText(/season: 1 row has a value that the model has never seen/);
  await expect(predict.answers.getByRole("columnheader", { name: "kind:cirrus" })).toBeVisible();
  await expect(predict.answers.getByRole("row")).toHaveCount(41);
  const written = readFileSync(out, "utf8").trim().split("\n");
  expect(written).toHaveLength(41);
  expect(written[0]).toBe("sample,kind,kind:cirrus,kind:cumulus,kind:stratus");
  await expect(predict.answers.getByRole("row").nth(1).getByRole("cell").nth(1)).toHaveText(written[1]?.split(",")[1] ?? "");

  writeFileSync(out, "mine\n");
  await predict.file.getByRole("button", { name: "Predict the file" }).click();
  const alert = predict.file.getByRole("alert");
  await expect(alert).toContainText("That file is there already");
  expect(readFileSync(out, "utf8")).toBe("mine\n");
  await alert.getByRole("button", { name: "Replace it" }).click();
  await expect(predict.file.getByRole("status")).toContainText("40 rows answered");
  expect(readFileSync(out, "utf8").trim().split("\n")).toHaveLength(41);

  // A table that the model cannot be asked about.
  const wrong = join(workshop.folder, "wrong.csv");
  writeFileSync(wrong, "a,b\n1,2\n");
  await predict.chooseTable(wrong);
  await predict.file.getByRole("button", { name: "Predict the file" }).click();
  await expect(alert).toContainText("The file could not be predicted");
  await expect(alert).toContainText("height");
  expect(existsSync(join(workshop.folder, "wrong-predictions.csv"))).toBe(false);
  studio.expectNoComplaints();
});

test("answers that a spreadsheet would work out are told; ticked once, they are quoted from then on", async ({ page, studio, workshop }) => {
  const project = await trainedClouds(workshop.folder, [[]], { table: cloudTable().replaceAll(/,cirrus$/gm, ",=cirrus()"), epochs: 12 });
  const rows = join(workshop.folder, "new.csv");
  writeFileSync(rows, cloudTable(40).replaceAll(/,\w+$/gm, ""));
  const predict = new PredictPage(page);
  await predict.goto(workshop.server.url, project);
  await predict.mode("A whole file");
  await predict.chooseTable(rows);
  await expect(predict.spreadsheet).not.toBeChecked();
  await predict.file.getByRole("button", { name: "Predict the file" }).click();
  const noticed = predict.file.getByRole("list", { name: "What was noticed" });
  const read = () => readFileSync(join(workshop.folder, "new-predictions.csv"), "utf8");
  await expect(noticed).toContainText(
    /^\d+ cells are text that a spreadsheet would take for formulas\. They are written as they are; tick “For a spreadsheet” to put an apostrophe in front\.$/,
  );
  const exact = read();
  expect(exact).toMatch(/^1,=cirrus\(\),/m);
  const count = exact.match(/(^|,)=cirrus/gm)?.length ?? 0;
  await expect(noticed).toContainText(`${count} cells`);

  await predict.spreadsheet.check();
  await predict.file.getByRole("button", { name: "Predict the file" }).click();
  await predict.file.getByRole("button", { name: "Replace it" }).click();
  await expect(noticed).toHaveText(`${count} cells with an apostrophe in front, so that a spreadsheet shows the text and works nothing out.`);
  expect(read()).toBe(exact.replaceAll(/(^|,)=cirrus/gm, "$1'=cirrus"));
  // What the table on the screen shows is the answer itself.
  await expect(predict.answers.getByRole("cell", { name: "=cirrus()", exact: true }).first()).toBeVisible();

  await page.reload();
  await predict.mode("A whole file");
  await expect(predict.spreadsheet).toBeChecked();
  studio.expectNoComplaints();
});

test("a large file is called off half way: what was answered is kept, and gone on with or discarded", async ({ page, studio, workshop }) => {
  const project = await trained(workshop.folder);
  const rows = join(workshop.folder, "many.csv");
  const lines = cloudTable(5000)
    .split("\n")
    .filter((line) => line !== "");
  writeFileSync(rows, [lines[0], ...Array.from({ length: 120 }, () => lines.slice(1)).flat()].join("\n"));
  const predict = new PredictPage(page);
  await predict.goto(workshop.server.url, project);
  await predict.mode("A whole file");
  await predict.chooseTable(rows);
  const start = predict.file.getByRole("button", { name: "Predict the file" });
  const callOff = async () => {
    await expect(predict.file.getByRole("status")).toContainText(/[1-9][\d,]* of 600,000/);
    await predict.file.getByRole("button", { name: "Cancel" }).click();
    await expect(predict.file.getByRole("status")).toContainText(/^Called off after [\d,]+ of 600,000\. What was answered is kept/);
  };
  const written = () => readdirSync(workshop.folder).filter((name) => name.startsWith("many-predictions"));
  await start.click();
  await callOff();
  expect(written()).toContain("many-predictions.csv.unfinished");
  await lookAt(page, "predict-kept", true);
  await predict.file.getByRole("button", { name: "Discard it" }).click();
  await expect(predict.file.getByRole("status")).toContainText("Called off; nothing was written.");
  await expect.poll(written).toEqual([]);

  await start.click();
  await callOff();
  await predict.file.getByRole("button", { name: "Go on" }).click();
  await expect(predict.file.getByRole("status")).toContainText("600,000 rows answered", { timeout: 120_000 });
  await expect(predict.file.getByRole("list", { name: "What was noticed" })).toContainText(/The first [\d,]+ were answered before the work was cut off/);
  expect(written()).toEqual(["many-predictions.csv"]);
  studio.expectNoComplaints();
});

test("rows without an answer are listed, each with why", async ({ page, studio, workshop }) => {
  const project = await trained(workshop.folder);
  const rows = join(workshop.folder, "bad-rows.csv");
  const [head = "", ...lines] = cloudTable(40).trimEnd().split("\n");
  const given = lines.map((line, i) => (i === 3 || i === 17 ? line.replace(/^([^,]*),[^,]*/, "$1,very high") : line));
  writeFileSync(rows, [head, ...given].join("\n"));
  const predict = new PredictPage(page);
  await predict.goto(workshop.server.url, project);
  await predict.mode("A whole file");
  await predict.chooseTable(rows);
  await predict.file.getByRole("button", { name: "Predict the file" }).click();
  await expect(predict.file.getByRole("status")).toContainText("38 rows answered");
  await expect(predict.file).toContainText("2 rows have no answer. In the file the column “error” says why:");
  await expect(predict.file.getByRole("list", { name: "Rows without an answer" }).getByRole("listitem")).toContainText([
    /^Row 4: column "height": got "very high"/,
    /^Row 18: column "height"/,
  ]);
  await expect(predict.answers.getByRole("columnheader", { name: "error" })).toBeVisible();
  await lookAt(page, "predict-bad-rows", true);
  studio.expectNoComplaints();
});

test("the run that answers is chosen; one without a model is said to have none", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const project = await trained(workshop.folder, [[], ["--epochs", "1"]]);
  const predict = new PredictPage(page);
  await predict.goto(workshop.server.url, project);
  await expect(predict.run).toHaveValue("0002");
  await predict.run.selectOption("0001");
  await expect(page).toHaveURL(/run=0001$/);
  await predict.field("height").fill("8100");
  await expect.poll(async () => (await predict.probabilities("kind"))[0]).toMatch(/^cirrus\s+\d/);
  // What was typed is kept for the next model.
  await predict.run.selectOption("0002");
  await expect(predict.field("height")).toHaveValue("8100");
  await predict.goto(workshop.server.url, project, "0077");
  await expect(page.getByRole("status").filter({ hasText: "Run 77 has no model; Run 2 answers instead." })).toBeVisible();
  studio.expectNoComplaints();
});

test("looks right in both themes and sizes", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const predict = new PredictPage(page);
  const project = writeClouds(workshop.folder, { epochs: 12 });
  await predict.goto(workshop.server.url, project);
  await expect(page.getByRole("heading", { name: "No model to ask yet" })).toBeVisible();
  await lookAt(page, "predict-empty");
  expect((await lathe("train", project)).code).toBe(0);
  await page.reload();
  await predict.field("height").fill("90000");
  await predict.field("wind").fill("strong");
  await expect(predict.form).toContainText('got "strong"');
  await predict.field("wind").fill("12");
  await expect(predict.form).toContainText("goes beyond");
  await lookAt(page, "predict-one");
  await predict.mode("A whole file");
  await predict.chooseTable(join(project, "clouds.csv"));
  await predict.file.getByRole("button", { name: "Predict the file" }).click();
  await expect(predict.answers).toBeVisible();
  await lookAt(page, "predict-file", true);
  await predict.file.getByRole("button", { name: "Predict the file" }).click();
  await expect(predict.file.getByRole("alert")).toBeVisible();
  await lookAt(page, "predict-exists");
  studio.expectNoComplaints();
});
