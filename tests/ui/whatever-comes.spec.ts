import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lathe } from "../support/lathe.js";
import { writeClasses, writePicture } from "../support/pictures.js";
import { cloudTable } from "./cloud-project.js";
import { expect, test } from "./fixture.js";
import { lookAt } from "./looks.js";
import { EvaluatePage } from "./pages/evaluate-page.js";
import { HomePage } from "./pages/home-page.js";
import { PredictPage } from "./pages/predict-page.js";
import { trainedClouds } from "./trained-clouds.js";

test(
  "what was decided of a table stands at its column, and whether the first row holds names can be overruled",
  { tag: "@long" },
  async ({ page, studio, workshop }) => {
    const file = join(workshop.folder, "animals.csv");
    const rows = Array.from({ length: 60 }, (_, i) =>
      [
        String(i * 37).padStart(5, "0"),
        i % 2 ? `"$1,${100 + i}.00"` : `"$2,${100 + i}.50"`,
        i === 9 ? "n.d." : i * 1.5,
        i % 3 ? "big" : "small",
        i === 3 ? "?" : i < 2 ? "yak" : i % 2 ? "cat" : "dog",
      ].join(","),
    );
    writeFileSync(file, `code,price,age,size,animal\n${rows.join("\n")}\n`);
    const home = new HomePage(page);
    await home.goto(workshop.server.url);
    await home.propose(file);
    await expect(home.role("code")).toHaveValue("ignore");
    for (const told of [
      'column "code" is excluded: it holds 60 different codes such as 00000',
      'column "price": "$1,101.00" is read as the number 1101',
      'column "age" is excluded: most of its values are numbers, but "n.d." in row 10 is not',
      'column "animal": "?" (1) counts as missing, 1 row',
      'too few rows of "yak" (2 rows) for training, validation and test',
    ])
      await expect(home.columns).toContainText(told);
    await lookAt(page, "table-told");
    await home.giveRole("code", "Input");
    await expect(home.columns).toContainText('column "code" is used because you chose it; what speaks against it: it holds 60 different codes');
    await home.giveRole("code", "Ignore");
    const header = page.getByRole("combobox", { name: "First row" });
    await header.selectOption("Data");
    await expect(home.role("column5")).toHaveValue("target");
    await expect(home.role("animal")).toHaveCount(0);
    await header.selectOption("Names of the columns");
    await home.giveRole("animal", "Predict");
    await home.create.click();

    await expect(page).toHaveURL(/\/data$/);
    // What Home told stands on Data as well; it does not cover the screen in between.
    await expect(page.getByText("write another word where a value is meant")).toHaveCount(1);
    const problems = page.getByRole("region", { name: "What to look at" });
    await problems.getByRole("button", { name: "Count “n.d.” as missing" }).click();
    await expect(problems).not.toContainText("n.d.");
    // Words that count as missing are no values, wherever the column is shown.
    await expect(page.getByRole("button", { name: /^dog \d+ rows/ })).toBeVisible();
    await expect(page.getByRole("button", { name: /^\? / })).toHaveCount(0);
    studio.expectNoComplaints();
  },
);

test("pictures without classes lead from Data, and from Home, to Predict", async ({ page, studio, workshop }) => {
  const root = join(workshop.folder, "animals");
  await writeClasses(join(root, "train"), ["ant", "bee"], 12);
  mkdirSync(join(root, "test"));
  for (let i = 0; i < 3; i++) await writePicture(join(root, "test"), `${i}.png`);
  writeFileSync(join(root, "test", "broken.png"), "no picture");
  const home = new HomePage(page);
  await home.goto(workshop.server.url);
  await home.propose(root);
  await expect(page.getByRole("list", { name: "What was noticed" })).toContainText("its 4 pictures are not used, and are there to predict");
  await home.create.click();
  await expect(page).toHaveURL(/\/data$/);
  const told = page.getByRole("region", { name: "What to look at" });
  await expect(told).toContainText(`${join(root, "test")} has 4 pictures and no folders of classes, so it is no test`);
  await told.getByRole("button", { name: "Predict them" }).click();
  await expect(page.getByText(`${join(root, "test")} stays chosen: it can be predicted as soon as there is a model.`)).toBeVisible();

  const project = decodeURIComponent(/#\/project\/([^/]+)/.exec(page.url())?.[1] ?? "");
  expect((await lathe("train", project, "--epochs", "1")).code).toBe(0);
  await page.reload();
  await home.goto(workshop.server.url);
  await home.propose(join(root, "test"));
  await expect(page.getByRole("heading", { name: "No project can be made of this" })).toBeVisible();
  await lookAt(page, "pictures-to-predict");
  await page.getByRole("button", { name: "Predict these pictures with animals" }).click();
  await page.getByRole("button", { name: "Predict the pictures" }).click();
  await expect(page.getByText("3 pictures answered")).toBeVisible();
  await expect(page.getByRole("list", { name: "Pictures without an answer" })).toContainText("broken.png is no picture by its content");
  studio.expectNoComplaints();
});

test(
  "what makes a run doubtful stands beside its metrics and its answer: a class without rows, a network that could not learn, an unknown word",
  { tag: "@long" },
  async ({ page, studio, workshop }) => {
    const fog = [301, 302].map((id) => `${id},100,90,1,winter,"fog, ${id}",fog\n`).join("");
    const project = await trainedClouds(workshop.folder, [[]], { epochs: 2, table: cloudTable() + fog });
    // As a run of an earlier version, which was not refused.
    const config = join(project, "runs", "0001", "config.json");
    const begun = JSON.parse(readFileSync(config, "utf8")) as { project: { model: { layers: object[]; outputs: object[] } } };
    begun.project.model.layers.push({ id: "soft", type: "Softmax", from: ["out"] });
    begun.project.model.outputs = [{ target: "kind", from: "soft" }];
    writeFileSync(config, JSON.stringify(begun));
    writeFileSync(join(project, "clouds.csv"), cloudTable().replaceAll(/,(spring|summer|autumn|winter),/g, ",wintr,"));

    const evaluate = new EvaluatePage(page);
    await evaluate.goto(workshop.server.url, project);
    await expect(evaluate.cards.getByRole("note")).toHaveText("No row here is fog: these numbers say nothing of how well it is told.");
    const doubts = page.getByRole("region", { name: "Doubt this model" });
    await expect(doubts).toContainText(
      /^Doubt what this model says, for its network could not learn as it should: .*Softmax.*Mend the project, and train anew\./,
    );

    await page.goto(page.url().replace("/evaluate", "/predict"));
    const predict = new PredictPage(page);
    await expect(predict.answer.getByRole("list")).toBeVisible();
    await expect(predict.answer.getByRole("region", { name: "Doubt this model" })).toBeVisible();
    await page.getByRole("button", { name: "Fill from a row" }).click();
    await expect(predict.form).toContainText(/the model has never seen "wintr" in season .*; did you mean "winter"\?/);
    await lookAt(page, "predict-doubts");
    await doubts.getByRole("button", { name: "Go to Model" }).click();
    await expect(page).toHaveURL(/\/model/);
    studio.expectNoComplaints();
  },
);
