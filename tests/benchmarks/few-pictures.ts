import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { defined } from "../../src-main/base/assert.js";
import { packageRoot } from "../../src-main/base/entries.js";
import { Random } from "../../src-main/base/random.js";
import type { LearningWay } from "../../src-main/contract/learning-ways.js";
import type { ProjectInput } from "../../src-main/contract/project.js";
import { surveyBy } from "../../src-main/services/data/survey.js";
import { runInEngine } from "../../src-main/services/processes/engine-link.js";
import { createReader } from "../../src-main/services/processes/reader.js";
import { createProject } from "../../src-main/services/projects/create-project.js";

/**
 * What few pictures teach: the bundled drawings, some of each class and all of them, by the network that is proposed for them, which begins from a pretrained
 * one, and by the network that begins from nothing; then the two ways to train the pretrained one further. Accuracy on the same 70 test pictures, projects as
 * `new` makes them; the seed draws the pictures, the split and the weights. `bench few-pictures 1,2,3 5,10,all` takes these seeds and numbers of pictures.
 */
const seeds = (process.argv[2] ?? "1,2,3,4,5").split(",").map(Number);
const counts = (process.argv[3] ?? "5,10,20,all").split(",").map((count) => (count === "all" ? Infinity : Number(count)));
const drawings = join(packageRoot, "resources", "samples", "clipart");
const work = mkdtempSync(join(tmpdir(), "lathe-bench-"));

interface Judged {
  readonly accuracy: number;
  readonly seconds: number;
}

try {
  const found = new Map<string, Judged[]>();
  for (const count of counts)
    for (const seed of seeds) {
      const data = draw(count, seed);
      const each = count === Infinity ? "all" : `${count} of each`;
      const scratch = await propose(data, seed, "images");
      note(`${each}, from scratch`, await train(scratch, { seed }));
      const pretrained = await propose(data, seed);
      note(`${each}, pretrained`, await train(pretrained, { seed }));
      if (count !== Infinity) continue;
      for (const learn of ["end", "all"] as const) note(`${each}, then its ${learn}`, await train(pretrained, { seed, learn, from: "0001" }));
    }
  console.log(`${seeds.length} seeds, ${cpus().length} processors (${cpus()[0]?.model ?? "unknown"}); accuracy on 70 test pictures, and seconds of training`);
  for (const [what, judged] of found) {
    const values = judged.map(({ accuracy }) => accuracy);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const seconds = defined(judged.map((one) => one.seconds).toSorted((a, b) => a - b)[judged.length >> 1], "seconds");
    const range = `${Math.min(...values).toFixed(3)} to ${Math.max(...values).toFixed(3)}`;
    console.log(`${what.padEnd(28)} ${mean.toFixed(3)} (${range})  ${seconds.toFixed(1)} s`);
  }
  function note(what: string, judged: Judged): void {
    console.log(`${what}: ${judged.accuracy.toFixed(3)}, ${judged.seconds.toFixed(1)} s`);
    const list = found.get(what);
    if (list) list.push(judged);
    else found.set(what, [judged]);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** A folder with so many pictures of each class, drawn by the seed. */
function draw(count: number, seed: number): string {
  const train = join(drawings, "train");
  if (count === Infinity) return train;
  const folder = join(work, `${count}-${seed}`);
  for (const name of readdirSync(train)) {
    mkdirSync(join(folder, name), { recursive: true });
    const files = readdirSync(join(train, name)).toSorted();
    new Random("few-pictures", name, String(seed)).shuffle(files);
    for (const file of files.slice(0, count)) cpSync(join(train, name, file), join(folder, name, file));
  }
  return folder;
}

/** The project that `new` makes of the pictures. @returns its folder */
async function propose(data: string, seed: number, template?: string): Promise<string> {
  const folder = mkdtempSync(join(work, "project-"));
  const reader = createReader();
  const { file } = await createProject({
    folder: join(folder, "project"),
    data,
    test: join(drawings, "test"),
    ...(template === undefined ? {} : { template }),
    ...surveyBy(reader, reader),
  }).finally(() => reader.close());
  const project = JSON.parse(readFileSync(file, "utf8")) as ProjectInput;
  writeFileSync(file, JSON.stringify({ ...project, seed, training: { ...project.training, engine: "onnxruntime", device: "cpu" } }));
  return join(folder, "project");
}

/** Trains in an engine process, as the command line does. */
async function train(project: string, options: { readonly seed: number; readonly learn?: LearningWay; readonly from?: string }): Promise<Judged> {
  let accuracy: number | undefined;
  const began = performance.now();
  const { result } = runInEngine({ kind: "train", project, ...options }, (event) => {
    if (event.event === "done") accuracy = event.test["label.accuracy"] ?? undefined;
  });
  await result;
  return { accuracy: defined(accuracy, "accuracy of the test"), seconds: (performance.now() - began) / 1000 };
}
