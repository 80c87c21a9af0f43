import { readFileSync } from "node:fs";
import { join } from "node:path";
import { templates } from "../../src-main/services/templates/index.js";
import { expect, test } from "./fixture.js";
import { trainProject } from "./judged-projects.js";
import { lookAt } from "./looks.js";
import { DataPage } from "./pages/data-page.js";
import { EvaluatePage } from "./pages/evaluate-page.js";
import { PredictPage } from "./pages/predict-page.js";

/** Two numbers decide three labels; `snow` is rare. */
function weather(root: string) {
  let state = 11;
  const random = () => ((state = (state * 48271) % 2147483647) / 2147483647) * 2 - 1;
  const lines = Array.from({ length: 400 }, () => {
    const [a, b] = [random(), random()];
    return `${a},${b},${[...(a > 0.1 ? ["rain"] : []), ...(b > 0 ? ["wind"] : []), ...(a + b < -0.8 ? ["snow"] : [])].join(";")}`;
  });
  const made = templates
    .get("tabular")
    .create({
      name: "weather",
      source: { type: "table", path: "table.csv" },
      inputs: [{ name: "features", type: "numeric", columns: ["a", "b"] }],
      targets: [{ name: "tags", type: "labels", column: "tags" }],
    });
  return trainProject(join(root, "weather"), { ...made, training: { ...made.training, epochs: 4 } }, `a,b,tags\n${lines.join("\n")}\n`);
}

const projectOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, "project.json"), "utf8")) as { training: { thresholds?: unknown }; data: { targets: { separator?: string }[] } };

test("several labels are read, judged label by label, tuned, and told as chips", async ({ page, studio, workshop }) => {
  const { folder, report } = await weather(workshop.folder);
  const labels = report.test?.labels?.["tags"] ?? [];
  const evaluate = new EvaluatePage(page);
  await evaluate.goto(workshop.server.url, folder);
  const table = page.getByRole("table", { name: "Label by label" });
  await expect(table.getByRole("button")).toHaveCount(3);
  await expect(evaluate.metric("All labels right")).toHaveAttribute("title", String(report.test?.metrics["tags.exact"]));
  const wrong = labels.map(({ fp, fn }) => fp + fn);
  const worst = labels[wrong.indexOf(Math.max(...wrong))]!.label;
  await expect(table.getByRole("button").first()).toHaveText(worst);

  await table.getByRole("button", { name: "snow" }).click();
  const snow = labels.find(({ label }) => label === "snow")!;
  await expect
    .poll(() => evaluate.counts())
    .toEqual([
      [snow.tn, snow.fp],
      [snow.fn, snow.tp],
    ]);
  await evaluate.cell("snow", "snow").click();
  await expect(evaluate.table).toBeVisible();
  await lookAt(page, "labels-evaluate", true);
  await page.getByRole("button", { name: "Find thresholds by label" }).click();
  await expect.poll(() => projectOf(folder).training.thresholds).toEqual({ tags: "tune" });

  const predict = new PredictPage(page);
  await predict.goto(workshop.server.url, folder);
  await predict.field("a").fill("0.9");
  await predict.field("b").fill("0.9");
  const chips = predict.answer.getByRole("list", { name: "Probabilities of tags" }).first();
  await expect(chips).toContainText("rain");
  await expect(chips).toContainText("wind");
  await lookAt(page, "labels-predict");

  const data = new DataPage(page);
  await data.goto(workshop.server.url, folder);
  await data.ready();
  await page.getByRole("combobox", { name: "Separator" }).selectOption(";");
  await expect.poll(() => projectOf(folder).data.targets[0]?.separator).toBe(";");
  await lookAt(page, "labels-data");
  studio.expectNoComplaints();
});
