import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Random } from "../../src-main/base/random.js";
import type { ProjectInput } from "../../src-main/contract/project.js";
import { runReport } from "../../src-main/contract/report.js";
import { killAll, last, lathe, sha256, startLathe } from "../support/lathe.js";
import { temporaryFolder } from "../support/temporary-folder.js";

// Several labels a sample, from a table to its predictions, on the command line.

/** Two numbers decide three labels, which occur together. */
function write(path: string, rows: number, seed: number): readonly string[] {
  const random = new Random(seed, "labels");
  const lines = Array.from({ length: rows }, () => {
    const [a, b] = [random.normal(), random.normal()];
    const tags = [...(a > 0.3 ? ["rain"] : []), ...(b > 0 ? ["wind"] : []), ...(a + b < -1 ? ["snow"] : [])];
    return { text: `${a},${b},${tags.join(";")}`, tags: tags.join(";") };
  });
  writeFileSync(path, `a,b,tags\n${lines.map(({ text }) => text).join("\n")}\n`);
  return lines.map(({ tags }) => tags);
}

async function succeed(...args: readonly string[]) {
  const result = await lathe(...args, "--json");
  expect(result.code, result.stderr + result.stdout).toBe(0);
  return result;
}

test("a column of words is proposed as labels, learnt, judged label by label with tuned thresholds, predicted, and survives a kill bit for bit", async () => {
  const folder = temporaryFolder();
  const data = join(folder, "weather.csv");
  write(data, 600, 1);
  const home = join(folder, "project");
  const created = await succeed("new", home, "--data", data, "--target", "tags");
  expect(last(created.events, "created")["targets"]).toEqual([{ name: "tags", type: "labels" }]);
  const file = join(home, "project.json");
  const project = JSON.parse(readFileSync(file, "utf8")) as ProjectInput;
  project.training = {
    ...project.training,
    epochs: 12,
    checkpointSeconds: 0,
    losses: { tags: { type: "BCEWithLogitsLoss", posWeight: "balanced" } },
    thresholds: { tags: "tune" },
  };
  writeFileSync(file, JSON.stringify(project));

  const done = last((await succeed("train", home)).events, "done");
  const model = String(done["model"]);
  const report = runReport.parse(JSON.parse(readFileSync(String(done["report"]), "utf8")));
  expect(report.parity.passed).toBe(true);
  expect(report.test?.metrics["tags.f1.macro"]).toBeGreaterThan(0.9);
  expect(report.test?.labels?.["tags"]?.map(({ label }) => label)).toEqual(["rain", "snow", "wind"]);
  const thresholds = report.thresholds?.["tags"] as Readonly<Record<string, number>>;
  expect(Object.keys(thresholds)).toEqual(["rain", "snow", "wind"]);
  expect(report.validation?.labels?.["tags"]?.map(({ threshold }) => threshold)).toEqual(Object.values(thresholds));

  // Killed in the middle and resumed, the same bytes.
  const again = join(folder, "again");
  await succeed("new", again, "--data", data, "--target", "tags");
  writeFileSync(join(again, "project.json"), readFileSync(file, "utf8"));
  let killed = false;
  const running = startLathe(["train", again, "--json"], (event) => {
    if (event.event !== "epoch" || killed || Number(event["epoch"]) < 4) return;
    killed = true;
    killAll(running);
  });
  await running.result;
  expect(killed).toBe(true);
  const resumed = last((await succeed("train", again, "--resume")).events, "done");
  expect(sha256(String(resumed["model"]))).toBe(sha256(model));

  const fresh = join(folder, "fresh.csv");
  const truths = write(fresh, 300, 2);
  const out = join(folder, "answers.csv");
  await succeed("predict", model, fresh, "--out", out);
  const [head, ...rows] = readFileSync(out, "utf8").trimEnd().split("\n");
  expect(head).toBe("sample,tags,tags:rain,tags:snow,tags:wind");
  const labels = ["rain", "snow", "wind"];
  let right = 0;
  rows.forEach((row, i) => {
    const [, tags = "", ...probabilities] = row.split(",");
    expect(tags).toBe(labels.filter((label, k) => Number(probabilities[k]) > thresholds[label]!).join(";"));
    if (tags.split(";").sort().join() === truths[i]!.split(";").sort().join()) right++;
  });
  const judged = last((await succeed("evaluate", model, "--data", fresh, "--tune")).events, "evaluation");
  expect((judged["metrics"] as Readonly<Record<string, number>>)["tags.exact"]).toBeCloseTo(right / rows.length, 12);
  expect(right / rows.length).toBeGreaterThan(0.8);
  expect(Object.keys((judged["best"] as Readonly<Record<string, object>>)["tags"]!)).toEqual(labels);
}, 600_000);

test("columns of 0 and 1 are predicted together where --labels says so", async () => {
  const folder = temporaryFolder();
  const data = join(folder, "columns.csv");
  const random = new Random(3, "columns");
  writeFileSync(data, `a,rain,wind\n${Array.from({ length: 60 }, () => [random.normal(), random.below(2), random.below(2)].join(",")).join("\n")}\n`);
  const created = await succeed("new", join(folder, "columns"), "--data", data, "--labels", "sky=rain,wind");
  expect(last(created.events, "created")["targets"]).toEqual([{ name: "sky", type: "labels" }]);
  const project = JSON.parse(readFileSync(join(folder, "columns", "project.json"), "utf8")) as ProjectInput;
  expect(project.data.targets).toEqual([{ name: "sky", type: "labels", columns: ["rain", "wind"] }]);
  expect(project.model.layers.at(-1)).toMatchObject({ outFeatures: "classes" });
}, 300_000);

test("labels are called by a name that a project may hold, and the column that keeps rows together is no input", async () => {
  const folder = temporaryFolder();
  const data = join(folder, "weather.csv");
  const rows = Array.from({ length: 60 }, (_, i) => `${i % 7},${i % 2},${i % 3 === 0 ? 1 : 0},place${i % 10}`);
  writeFileSync(data, `a,is rain,is wind,place\n${rows.join("\n")}\n`);
  const home = join(folder, "project");
  const created = await succeed("new", home, "--data", data, "--labels", "my weather=is rain,is wind", "--split-by", "place");
  expect(last(created.events, "created")).toMatchObject({ targets: [{ name: "my_weather", type: "labels" }], inputs: ["a"] });
  expect(last(created.events, "created")["notes"]).toContain(
    'column "place" keeps rows together, so it is no input: none of its values in validation and test would be known',
  );
  const { data: written } = JSON.parse(readFileSync(join(home, "project.json"), "utf8")) as ProjectInput;
  expect([written.inputs.map(({ name }) => name), written.split]).toEqual([["features"], { validation: 0.15, test: 0.15, by: "group", column: "place" }]);
});
