import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const header = "id,height,humidity,wind,season,note,kind";
const seasons = ["spring", "summer", "autumn", "winter"];

/** A table of clouds: a gap in humidity every ninth row, wind mostly missing, three kinds that height tells apart. The same every time. */
export function cloudTable(rows = 300): string {
  let state = 7;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const lines = Array.from({ length: rows }, (_, i) => {
    const kind = ["cirrus", "cirrus", "cumulus", "stratus"][i % 4] ?? "cirrus";
    const height = Math.round({ cirrus: 8000, cumulus: 1500, stratus: 400 }[kind] ?? 0) + Math.round(random() * 300);
    const humidity = i % 9 === 4 ? "" : (40 + random() * 50).toFixed(1);
    const wind = i % 5 < 3 ? "" : (random() * 30).toFixed(1);
    return [i + 1, height, humidity, wind, seasons[Math.floor(random() * 4)], `"cloud, ${i + 1}"`, kind].join(",");
  });
  return `${[header, ...lines].join("\n")}\n`;
}

export interface CloudChoices {
  /** Whether there is a target yet. */
  readonly target?: boolean;
  readonly epochs?: number;
  /** Learning rate. */
  readonly rate?: number;
  readonly table?: string;
  readonly source?: Readonly<Record<string, unknown>>;
  readonly inputs?: readonly Readonly<Record<string, unknown>>[];
  readonly split?: Readonly<Record<string, number>>;
}

/** A project of that table, in a folder of its own with the table in it. @returns the project's folder */
export function writeClouds(
  folder: string,
  { target = true, epochs = 5, rate = 0.02, table = cloudTable(), source = {}, inputs, split = { validation: 0.2, test: 0.2 } }: CloudChoices = {},
): string {
  const project = join(folder, "clouds");
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, "clouds.csv"), table);
  writeFileSync(
    join(project, "project.json"),
    JSON.stringify(
      {
        version: 1,
        name: "clouds",
        seed: 42,
        data: {
          source: { type: "table", path: "clouds.csv", ...source },
          inputs: inputs ?? [
            { name: "features", type: "numeric", columns: ["height", "humidity", "wind"], normalize: "standard", missing: "mean" },
            { name: "season", type: "category", column: "season" },
          ],
          targets: target ? [{ name: "kind", type: "category", column: "kind" }] : [],
          split,
        },
        model: {
          layers: [
            { id: "columns", type: "Concat", from: ["features", "season"] },
            { id: "fc1", type: "Linear", outFeatures: 8 },
            { id: "act1", type: "ReLU" },
            { id: "out", type: "Linear", outFeatures: "classes" },
          ],
          outputs: [{ target: "kind", from: "out" }],
        },
        training: { epochs, batchSize: 16, optimizer: { type: "Adam", lr: rate } },
      },
      null,
      2,
    ),
  );
  return project;
}
