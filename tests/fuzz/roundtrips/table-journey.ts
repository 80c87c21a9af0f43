import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { surveySeries } from "../../../src-main/datasets/series/survey-series.js";
import { surveyTable } from "../../../src-main/datasets/survey.js";
import { lookAtPicture } from "../../../src-main/datasets/pictures/picture-view.js";
import type { RunReport } from "../../../src-main/contract/report.js";
import { kindOf } from "../../../src-main/features/index.js";
import { BLANKS } from "../../../src-main/features/spelling.js";
import { type CreatedProject, createProject } from "../../../src-main/services/projects/create-project.js";
import { exportRun } from "../../../src-main/services/models/exports.js";
import { inspectProject } from "../../../src-main/training/inspect-project.js";
import { evaluateModel } from "../../../src-main/training/models/evaluate-model.js";
import { predictTable } from "../../../src-main/training/models/predict-table.js";
import { factsOf } from "../../../src-main/training/models/read-model.js";
import { train } from "../../../src-main/training/train.js";
import type { AskedOfPython, PythonPeer } from "../../support/python.js";
import type { Judge } from "../kind.js";
import { atWork } from "../work.js";
import { differenceOf, readAnswers } from "./answers.js";
import type { Written } from "./spell.js";
import type { Column, Meaning, Table } from "./table.js";
import type { TableFile } from "./table-file.js";

/** What a table of one file goes through, and what has to hold of it. */
export class TableJourney {
  readonly #project: string;

  /** @param table as its file calls its columns. */
  constructor(
    readonly folder: string,
    readonly table: Table,
    readonly file: TableFile,
    readonly judge: Judge,
  ) {
    this.#project = join(folder, "project");
  }

  get model(): string {
    return join(this.folder, "exported.onnx");
  }

  /** Every column is an input, the target, or told. @param target omitted: the last column. */
  async create(target: string | undefined): Promise<void> {
    const created = await createProject({
      folder: this.#project,
      data: this.file.path,
      ...(target === undefined ? {} : { targets: [target] }),
      look: lookAtPicture,
      survey: (question) => surveyTable({ ...question, workFolder: this.folder }),
      lookAtSeries: (question) => surveySeries({ ...question, workFolder: this.folder }),
    });
    for (const note of created.notes) this.judge.note(note);
    this.#columnsAreTold(created);
    const path = join(this.#project, "project.json");
    const document = JSON.parse(readFileSync(path, "utf8")) as { training: object };
    writeFileSync(path, JSON.stringify({ ...document, training: { ...document.training, epochs: 1, engine: "onnxruntime", device: "cpu" } }));
  }

  #columnsAreTold({ inputs, notes }: CreatedProject): void {
    for (const { name } of this.table.columns) {
      if (name === this.table.target.name || inputs.includes(name) || inputs.includes("every other column")) continue;
      if (!notes.some((note) => note.includes(`"${name}" is excluded: `))) this.judge.fault(`column "${name}" is neither used nor told: ${notes.join("; ")}`);
    }
  }

  /** Rows, missing values and means are those that were meant. */
  async inspect(): Promise<void> {
    const audit = await atWork((setting) => inspectProject({ project: this.#project }, setting));
    for (const { message } of audit.warnings) this.judge.note(message);
    this.#equal("rows", audit.rows, this.table.rows);
    this.#equal("columns", audit.columns.map(({ name }) => name).join("|"), this.table.columns.map(({ name }) => name).join("|"));
    for (const column of this.table.columns) {
      const seen = audit.columns.find(({ name }) => name === column.name);
      if (!seen) continue;
      const where = `column "${column.name}" (${column.kind})`;
      this.#equal(`missing values of ${where}`, seen.missing, column.cells.filter((meant) => meant === null).length);
      if (seen.role === undefined && !audit.warnings.some((warning) => warning.column === column.name)) this.judge.fault(`${where} has no role and no reason`);
      if (seen.type === "number") this.#nearly(`mean of ${where}`, seen.mean ?? NaN, meanOf(column));
      else if (seen.type === "text") this.#equal(`values of ${where}`, seen.distinct, new Set(column.cells.filter((meant) => meant !== null).map(String)).size);
      if ((column.kind === "quantity" || column.kind === "whole") && !["number", "text"].includes(seen.type)) this.judge.fault(`${where} is ${seen.type}`);
      if (column.kind === "quantity" && seen.type !== "number") this.judge.fault(`${where} is no number but ${seen.type}`);
    }
  }

  /** Rows in are rows used and rows told. */
  async train(): Promise<void> {
    await atWork((setting) => train({ project: this.#project }, setting));
    const { data } = JSON.parse(readFileSync(join(this.#project, "runs", "0001", "report.json"), "utf8")) as RunReport;
    const { train: trained, validation, test } = data.rows;
    const skipped = Object.values(data.skipped).reduce((sum, rows) => sum + rows, 0);
    const unanswered = this.#unanswered();
    this.#equal("rows used and told", trained + validation + test + skipped, this.table.rows);
    this.#equal(`rows told as missing a target (${JSON.stringify(data.skipped)})`, skipped, unanswered);
    await exportRun(join(this.#project, "runs", "0001"), "onnx", this.model);
  }

  #unanswered(): number {
    return this.table.target.cells.filter((meant) => meant === null).length;
  }

  /** One answer for each row. @returns the answers as texts, by row. */
  async predict(data: string): Promise<ReturnType<typeof readAnswers>> {
    const out = join(this.folder, "answers.csv");
    const result = await atWork((setting) => predictTable({ model: this.model, data, out, device: "cpu" }, setting));
    const answers = readAnswers(out);
    this.#equal(`predictions of ${data}`, result.samples, this.table.rows);
    const samples = answers.rows.map(([sample]) => sample);
    if (samples.some((sample, row) => sample !== String(row + 1))) this.judge.fault(`the answers to ${data} are of rows ${samples.join(", ")}`);
    return answers;
  }

  /** Rows judged and rows told are all rows. */
  async evaluate(data: string): Promise<void> {
    const { samples, skipped, unknownClasses } = await atWork((setting) => evaluateModel({ model: this.model, data, device: "cpu" }, setting));
    const told = Object.values(skipped).reduce((sum, rows) => sum + rows, 0);
    this.#equal(`rows of ${data} judged and told`, samples + told, this.table.rows);
    this.#equal(`rows of ${data} judged (${JSON.stringify({ skipped, unknownClasses })})`, samples, this.table.rows - this.#unanswered());
  }

  /** The same values in another spelling have the same answers. */
  same(what: string, answers: ReturnType<typeof readAnswers>, others: ReturnType<typeof readAnswers>): void {
    const row = answers.rows.findIndex((cells, r) => cells.join("|") !== others.rows[r]?.join("|"));
    if (row < 0) return;
    const meant = this.table.columns.map(({ name, cells }, k) => `${name}: ${String(cells[row])} as ${JSON.stringify(this.file.written[k]?.[row])}`);
    this.judge.fault(`row ${row + 1} has other answers ${what}: ${answers.rows[row]?.join()} and ${others.rows[row]?.join()}; ${meant.join("; ")}`);
  }

  /** Python's onnxruntime, fed as README says whoever feeds the file must prepare its values, gives the same numbers. */
  async inPython(python: PythonPeer, { rows }: ReturnType<typeof readAnswers>): Promise<void> {
    const { fitted } = factsOf(readFileSync(this.model), this.model);
    const feeds: Record<string, AskedOfPython["feeds"][string]> = {};
    for (const input of fitted.inputs) {
      const kind = kindOf(input);
      const columns = kind.columnsOf(input).map((name) => this.table.columns.findIndex((column) => column.name === name));
      const shape = [this.table.rows, columns.length];
      const each = <T>(value: (k: number, row: number) => T) => Array.from({ length: this.table.rows }, (_, row) => columns.map((k) => value(k, row))).flat();
      feeds[input.name] =
        kind.cells === "number"
          ? { dtype: "float32", shape, data: each((k, row) => numberOf(this.table.columns[k]?.cells[row] ?? null)) }
          : { dtype: "string", shape, data: each((k, row) => textOf(this.table.columns[k]?.cells[row] ?? null, this.file.written[k]?.[row] ?? null)) };
    }
    const answers = await python.ask<Record<string, number[][]>>({ model: this.model, feeds } satisfies AskedOfPython);
    const [theirs = []] = Object.values(answers);
    const width = theirs[0]?.length ?? 0;
    // Behind the row's number stand the number itself, or the class and the probabilities, of which the last ones are the model's own.
    const own = rows.map((cells) => cells.slice(cells.length - width).map(Number));
    const difference = differenceOf(own, theirs);
    if (difference !== undefined) this.judge.fault(`Python has other answers: ${difference}`);
  }

  #equal(what: string, got: unknown, expected: unknown): void {
    if (got !== expected) this.judge.fault(`${what}: got ${String(got)}, expected ${String(expected)}`);
  }

  #nearly(what: string, got: number, expected: number): void {
    if (!(Math.abs(got - expected) <= 1e-6 * Math.max(1, Math.abs(expected)))) this.judge.fault(`${what}: got ${got}, expected ${expected}`);
  }
}

function meanOf({ cells }: Column): number {
  const numbers = cells.flatMap((meant) => (meant === null ? [] : [Number(meant)]));
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

function numberOf(meant: Meaning): number | null {
  return meant === null ? null : Number(meant);
}

/** A cell as whoever feeds the model prepares it: without outer blanks, in NFC, a whole number without decimals, "" where it is missing. */
function textOf(meant: Meaning, written: Written): string {
  if (meant === null) return "";
  const text = String(written);
  let [from, to] = [0, text.length];
  while (from < to && BLANKS.includes(text[from] ?? "")) from++;
  while (to > from && BLANKS.includes(text[to - 1] ?? "")) to--;
  return text
    .slice(from, to)
    .normalize("NFC")
    .replace(/^([+-]?\d+)\.0+$/, "$1");
}
