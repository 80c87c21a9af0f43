import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { expect, it } from "vitest";
import { packageRoot } from "../../../../src-main/base/entries.js";
import { Random } from "../../../../src-main/base/random.js";
import type { ImportRequest } from "../../../../src-main/contract/import-report.js";
import { fileEngine } from "../../../../src-main/engines/index.js";
import { readForeignModel } from "../../../../src-main/importers/read-file.js";
import { decodeModel, encodeModel } from "../../../../src-main/onnx/protobuf.js";
import { type Model, type TensorData, tensor } from "../../../../src-main/onnx/types.js";
import { type ProjectWish, importProject, reportImport } from "../../../../src-main/services/imports/import-project.js";
import type { EngineRunner } from "../../../../src-main/services/jobs/jobs.js";
import { importModel } from "../../../../src-main/training/importing/import-model.js";
import { TrainingControl } from "../../../../src-main/training/process/control.js";
import { train } from "../../../../src-main/training/train.js";
import { writeClasses } from "../../../support/pictures.js";
import { surveyHere } from "../../../support/survey.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

// Networks of other programs, frozen under a new head: what is exported gives the head the features that the file itself has where it is cut.

const here: EngineRunner = async (work, _, check) => check(await importModel(work as unknown as ImportRequest, () => undefined));
const fixture = (name: string) => join(packageRoot, "tests", "fixtures", "imported", `${name}.onnx`);

async function projectOf(model: string, wish: Omit<ProjectWish, "folder" | keyof typeof surveyHere>, size?: readonly [number, number]) {
  const folder = join(temporaryFolder(), "project");
  return { folder, ...(await importProject({ model: fixture(model), size }, { ...wish, folder, ...surveyHere }, here)) };
}

/** Trains one epoch with all of the file's weights frozen. @returns the exported model */
async function exported(project: string): Promise<Model> {
  const setting = { emit: () => undefined, control: new TrainingControl(), clock: () => performance.now(), now: () => new Date() };
  const done = await train({ project, epochs: 1 }, setting);
  const report = JSON.parse(readFileSync(join(project, "runs", "0001", "report.json"), "utf8")) as { parity: { passed: boolean } };
  expect([done.ended, report.parity.passed]).toEqual(["completed", true]);
  return decodeModel(readFileSync(done.model!));
}

/** What a model's value is for what it is fed. */
async function valueOf(model: Model, value: string, fed: TensorData): Promise<number[]> {
  const graph = { ...model.graph, inputs: model.graph.inputs, outputs: [{ name: value, dtype: "float32" as const, shape: ["N", "F"] }], types: new Map() };
  const session = await fileEngine.load(encodeModel({ ...model, graph }), { device: "cpu", threads: 1 });
  const answers = await session.run({ [model.graph.inputs[0]!.name]: fed });
  await session.dispose();
  return Array.from((answers[value] as { data: Float32Array }).data);
}

/** What the last weighted sum of a model reads. */
const headReads = ({ graph }: Model) => graph.nodes.findLast(({ op }) => op === "Gemm" || op === "MatMul")!.inputs[0]!;

function close(got: readonly number[], wanted: readonly number[]): void {
  expect(got.length).toBe(wanted.length);
  const unit = Math.max(...wanted.map(Math.abs));
  expect(unit).toBeGreaterThan(0.01);
  expect(Math.max(...wanted.map((w, i) => Math.abs(w - got[i]!))) / unit).toBeLessThan(1e-4);
}

type Pixel = (value: number, channel: number) => number;

it.each<readonly [string, object, { readonly last?: true; readonly gray?: true; readonly bgr?: true; readonly of: Pixel }]>([
  [
    "channels-last",
    { channels: "bgr", normalize: "0.1/0.2/0.3,0.5/0.6/0.7" },
    { last: true, bgr: true, of: (x, c) => (x / 255 - [0.1, 0.2, 0.3][c]!) / [0.5, 0.6, 0.7][c]! },
  ],
  ["gray-open", { normalize: "-1..1" }, { gray: true, of: (x) => x / 127.5 - 1 }],
  ["half", { normalize: "imagenet" }, { of: (x, c) => (x / 255 - [0.485, 0.456, 0.406][c]!) / [0.229, 0.224, 0.225][c]! }],
  ["beside", { channels: "bgr", normalize: "0..255" }, { bgr: true, of: (x) => x }],
  ["normalising", {}, { of: (x) => x / 255 }],
])("pictures mean to %s what is said of them", async (name, wish, { last, gray, bgr, of }) => {
  const data = join(temporaryFolder(), "pictures");
  await writeClasses(data, ["dark", "light"], 12, { width: 12, height: 12, channels: gray ? 1 : 3 });
  const { folder, report } = await projectOf(name, { data, freeze: "all", ...wish }, gray && [12, 12]);
  expect(report.compared?.map(({ difference }) => difference < 1e-6)).toEqual([true, true]);
  const model = await exported(folder);

  const files = readdirSync(join(data, "dark")).slice(0, 2);
  const channels = gray ? 1 : 3;
  const pixels = await Promise.all(
    files.map((file) =>
      sharp(join(data, "dark", file))
        .toColourspace(gray ? "b-w" : "srgb")
        .raw()
        .toBuffer(),
    ),
  );
  const raw = tensor(
    "uint8",
    pixels.flatMap((p) => [...p]),
    [2, 12, 12, channels],
  );
  // [N, H, W, C], or [N, C, H, W].
  const values = pixels.map((p) => Array.from(p, (x, i) => of(x, i % channels)));
  const order = [...Array(channels).keys()].map((c) => (bgr ? channels - 1 - c : c));
  const places = [...Array(144).keys()];
  const asked = values.flatMap((p) =>
    last ? places.flatMap((i) => order.map((c) => p[i * channels + c]!)) : order.flatMap((c) => places.map((i) => p[i * channels + c]!)),
  );
  const own = readForeignModel(fixture(name)).model;
  const answers = [0, 1].map((i) => {
    const one = asked.slice((i * asked.length) / 2, ((i + 1) * asked.length) / 2);
    return valueOf(own, "features", tensor("float32", one, last ? [1, 12, 12, channels] : [1, channels, 12, 12]));
  });
  close(await valueOf(model, headReads(model), raw), (await Promise.all(answers)).flat());
});

it("rows are read in the order of --input, as they are where that is said", async () => {
  const random = new Random("table");
  const rows = Array.from({ length: 60 }, () => Array.from({ length: 5 }, () => Number((3 + 2 * random.normal()).toFixed(3))));
  const data = join(temporaryFolder(), "t.csv");
  writeFileSync(data, `a,b,c,d,e,y\n${rows.map((row) => [...row, row[0]! > 3 ? "yes" : "no"].join(",")).join("\n")}\n`);
  const { folder, created } = await projectOf("mlp.old", { data, targets: ["y"], inputs: ["e", "d", "c", "b", "a"], freeze: "all", normalize: "none" });
  expect([created.inputs, created.notes.filter((note) => /deviation/.test(note))]).toEqual([["e", "d", "c", "b", "a"], []]);
  const model = await exported(folder);
  const fed = tensor(
    "float32",
    rows.slice(0, 3).flatMap((row) => [...row].reverse()),
    [3, 5],
  );
  const { model: own } = readForeignModel(fixture("mlp.old"));
  close(await valueOf(model, headReads(model), fed), await valueOf(own, headReads(own), fed));
  // All columns, in the file's order, where none is named; standardised, which is said.
  const whole = await projectOf("mlp.new", { data, targets: ["y"] });
  expect(whole.created.inputs).toEqual(["a", "b", "c", "d", "e"]);
  expect(whole.created.notes.at(-1)).toMatch(/^columns are brought to mean 0 and deviation 1, as nothing was said/);
  await expect(projectOf("mlp.new", { data, targets: ["y"], inputs: ["a", "b"] })).rejects.toThrow("the network reads 5 numbers a row, got 2: a, b;");
  await expect(projectOf("mlp.new", { data, targets: ["y"], normalize: "imagenet" })).rejects.toThrow("expected standard, minmax, none");
  await expect(projectOf("mlp.new", { data, targets: ["y"], channels: "bgr" })).rejects.toThrow(
    "the order of channels is of pictures; the network reads rows of numbers",
  );
});

it("windows of a series are read likewise", async () => {
  const name = "gru.old";
  const random = new Random("series");
  const rows = Array.from({ length: 150 }, (_, i) => [0, 1, 2, 3].map((k) => Number((Math.sin(i / (4 + k)) + 0.1 * random.normal()).toFixed(3))));
  const day = (i: number) => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
  const data = join(temporaryFolder(), "s.csv");
  writeFileSync(data, `day,a,b,c,d\n${rows.map((row, i) => [day(i), ...row].join(",")).join("\n")}\n`);
  const { folder, created } = await projectOf(name, { data, targets: ["a"], inputs: ["d", "c", "b", "a"], freeze: "all", normalize: "none" });
  expect(created.inputs).toEqual(["d", "c", "b", "a"]);
  const model = await exported(folder);
  const fed = tensor(
    "float32",
    rows.slice(0, 14).flatMap((row) => [...row].reverse()),
    [2, 7, 4],
  );
  const { model: own } = readForeignModel(fixture(name));
  close(await valueOf(model, headReads(model), fed), await valueOf(own, headReads(own), fed));
});

it("a calendar, which would be a second window, is left out, or refused where it is asked for", async () => {
  const data = join(temporaryFolder(), "s.csv");
  const day = (i: number) => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
  const cells = (i: number) => [3, 4, 5, 6].map((k) => Math.sin(i / k).toFixed(3));
  writeFileSync(data, `day,a,b,c,d\n${Array.from({ length: 150 }, (_, i) => [day(i), ...cells(i)].join(",")).join("\n")}\n`);
  const wish = { data, targets: ["a"] };
  await expect(projectOf("gru.old", { ...wish, series: { calendar: ["weekday"] } })).rejects.toThrow(
    "the network reads one window of a series, got past, known",
  );
  const { folder } = await projectOf("gru.old", wish);
  const project = JSON.parse(readFileSync(join(folder, "project.json"), "utf8")) as { data: { inputs: unknown } };
  expect(project.data.inputs).toEqual([expect.objectContaining({ columns: ["a", "b", "c", "d"], length: 7 })]);
});

it("a size is said of pictures and windows that are open, and of nothing else", async () => {
  const report = async (model: string, size?: readonly [number, number]) => (await reportImport({ model: fixture(model), size }, here)).report;
  const open = await report("gray-open");
  expect(open.notes).toContain("the input x is open, [N, 1, height, width]; a project fixes its lengths: say them with --size");
  expect((await report("gray-open", [20, 16])).inputs[0]!.shape).toEqual(["N", 1, 20, 16]);
  await expect(report("half", [20, 16])).rejects.toThrow("got 20 for axis 2, which the file has fixed");
  await expect(report("gru.old", [20, 16])).rejects.toThrow("got 20 for axis 1, which the file has fixed");
  await expect(report("mlp.new", [20, 16])).rejects.toThrow("a size is of pictures, [N, C, H, W], or of windows, [N, T, C]; the file reads x [");
});
