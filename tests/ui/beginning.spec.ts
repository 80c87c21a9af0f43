import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GroupSpec } from "../../src-main/contract/groups.js";
import type { ProjectInput } from "../../src-main/contract/project.js";
import { lathe } from "../support/lathe.js";
import { expect, test } from "./fixture.js";
import { lookAt } from "./looks.js";
import { TrainPage } from "./pages/train-page.js";
import { writeTinyPictures } from "./picture-projects.js";

const read = <T>(...path: string[]) => JSON.parse(readFileSync(join(...path), "utf8")) as T;

test("what of a pretrained network learns is chosen, and the next run begins from what the last has learnt", async ({ page, studio, workshop }) => {
  const project = join(workshop.folder, "tiny-project");
  const pictures = await writeTinyPictures(workshop.folder, ["one", "two"], 12);
  const made = await lathe("new", project, "--template", "efficientnet-lite0", "--data", pictures);
  expect(made.code, made.stderr).toBe(0);
  const file = join(project, "project.json");
  const { data, training, ...rest } = read<ProjectInput>(file);
  const inputs = data.inputs.map((input) => ({ ...input, size: [32, 32] }));
  writeFileSync(file, JSON.stringify({ ...rest, data: { ...data, inputs }, training: { ...training, epochs: 2, engine: "onnxruntime" } }, null, 2));

  const train = new TrainPage(page);
  await studio.open(workshop.server.url, TrainPage.place(project));
  const learns = train.settings.getByRole("combobox", { name: "What learns" });
  const from = train.settings.getByRole("combobox", { name: "Begin from" });
  await expect(learns).toHaveValue("features");
  await expect(from).toBeDisabled();
  await train.start();
  await expect(train.run).toContainText("completed");

  // Older layers learn after the new ones have.
  await learns.selectOption({ label: "Its end too" });
  await expect(from).toHaveValue("0001");
  await expect(train.settings).toContainText("What that run has learnt, as far as it fits");
  await lookAt(page, "train-beginning", true);
  await page.keyboard.press("ControlOrMeta+z");
  await expect(learns).toHaveValue("features");
  await learns.selectOption({ label: "Its end too" });
  await train.start();
  await expect(train.choice).toContainText("Run 2");
  await expect(train.run).toContainText("completed");
  const config = read<{ readonly project: { readonly training: { readonly groups: readonly GroupSpec[] } } }>(project, "runs", "0002", "config.json");
  expect(config.project.training.groups.filter(({ frozen }) => frozen !== true).map(({ lr }) => lr)).toEqual([0.1]);
  expect(readFileSync(join(project, "runs", "0002", "log.txt"), "utf8")).toMatch(/run 0001/);
  studio.expectNoComplaints();
});
