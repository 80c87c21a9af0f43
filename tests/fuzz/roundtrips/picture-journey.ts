import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { usageSnippet } from "../../../src-renderer/composables/usage-snippet.js";
import type { RunReport } from "../../../src-main/contract/report.js";
import { lookAtPicture } from "../../../src-main/datasets/pictures/picture-view.js";
import { surveySeries } from "../../../src-main/datasets/series/survey-series.js";
import { surveyTable } from "../../../src-main/datasets/survey.js";
import { createProject } from "../../../src-main/services/projects/create-project.js";
import { exportRun } from "../../../src-main/services/models/exports.js";
import { readCard } from "../../../src-main/services/models/model-card.js";
import { predictTable } from "../../../src-main/training/models/predict-table.js";
import { train } from "../../../src-main/training/train.js";
import type { PythonPeer } from "../../support/python.js";
import type { Judge } from "../kind.js";
import { atWork } from "../work.js";
import { readAnswers } from "./answers.js";

/**
 * A pixel may be one of 255 off, where PIL and libvips round a profile's colours at other places. A network that saw one epoch turns that into less than a
 * thousandth; a picture that is turned, too dark or in wrong colours is further away.
 */
const TOLERANCE = 0.002;

export interface PictureProject {
  readonly folder: string;
  readonly pictures: string;
  readonly judge: Judge;
  readonly color: "rgb" | "gray";
  readonly background: string;
}

/** Trains on a folder of pictures: each is used or told. @returns the exported model */
export async function trainOnPictures({ folder, pictures, judge, color, background }: PictureProject): Promise<string> {
  const project = join(folder, "project");
  const { notes } = await createProject({
    folder: project,
    data: pictures,
    look: lookAtPicture,
    survey: (question) => surveyTable({ ...question, workFolder: folder }),
    lookAtSeries: (question) => surveySeries({ ...question, workFolder: folder }),
  });
  for (const note of notes) judge.note(note);
  const path = join(project, "project.json");
  const document = JSON.parse(readFileSync(path, "utf8")) as { readonly data: { readonly inputs: readonly object[] }; readonly training: object };
  const inputs = document.data.inputs.map((input) => ({ ...input, size: [16, 16], color, background, augment: [], normalize: "none" }));
  const training = { ...document.training, epochs: 1, batchSize: 8, engine: "onnxruntime", device: "cpu" };
  writeFileSync(path, JSON.stringify({ ...document, data: { ...document.data, inputs }, training }));
  await atWork((setting) => train({ project }, setting));
  const { data } = JSON.parse(readFileSync(join(project, "runs", "0001", "report.json"), "utf8")) as RunReport;
  for (const warning of data.warnings) judge.note(warning);
  const used = data.rows.train + data.rows.validation + data.rows.test;
  const skipped = Object.values(data.skipped).reduce((sum, rows) => sum + rows, 0);
  const all = readdirSync(pictures, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
  if (used + skipped !== all) judge.fault(`${used} pictures used and ${skipped} told (${JSON.stringify(data.skipped)}) are not all ${all}`);
  const model = join(folder, "model.onnx");
  await exportRun(join(project, "runs", "0001"), "onnx", model);
  return model;
}

export interface Compared {
  readonly model: string;
  readonly folder: string;
  readonly pictures: string;
  readonly judge: Judge;
  readonly python: PythonPeer;
  /** What each picture is, by its name without an ending. */
  readonly made: Readonly<Record<string, string>>;
}

/** Each picture has an answer or a reason; the program that Export writes gives the same answers, and refuses the same pictures. */
export async function comparePictures({ model, folder, pictures, judge, python, made }: Compared): Promise<void> {
  const out = join(folder, "answers.csv");
  await atWork((setting) => predictTable({ model, data: pictures, out, device: "cpu" }, setting));
  const { head, rows } = readAnswers(out);
  const files = readdirSync(pictures, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(pictures.length + 1));
  const answered = new Map(rows.map((cells) => [cells[0] ?? "", cells]));
  for (const file of files) if (!answered.has(file)) judge.fault(`${file} has neither an answer nor a reason`);
  const program = usageSnippet("python", readCard(model), model);
  const theirs = await python.ask<readonly { readonly answer?: readonly number[]; readonly error?: string }[]>({
    program,
    pictures: files.map((file) => join(pictures, file)),
  });
  files.forEach((file, k) => {
    const cells = answered.get(file);
    if (!cells) return;
    const { answer, error } = theirs[k] ?? {};
    const what = `${file} (${made[file.replace(/\.\w+$/, "")] ?? ""})`;
    const reason = head.at(-1) === "error" ? (cells.at(-1) ?? "") : "";
    if (reason !== "") {
      judge.note(`${what} ${reason}; in Python ${error ?? "answered"}`);
      if (error === undefined) judge.fault(`${what} is refused here, as it ${reason}, and read in Python`);
      else if (!error.startsWith("ValueError: ")) judge.fault(`${what} is refused in Python in words of a library: ${error}`);
    } else if (error !== undefined) judge.fault(`${what} is read here and refused in Python: ${error}`);
    else {
      const own = cells.slice(2, 2 + (answer?.length ?? 0)).map(Number);
      const difference = Math.max(...own.map((value, i) => Math.abs(value - (answer?.[i] ?? NaN))));
      if (!(difference <= TOLERANCE)) judge.fault(`${what}: ${own.join()} here, ${answer?.join()} in Python`);
      else if (difference > 1e-4) judge.note(`${what}: ${difference} apart`);
    }
  });
}
