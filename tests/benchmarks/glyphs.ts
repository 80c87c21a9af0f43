import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { packageRoot } from "../../src-main/base/entries.js";
import { defined } from "../../src-main/base/assert.js";
import type { ProjectInput } from "../../src-main/contract/project.js";
import { surveyBy } from "../../src-main/services/data/survey.js";
import { runInEngine } from "../../src-main/services/processes/engine-link.js";
import { createReader } from "../../src-main/services/processes/reader.js";
import { createProject } from "../../src-main/services/projects/create-project.js";
import { glyphModel } from "./networks.js";
import { findPyTorch } from "./pytorch-peer.js";

/**
 * What networks that join and fork reach on printed letters, `train` and `test/<alphabet>/<character>/*.png`, the test in typefaces that training does not
 * have: picture and alphabet to character, and picture to alphabet and character. The course's networks as `pytorch_glyphs.py` describes them, ours beside
 * PyTorch's, and what `new` proposes. The course's train on every picture of `train`, without augmentation; what is proposed keeps a part for validation.
 * `bench glyphs <folder> 1,2,3 two-input course` takes other pictures than the bundled part of them, these seeds, one of the networks, and of ours the course's
 * or the `proposed` alone.
 */
const [folder = join(packageRoot, "resources", "samples", "glyphs"), given = "1,2,3", ...asked] = process.argv.slice(2);
const letters = resolve(folder);
const seeds = given.split(",").map(Number);
const wanted = <T extends string>(all: readonly T[]): readonly T[] =>
  all.some((name) => asked.includes(name)) ? all.filter((name) => asked.includes(name)) : all;
const networks = wanted(["two-input", "two-output"] as const);
const ours = wanted(["course", "proposed"] as const);
const targetsOf = { "two-input": ["character"], "two-output": ["alphabet", "character"] } as const;

type Network = (typeof networks)[number];
type Shares = Readonly<Record<string, number>>;

const work = mkdtempSync(join(tmpdir(), "lathe-bench-"));
try {
  for (const network of networks) {
    const proposed = await propose(network);
    const rows: Record<string, Shares[]> = Object.fromEntries(ours.map((name) => [name, []]));
    const projects = { course: course(network, proposed), proposed };
    for (const seed of seeds) {
      for (const name of ours) rows[name]?.push(await train(network, projects[name], seed));
      tell(network, `seed ${seed}`, rows);
    }
    const torch = ours.includes("course") ? findPyTorch() : undefined;
    if (torch) {
      const script = join(packageRoot, "tests", "benchmarks", "pytorch_glyphs.py");
      const { stdout, stderr } = spawnSync(torch.python, [script, letters, seeds.join(","), network], { encoding: "utf8" });
      const lines = stdout.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Record<string, number>] : []));
      if (lines.length === 0) console.log(stderr);
      rows[`PyTorch ${String(lines[0]?.["torch"] ?? "")}`] = lines;
    } else if (ours.includes("course")) console.log("PyTorch is not installed: only ours is trained");
    summarise(network, rows);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** The project that `new` makes of the folder. */
async function propose(network: Network): Promise<ProjectInput> {
  const reader = createReader();
  const { file } = await createProject({
    folder: join(work, network),
    data: join(letters, "train"),
    test: join(letters, "test"),
    levels: ["alphabet", "character"],
    targets: [...targetsOf[network]],
    ...(network === "two-input" ? { inputs: ["alphabet"] } : {}),
    ...surveyBy(reader, reader),
  }).finally(() => reader.close());
  return JSON.parse(readFileSync(file, "utf8")) as ProjectInput;
}

function course(network: Network, proposed: ProjectInput): ProjectInput {
  const picture = defined(
    proposed.data.inputs.find(({ type }) => type === "image"),
    "the picture",
  ).name;
  const inputs = proposed.data.inputs.map((input) => {
    if (input.type === "image") return { ...input, size: [64, 64] as [number, number], normalize: "none" as const, augment: [] };
    return input.type === "category" ? { name: input.name, type: "category" as const, column: input.column } : input;
  });
  return {
    ...proposed,
    data: { ...proposed.data, inputs, split: { validation: 0, test: 0 } },
    model: glyphModel(network, picture),
    training: { epochs: 10, batchSize: 32, optimizer: { type: "Adam", lr: 0.001 } },
  };
}

/** Trains in an engine process, as the command line does. @returns by target, the share of test pictures that is named rightly. */
async function train(network: Network, project: ProjectInput, seed: number): Promise<Shares> {
  const home = join(work, network);
  writeFileSync(join(home, "project.json"), JSON.stringify({ ...project, seed, training: { ...project.training, engine: "onnxruntime", device: "cpu" } }));
  let shares: Shares | undefined;
  const { result } = runInEngine({ kind: "train", project: home }, (event) => {
    if (event.event === "done") shares = Object.fromEntries(targetsOf[network].map((name) => [name, event.test[`${name}.accuracy`] ?? Number.NaN]));
  });
  await result;
  return defined(shares, "the test's shares");
}

function tell(network: Network, what: string, rows: Readonly<Record<string, readonly Shares[]>>): void {
  const told = Object.entries(rows).map(([name, shares]) => `${name} ${show(network, shares.at(-1) ?? {})}`);
  console.log(`${network}, ${what}: ${told.join("; ")}`);
}

function show(network: Network, shares: Shares): string {
  return targetsOf[network].map((name) => `${name} ${(shares[name] ?? Number.NaN).toFixed(3)}`).join(", ");
}

function summarise(network: Network, rows: Readonly<Record<string, readonly Shares[]>>): void {
  console.log(`${network}: share of the test's pictures named rightly, mean (least to most) of ${seeds.length} seeds`);
  for (const [name, shares] of Object.entries(rows)) {
    const told = targetsOf[network].map((target) => {
      const values = shares.map((one) => one[target] ?? Number.NaN);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return `${target} ${mean.toFixed(3)} (${Math.min(...values).toFixed(3)} to ${Math.max(...values).toFixed(3)})`;
    });
    console.log(`  ${name}: ${told.join(", ")}`);
  }
}
