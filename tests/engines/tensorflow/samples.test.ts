import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../../src-main/base/entries.js";
import { listSamples } from "../../../src-main/services/projects/samples.js";
import { last, lathe } from "../../support/lathe.js";
import { tensorflowUnderTest } from "../../support/tensorflow.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const { native } = await tensorflowUnderTest();
/**
 * Each sample takes three trainings. By default pictures and several series, with `npm run test:all` pictures with two targets too, which `steps.test.ts`
 * compares apart: networks for pictures, and a network with two. `npm run soak` asks for all but credit, of which `runs.test.ts` compares more metrics over
 * more seeds.
 */
const LONG = "glyphs";
const usual = ["fashion", LONG, "meters"];
const all = (await listSamples()).filter(({ sample }) => sample !== "credit");
const samples = process.env["LATHE_SAMPLES"] === "all" ? all : all.filter(({ sample }) => usual.includes(sample));
if (samples.length < all.length) console.log(`skipped: ${all.length - samples.length} samples, of which each takes three trainings; npm run soak has all`);

/** Recurrent networks take TensorFlow minutes an epoch; small ones are compared step by step beside this. */
const templateOf = (kind: string, template: string): string => (kind === "series" ? "linear" : template);

/** Training pictures on TensorFlow.js's own kernels takes an hour. */
const slow = (kind: string): boolean => !native && kind === "pictures";
for (const { sample, kind } of samples)
  if (slow(kind)) console.log(`skipped: ${sample}, since the TensorFlow library is not here and its pictures would take an hour without`);

const title = "the sample %s (%s) reaches the same metrics on both engines, closer than two seeds on one";
const rows = samples.map(({ sample, kind }) => [sample, kind] as const).filter(([, kind]) => !slow(kind));
/** Three trainings on pictures: minutes where the machine is busy with something else. */
const timeout = 1_200_000;
it.each(rows.filter(([sample]) => sample !== LONG))(title, { timeout }, compare);
it.each(rows.filter(([sample]) => sample === LONG))(title, { timeout, tags: ["long"] }, compare);

async function compare(sample: string, kind: string): Promise<void> {
  const files = JSON.parse(readFileSync(join(packageRoot, "resources", "samples", sample, "sample.json"), "utf8")) as {
    readonly file: string;
    readonly test?: string;
    readonly target: string;
    readonly targets?: readonly string[];
    readonly levels?: readonly string[];
    readonly names?: string;
    readonly splitBy?: string;
    readonly template: string;
  };
  const { levels, names, splitBy, targets = [files.target] } = files;
  const at = (name: string) => join(packageRoot, "resources", "samples", sample, name);
  const folder = temporaryFolder();
  const made = await lathe(
    "new",
    join(folder, sample),
    "--template",
    templateOf(kind, files.template),
    "--data",
    at(files.file),
    ...(files.test === undefined ? [] : ["--test", at(files.test)]),
    ...(levels === undefined ? [] : ["--levels", levels.join(",")]),
    ...(names === undefined ? [] : ["--names", names]),
    ...(splitBy === undefined ? [] : ["--split-by", splitBy]),
    ...targets.flatMap((target) => ["--target", target]),
  );
  expect(made.code, made.stderr).toBe(0);
  const run = async (engine: string, seed: number) => {
    const { code, stderr, events } = await lathe(
      "train",
      join(folder, sample),
      "--engine",
      engine,
      "--seed",
      String(seed),
      "--epochs",
      kind === "table" ? "4" : "1",
      "--json",
    );
    expect(code, stderr).toBe(0);
    return Number((last(events, "done")["test"] as Readonly<Record<string, number>>)["loss"]);
  };
  const [first, second, theirs] = [await run("onnxruntime", 1), await run("onnxruntime", 2), await run("tensorflow", 1)];
  console.log(`${sample}: test loss ${first} and ${second} on onnxruntime by seed, ${theirs} on tensorflow with the first`);
  expect(Math.abs(theirs - first)).toBeLessThan(Math.abs(second - first));
}
