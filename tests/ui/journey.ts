import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import { isTaken } from "../support/taken.js";
import { DataPage } from "./pages/data-page.js";
import { EvaluatePage } from "./pages/evaluate-page.js";
import { HomePage } from "./pages/home-page.js";
import { ModelPage, type HandLayer } from "./pages/model-page.js";
import { PredictPage } from "./pages/predict-page.js";
import { TrainPage } from "./pages/train-page.js";
import type { StudioPage } from "./studio-page.js";

/** What differs between the hosts: how one names files to the studio. */
export interface Hands {
  /** At Home: takes a table for a new project. */
  openTable(path: string): Promise<void>;
  /** In Predict: chooses the table to answer. */
  predictTable(path: string): Promise<void>;
  /** In Export: begins the export as ONNX and says where to. */
  exportModel(folder: string, name: string): Promise<void>;
  /** The page, gone and there again. */
  reload(): Promise<void>;
}

/** 9-16-8-1 over nine numeric columns. */
export const handNetwork: readonly HandLayer[] = [
  { type: "Linear", options: { "Out features": "16" } },
  { type: "ReLU" },
  { type: "Linear", options: { "Out features": "8" } },
  { type: "ReLU" },
  { type: "Linear", options: { "Out features": "1" } },
];

const columns = ["acidity", "hardness", "solids", "chloramines", "sulfate", "conductivity", "carbon", "methanes", "turbidity"] as const;

/** Nine measurements of a water and whether one may drink it: a line through four of them with some doubt. The same every time. */
export function waterTable(rows: number, withAnswer = true): string {
  let state = 11;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const lines = Array.from({ length: rows }, () => {
    const values = columns.map(() => random());
    const [a = 0, b = 0, c = 0, d = 0] = values;
    const drinkable = 2 * a - b + c * d + 0.25 * (random() - 0.5) > 0.75;
    return [...values.map((value, i) => (value * 10 ** (i % 3)).toFixed(3)), ...(withAnswer ? [drinkable ? "yes" : "no"] : [])].join(",");
  });
  return `${[[...columns, ...(withAnswer ? ["drinkable"] : [])].join(","), ...lines].join("\n")}\n`;
}

/**
 * From a table to a model that one trusts, as a person who knows no code goes: Home, Data, Model, Train, Evaluate, Predict, Export; the page is reloaded in the
 * middle of training.
 * @param page at Home. @param folder of the machine, for the table and what is written. @returns the project's folder
 */
export async function walkWholeJourney(page: Page, studio: StudioPage, folder: string, hands: Hands): Promise<string> {
  const table = join(folder, "water.csv");
  writeFileSync(table, waterTable(3000));
  const home = new HomePage(page);
  await hands.openTable(table);
  await expect(home.columns).toBeVisible();
  await home.giveRole("drinkable", "Predict");
  await home.create.click();

  const data = new DataPage(page);
  await expect(page).toHaveURL(/\/data$/);
  await data.ready();
  await expect.poll(() => data.names("Targets")).toEqual(["drinkable"]);
  expect(await data.names("Inputs")).toHaveLength(9);
  const project = decodeURIComponent(/project\/([^/]+)\//.exec(page.url())?.[1] ?? "");

  // What the template proposed is taken away and built anew by hand.
  await studio.step("Model");
  const model = new ModelPage(page);
  await expect(model.graph).toBeVisible();
  await model.graph.locator('[data-key^="layer:"]').first().click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.press("Delete");
  await model.build(handNetwork);
  await expect(model.total("Parameters")).toHaveText("305");
  await model.showSource();
  await expect(model.source).toContainText("nn.Linear(9, 16)");
  await expect(model.source).toContainText("nn.Linear(8, 1)");

  await studio.step("Train");
  const train = new TrainPage(page);
  await train.set("Epochs", "100000");
  await train.start();
  await train.expectEpochs(3);
  await expect(train.lossCurve).toBeVisible();
  await hands.reload();
  await expect(train.run).toContainText("training");
  await train.expectEpochs(5);
  await expect(studio.runBar).toContainText("Run 1");
  // However long it continues, the best epoch's weights are kept.
  await train.expectEpochs(20);
  await train.button("Stop").click();
  await expect(train.run).toContainText("stopped");
  await train.button("See how good it is").click();

  const evaluate = new EvaluatePage(page);
  await expect(evaluate.matrix).toBeVisible();
  const counts = await evaluate.counts();
  const all = counts.flat().reduce((sum, count) => sum + count, 0);
  const right = counts.reduce((sum, line, i) => sum + (line[i] ?? 0), 0);
  expect(right / all).toBeGreaterThan(0.8);
  await evaluate.cell("yes", "no").click();
  await expect.poll(() => evaluate.total()).toBe(counts[1]?.[0]);

  await studio.step("Predict");
  const predict = new PredictPage(page);
  const asked = join(folder, "new-water.csv");
  writeFileSync(asked, waterTable(25, false));
  await predict.mode("A whole file");
  await hands.predictTable(asked);
  await predict.file.getByRole("button", { name: "Predict the file" }).click();
  await expect(predict.file.getByRole("status")).toContainText("25 rows answered");
  expect(readFileSync(join(folder, "new-water-predictions.csv"), "utf8").trim().split("\n")).toHaveLength(26);

  await hands.exportModel(folder, "water.onnx");
  const exported = join(folder, "water.onnx");
  await expect.poll(() => isTaken(exported, join(project, "runs", "0001", "model.onnx"))).toBe(true);
  return project;
}
