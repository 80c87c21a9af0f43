import { rmSync } from "node:fs";
import { csvLines } from "../../base/csv.js";
import { modeLike } from "../../base/replace-file.js";
import { partName } from "../../base/work-folder.js";
import { type AnswerColumnType, writeParquet } from "../../datasets/index.js";
import type { AnswerJournal, JournalFrame } from "./answer-journal.js";
import { CsvFile, putInPlace } from "./csv-file.js";

export interface FinishedAnswers {
  /** With the one of errors, where there are any. */
  readonly columns: readonly string[];
  /** Cells that a spreadsheet would take for formulas. */
  readonly formulas: number;
}

export interface ToFinish {
  readonly journal: AnswerJournal;
  readonly head: readonly string[];
  /** By column of the head. */
  readonly types: readonly AnswerColumnType[];
  readonly out: string;
  /** Where the file grows before it appears. */
  readonly temporary: string;
  readonly spreadsheet: boolean;
  readonly keepExisting: boolean | undefined;
  /** For temporary files of DuckDB's. */
  readonly workFolder: string;
  /** Gets each frame once it is written. */
  readonly see: (frame: JournalFrame) => void;
}

/**
 * Makes the file of answers of a journal, a frame at a time: CSV, or Parquet where its name ends so. The file appears whole or not at all, and of the same
 * answers its bytes are the same.
 * @throws LatheError `run.storage`, `export.exists`
 */
export async function finishAnswers({ journal, head, types, out, temporary, ...options }: ToFinish): Promise<FinishedAnswers> {
  const { spreadsheet, keepExisting, workFolder, see } = options;
  const failed = journal.kept.failed > 0;
  const columns = failed ? [...head, head.includes("error") ? "row error" : "error"] : head;
  const isParquet = /\.parquet$/i.test(out);
  const lines = csvLines({ spreadsheet: spreadsheet && !isParquet });
  const csv = isParquet ? partName(out) : temporary;
  try {
    const file = await CsvFile.create(out, csv, modeLike(out));
    file.write(lines.line(columns));
    for (const frame of journal.frames()) {
      let text = "";
      for (const cells of cellsOf(frame, head.length, failed)) text += lines.line(cells);
      file.write(text);
      await file.drained();
      see(frame);
    }
    await file.close();
    if (isParquet) await writeParquet({ csv, out: temporary, columns, types: failed ? [...types, "text"] : types, workFolder, named: out });
  } finally {
    if (isParquet) rmSync(csv, { force: true });
  }
  putInPlace(temporary, out, keepExisting);
  return { columns, formulas: lines.formulas };
}

function* cellsOf({ rows }: JournalFrame, width: number, failed: boolean): Generator<readonly string[], void, void> {
  for (const [, cells, error] of rows) {
    if (error !== undefined) yield [...cells, ...Array.from({ length: width - cells.length }, () => ""), error];
    else yield failed ? [...cells, ""] : cells;
  }
}
