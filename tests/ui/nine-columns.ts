import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const columns = Array.from({ length: 9 }, (_, i) => `x${i + 1}`);

/** What the tests read of a project's file. */
export interface SavedModel {
  readonly layers: readonly {
    readonly id: string;
    readonly type: string;
    readonly from?: readonly string[];
    readonly outFeatures?: number | string;
    readonly [option: string]: unknown;
  }[];
  readonly outputs: readonly { readonly target: string; readonly from: string }[];
  readonly blocks?: Readonly<Record<string, unknown>>;
}

export interface NineChoices {
  readonly model?: SavedModel;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A project of nine columns of numbers, `x1` to `x9`, that give `y`; its network has no layers unless one is named. @returns its folder */
export function writeNine(folder: string, { model = { layers: [], outputs: [] }, data = {} }: NineChoices = {}): string {
  const project = join(folder, "nine");
  mkdirSync(project, { recursive: true });
  let state = 11;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const rows = Array.from({ length: 120 }, () => {
    const values = columns.map(() => random());
    return [...values, values.reduce((sum, value, i) => sum + i * value, 0)].map((value) => value.toFixed(4)).join(",");
  });
  writeFileSync(join(project, "nine.csv"), `${[[...columns, "y"].join(","), ...rows].join("\n")}\n`);
  writeFileSync(
    join(project, "project.json"),
    JSON.stringify(
      {
        version: 1,
        name: "nine",
        seed: 42,
        data: {
          source: { type: "table", path: "nine.csv" },
          inputs: [{ name: "features", type: "numeric", columns }],
          targets: [{ name: "y", type: "numeric", column: "y" }],
          split: { validation: 0.2, test: 0.2 },
          ...data,
        },
        model,
        training: { epochs: 3, batchSize: 16 },
      },
      null,
      2,
    ),
  );
  return project;
}

export function savedModel(project: string): SavedModel {
  return (JSON.parse(readFileSync(join(project, "project.json"), "utf8")) as { readonly model: SavedModel }).model;
}
