import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../src-main/base/entries.js";
import { defined } from "../../src-main/base/assert.js";
import { type Project, parseProject } from "../../src-main/contract/project.js";
import { createProject } from "../../src-main/services/projects/create-project.js";
import { runInEngine } from "../../src-main/services/processes/engine-link.js";
import { createReader } from "../../src-main/services/processes/reader.js";
import { surveyBy } from "../../src-main/services/data/survey.js";
import { findPyTorch, startPyTorch } from "./pytorch-peer.js";

/**
 * What augmentation gains on the bundled drawings: the project that `new` makes of them, trained with and without its `augment`, everything else equal, judged
 * once on the test folder. The seed draws the validation pictures, the first weights, the order and the changes, and is the same for both of a pair. PyTorch
 * trains on the validation pictures too, with Adam 0.001 and batches of 32. `bench augmentation 3` takes three seeds instead of five.
 */
const seeds = Array.from({ length: Number(process.argv[2] ?? 5) }, (_, k) => k + 1);
const drawings = join(packageRoot, "resources", "samples", "clipart");

const folder = mkdtempSync(join(tmpdir(), "lathe-bench-"));
try {
  const reader = createReader();
  const { file } = await createProject({
    folder: join(folder, "clipart"),
    template: "images",
    data: join(drawings, "train"),
    test: join(drawings, "test"),
    ...surveyBy(reader, reader),
  }).finally(() => reader.close());
  const proposed = parseProject(JSON.parse(readFileSync(file, "utf8")));
  const { epochs, batchSize } = proposed.training;
  console.log(`${epochs} epochs, batch ${batchSize}, ${JSON.stringify(proposed.data.inputs.map((input) => (input.type === "image" ? input.augment : [])))}`);
  const found = findPyTorch();
  const torch = found && startPyTorch(found);
  console.log(`seed  without   with${torch ? `  PyTorch ${torch.version} without` : ""}`);
  const columns = { without: new Array<number>(), with: new Array<number>(), gain: new Array<number>(), theirs: new Array<number>() };
  for (const seed of seeds) {
    const [plain, augmented] = [await accuracyOf(file, proposed, seed, false), await accuracyOf(file, proposed, seed, true)];
    columns.without.push(plain);
    columns.with.push(augmented);
    columns.gain.push(augmented - plain);
    if (torch)
      columns.theirs.push(
        (
          await torch.ask<{ accuracy: number }>({
            do: "classes",
            train: join(drawings, "train"),
            test: join(drawings, "test"),
            size: 64,
            batch: 32,
            epochs,
            seed,
          })
        ).accuracy,
      );
    console.log(
      `${String(seed).padStart(4)}    ${plain.toFixed(3)}  ${augmented.toFixed(3)}${torch ? `  ${(columns.theirs.at(-1) ?? Number.NaN).toFixed(3)}` : ""}`,
    );
  }
  torch?.close();
  console.log(
    `test accuracy, mean ± its standard error of ${seeds.length} ` +
      `seeds\nwithout  ${told(columns.without)}\nwith     ${told(columns.with)}\ngain     ${told(columns.gain)}`,
  );
  console.log(torch ? `PyTorch  ${told(columns.theirs)}` : "PyTorch is not installed (Debian: apt-get install python3-torchvision): only ours is trained");
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Trains in an engine process, as the command line does. @returns the share of test pictures it names rightly. */
async function accuracyOf(file: string, project: Project, seed: number, augmented: boolean): Promise<number> {
  const inputs = project.data.inputs.map((input) => (input.type === "image" && !augmented ? { ...input, augment: [] } : input));
  writeFileSync(
    file,
    JSON.stringify({ ...project, seed, data: { ...project.data, inputs }, training: { ...project.training, engine: "onnxruntime", device: "cpu" } }),
  );
  let accuracy: number | undefined;
  const { result } = runInEngine({ kind: "train", project: join(file, "..") }, (event) => {
    if (event.event === "done") accuracy = event.test["label.accuracy"] ?? undefined;
  });
  await result;
  return defined(accuracy, "label.accuracy of the test");
}

/** @returns the mean of some values and its standard error. */
function told(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return `${mean.toFixed(3)} ± ${Math.sqrt(variance / values.length).toFixed(3)}`;
}
