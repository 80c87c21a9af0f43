import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../src-main/base/entries.js";
import { defined } from "../../src-main/base/assert.js";
import { Random } from "../../src-main/base/random.js";
import type { ProjectInput } from "../../src-main/contract/project.js";
import { surveyBy } from "../../src-main/services/data/survey.js";
import { runInEngine } from "../../src-main/services/processes/engine-link.js";
import { createReader } from "../../src-main/services/processes/reader.js";
import { createProject } from "../../src-main/services/projects/create-project.js";

/**
 * What a picture and numbers tell together that neither tells alone. A made-up table of printing jobs: a picture of a letter of the bundled sample, how many
 * pages, how many copies, and the cost: a rate of the letter's alphabet, which only the picture tells, times the pages, and a little for each copy, with 5 %
 * of noise. Three projects as `new` makes them, of the picture, of the numbers and of both; the test's letters are in typefaces that training does not have.
 * `bench joined-table 1,2,3` takes these seeds.
 */
const seeds = (process.argv[2] ?? "1,2,3").split(",").map(Number);
const letters = join(packageRoot, "resources", "samples", "glyphs");
const kinds = { picture: ["photo"], numbers: ["pages", "copies"], both: ["photo", "pages", "copies"] } as const;

const work = mkdtempSync(join(tmpdir(), "lathe-bench-"));
try {
  const tables = { train: writeTable("train"), test: writeTable("test") };
  const projects = new Map<string, ProjectInput>();
  for (const [kind, inputs] of Object.entries(kinds)) projects.set(kind, await propose(kind, inputs, tables));
  const found = new Map(Object.keys(kinds).map((kind) => [kind, new Array<number>()]));
  for (const seed of seeds) {
    for (const [kind, project] of projects) found.get(kind)?.push(await train(kind, project, seed));
    console.log(`seed ${seed}: R² ${[...found].map(([kind, values]) => `${kind} ${(values.at(-1) ?? Number.NaN).toFixed(3)}`).join(", ")}`);
  }
  for (const [kind, values] of found) {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    console.log(`${kind}: R² of the test ${mean.toFixed(3)} (${Math.min(...values).toFixed(3)} to ${Math.max(...values).toFixed(3)})`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

function writeTable(part: "train" | "test"): string {
  const random = new Random("joined-table", part);
  const alphabets = readdirSync(join(letters, "train")).sort();
  const rows = alphabets.flatMap((alphabet, k) =>
    readdirSync(join(letters, part, alphabet), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const [pages, copies] = [1 + random.below(100), 1 + random.below(50)];
        const cost = (((k * 7) % alphabets.length) + 1) * pages + 2 * copies;
        return [join(entry.parentPath, entry.name), pages, copies, (cost * (1 + 0.05 * random.normal())).toFixed(2)].join(",");
      }),
  );
  const file = join(work, `${part}.csv`);
  writeFileSync(file, `photo,pages,copies,cost\n${rows.join("\n")}\n`);
  return file;
}

/** The project that `new` makes of these columns. */
async function propose(kind: string, inputs: readonly string[], tables: { readonly train: string; readonly test: string }): Promise<ProjectInput> {
  const reader = createReader();
  const { file } = await createProject({
    folder: join(work, kind),
    data: tables.train,
    test: tables.test,
    targets: ["cost"],
    inputs,
    ...(kind === "both" ? { template: "two-input" } : {}),
    ...surveyBy(reader, reader),
  }).finally(() => reader.close());
  return JSON.parse(readFileSync(file, "utf8")) as ProjectInput;
}

/** Trains in an engine process, as the command line does. @returns R² of the test */
async function train(kind: string, project: ProjectInput, seed: number): Promise<number> {
  writeFileSync(
    join(work, kind, "project.json"),
    JSON.stringify({ ...project, seed, training: { ...project.training, epochs: 20, engine: "onnxruntime", device: "cpu" } }),
  );
  let value: number | undefined;
  const { result } = runInEngine({ kind: "train", project: join(work, kind) }, (event) => {
    if (event.event === "done") value = event.test["cost.r2"] ?? undefined;
  });
  await result;
  return defined(value, "R² of the test");
}
