import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { LatheError } from "../../base/errors.js";
import { modeLike } from "../../base/replace-file.js";
import { partOf } from "../../base/work-folder.js";
import type { PredictRequest } from "../../contract/engine-messages.js";
import type { TablePrediction } from "../../contract/evaluation-views.js";
import type { PredictionResult } from "../../contract/results.js";
import { type TableReader, describeSkipped, readTable } from "../../datasets/index.js";
import { picturesOf } from "../../features/index.js";
import { AnswerLines } from "./answer-lines.js";
import { answerColumns, answerHead } from "./answers.js";
import { CsvFile, putInPlace } from "./csv-file.js";
import { outputName } from "./inference-model.js";
import type { WorkSetting } from "../process/setting.js";
import { faultsOfModel } from "./tell-faults.js";
import { nothingToAnswer, strangersOf } from "./tell-strangers.js";
import { serveModel } from "./served-model.js";
import { floats } from "../trainer.js";

/**
 * Answers for every row of a table, as CSV: `sample` (the row's number, from 1, or a picture's path in its folder), then for each target `<target>` and, for
 * classes, one `<target>:<class>` column of probabilities. A picture that cannot be read has a row without an answer, and a column `error` says why. The file
 * appears whole or not at all. Every cell is exact unless it is meant for a spreadsheet; what that would take for a formula is counted.
 */
export async function predictTable(
  request: PredictRequest,
  { emit, control }: WorkSetting,
): Promise<PredictionResult & Partial<Pick<TablePrediction, "preview">>> {
  const out = resolve(request.out);
  const model = await serveModel(request.model, request.device ?? "auto");
  const temporary = request.temporary ?? partOf(out);
  try {
    const { fitted, thresholds } = model.facts;
    const table = await readTable({ fitted, folder: process.cwd(), path: resolve(request.data), workFolder: model.workFolder, targets: "none" });
    for (const message of [...faultsOfModel(request.model), ...table.warnings]) emit({ event: "log", level: "warning", message });
    const columns = fitted.targets.map((target) => answerColumns(target, thresholds[target.name]));
    const head = answerHead(columns);
    const file = await CsvFile.create(out, temporary, modeLike(out));
    const lines = new AnswerLines(file, head, { kept: picturesOf(fitted.inputs).length > 0, spreadsheet: request.spreadsheet ?? false });
    const preview: string[][] = [];
    let samples = 0;
    for await (const batch of table) {
      if (control.wish !== "run") throw new LatheError("cancelled", "prediction was cancelled; nothing was written");
      const result = await model.session.run(batch.inputs);
      const outputs = fitted.targets.map((target) => floats(result, outputName(target.name, fitted)));
      for (let i = 0; i < batch.size; i++) {
        const row = [
          batch.names?.[i] ?? String(batch.rows[i] ?? 0),
          ...columns.flatMap(({ width, cells }, t) => cells((outputs[t] ?? new Float32Array(0)).subarray(i * width, (i + 1) * width))),
        ];
        lines.add(batch.rows[i] ?? 0, row);
        if (preview.length < (request.preview ?? 0)) preview.push(row);
      }
      await file.drained();
      samples += batch.size;
      emit({ event: "stage", stage: "predicting", done: samples });
    }
    for (const { row, path, reason } of table.bad) lines.fail(row, table.ofFolder ? path : String(row), table.ofFolder ? reason : `${path} ${reason}`);
    await lines.finish();
    await file.close();
    // Whoever asked for a preview lists them beside it.
    for (const message of request.preview !== undefined ? [] : badPictures(table, ["has no answer, as its row says", "have no answer, as their rows say"]))
      emit({ event: "log", level: "warning", message });
    for (const message of emptyPictures(table)) emit({ event: "log", level: "warning", message });
    for (const skip of table.skipped) if (skip.reason !== "unreadable picture") emit({ event: "log", level: "warning", message: describeSkipped(skip) });
    if (table.onLines) emit({ event: "log", level: "warning", message: tellOnLines(table.path, table.onLines) });
    if (samples === 0 && table.bad.length > 0)
      throw new LatheError("data.unreadable", `none of the pictures of ${table.path} can be read: ${shownBad(table.bad[0])}`, {
        path: table.path,
        ...unreadableOf(table),
      });
    if (samples === 0) throw nothingToAnswer(table);
    putInPlace(temporary, out, request.keepExisting);
    return {
      event: "prediction",
      samples,
      out,
      unknown: Object.fromEntries(table.unknown.map(({ column, rows }) => [column, rows])),
      ...strangersOf(table),
      formulas: { cells: lines.formulas, quoted: request.spreadsheet ?? false },
      ...unreadableOf(table),
      ...(table.blank.length > 0 ? { blank: table.blank.length } : {}),
      ...(request.preview === undefined ? {} : { preview: { columns: head, rows: preview } }),
    };
  } catch (thrown) {
    rmSync(temporary, { force: true });
    throw thrown;
  } finally {
    await model.close();
  }
}

function tellOnLines(path: string, rows: number): string {
  return (
    `${rows === 1 ? "1 answer" : `${rows} answers`} for ${path} follow${rows === 1 ? "s" : ""} a value that was filled in on a line to a later one, ` +
    `which tells part of what comes; a forecast made at that time would not know it`
  );
}

/** A sentence about pictures that cannot be read, where there are any. @param fate what becomes of one, and of several. */
export function badPictures(
  { path, bad }: Pick<TableReader, "path" | "bad">,
  [one, many]: readonly [one: string, many: string] = ["is excluded", "are excluded"],
): readonly string[] {
  if (bad.length === 0) return [];
  return [
    `${bad.length} picture${bad.length === 1 ? "" : "s"} of ${path} cannot be read and ${bad.length === 1 ? one : many}` +
      `${bad.length === 1 ? ": " : "; for example, "}${shownBad(bad[0])}`,
  ];
}

/** A sentence about pictures that empty ones stand in for, where there are any. */
export function emptyPictures({ path, blank }: Pick<TableReader, "path" | "blank">): readonly string[] {
  if (blank.length === 0) return [];
  const unread = blank.find((picture) => picture.path !== "");
  return [
    `${blank.length} picture${blank.length === 1 ? " of" : "s of"} ${path} ` +
      (blank.length === 1 ? "is missing or cannot be read, and was read as an empty one" : "are missing or cannot be read, and were read as empty ones") +
      (unread ? `; for example, ${shownBad(unread)}` : ""),
  ];
}

/** Every picture that cannot be read, where there are any. */
export function unreadableOf({ bad }: Pick<TableReader, "bad">): Pick<PredictionResult, "unreadable"> {
  return bad.length === 0 ? {} : { unreadable: bad.map(({ path, reason }) => ({ picture: path, reason })) };
}

/** A picture that cannot be read, with the reason. */
export function shownBad(bad: TableReader["bad"][number] | undefined): string {
  return bad ? `${bad.path} ${bad.reason}` : "";
}
