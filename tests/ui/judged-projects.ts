import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runReport, type RunReport } from "../../src-main/contract/report.js";
import { templates } from "../../src-main/services/templates/index.js";
import { madeRows, toCsv } from "../support/judged-project.js";
import { trainOnce } from "./trained-once.js";

export interface TrainedProject {
  readonly folder: string;
  /** What its first run says of itself. */
  readonly report: RunReport;
}

/** A project written and trained by the command line. */
export async function trainProject(folder: string, document: unknown, table: string): Promise<TrainedProject> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "table.csv"), table);
  writeFileSync(join(folder, "project.json"), JSON.stringify(document, null, 2));
  await trainOnce(folder, [[]]);
  return { folder, report: runReport.parse(JSON.parse(readFileSync(join(folder, "runs", "0001", "report.json"), "utf8"))) };
}

/** A run that judges a binary, a category and a numeric target of two columns. */
export function trainJudged(root: string, rows = 400): Promise<TrainedProject> {
  const made = templates.get("two-output").create({
    name: "judged",
    source: { type: "table", path: "table.csv" },
    inputs: [
      { name: "features", type: "numeric", columns: ["size", "weight"] },
      { name: "colour", type: "category", column: "colour" },
      { name: "old", type: "binary", column: "old" },
    ],
    targets: [
      { name: "good", type: "binary", column: "good" },
      { name: "kind", type: "category", column: "kind" },
      { name: "value", type: "numeric", columns: ["price", "tax"], normalize: "standard" },
    ],
  });
  return trainProject(join(root, "judged"), { ...made, training: { ...made.training, epochs: 6, threshold: 0.4 } }, toCsv(madeRows(rows, "main")));
}

/** Fifty classes in a plane, some of them often, some rarely: many mistakes between neighbours. */
export function trainCities(root: string, rows = 3000): Promise<TrainedProject> {
  let state = 7;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const lines = Array.from({ length: rows }, () => {
    const city = Math.floor(random() ** 1.4 * 50);
    return [(city % 8) + random() * 1.4, Math.floor(city / 8) + random() * 1.4, `City number ${city + 1}`].join(",");
  });
  return trainProject(
    join(root, "cities"),
    {
      version: 1,
      name: "cities",
      seed: 1,
      data: {
        source: { type: "table", path: "table.csv" },
        inputs: [{ name: "place", type: "numeric", columns: ["x", "y"], normalize: "standard" }],
        targets: [{ name: "city", type: "category", column: "city" }],
      },
      model: {
        layers: [
          { id: "fc1", type: "Linear", outFeatures: 32 },
          { id: "act1", type: "ReLU" },
          { id: "out", type: "Linear", outFeatures: "classes" },
        ],
        outputs: [{ target: "city", from: "out" }],
      },
      training: { epochs: 6, batchSize: 64, optimizer: { type: "Adam", lr: 0.02 } },
    },
    `${["x,y,city", ...lines].join("\n")}\n`,
  );
}
