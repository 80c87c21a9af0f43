import { LatheError } from "../../base/errors.js";
import { type CsvOptions, openCsv } from "./csv.js";
import type { Database } from "./database.js";
import { findFile } from "./find-file.js";
import type { Source } from "./source.js";
import { openJson, openParquet } from "./typed.js";

/**
 * Opens a table file by its name's ending: .parquet, .json, .jsonl, .ndjson; anything else is delimited text.
 * @param folder what a relative path starts from.
 * @throws LatheError `data.missing`, `data.empty`, `data.unreadable`, also for too many columns, `data.column` for two columns of one name.
 */
export async function openTable(database: Database, folder: string, path: string, options: CsvOptions = {}): Promise<Source> {
  const file = await findFile(folder, path);
  const ending = endingOf(file.path);
  if (/^(xlsx?|ods|numbers)$/i.test(ending)) {
    throw new LatheError("data.unreadable", `${file.path} is a spreadsheet, expected CSV, TSV, Parquet or JSON; save it as CSV`, { path: file.path });
  }
  const source = PARQUET.test(ending)
    ? await openParquet(database, file)
    : JSON_ENDING.test(ending)
      ? await openJson(database, file)
      : await openCsv(database, file, options);
  if (source.columns.length > MOST_COLUMNS) {
    throw new LatheError(
      "data.unreadable",
      `${source.path} has ${source.columns.length.toLocaleString("en")} columns, expected at most ${MOST_COLUMNS.toLocaleString("en")}; is it turned ` +
        `by 90 degrees, or are values taken for names?`,
      { path: source.path },
    );
  }
  refuseDuplicates(source);
  return source;
}

const PARQUET = /^(parquet|pq)$/i;
const JSON_ENDING = /^(json|jsonl|ndjson)$/i;

function endingOf(path: string): string {
  return /\.([a-z]+)(?:\.gz)?$/i.exec(path)?.[1] ?? "";
}

/** Whether a file says of itself what its columns are, and DuckDB is who reads that; of delimited text we read the header ourselves. */
export function tellsColumns(path: string): boolean {
  return [PARQUET, JSON_ENDING].some((ending) => ending.test(endingOf(path)));
}

/** Columns of a table. Each query names them all. */
const MOST_COLUMNS = 10_000;

function refuseDuplicates({ path, columns }: Source): void {
  const seen = new Map<string, number>();
  columns.forEach(({ name }, k) => {
    const first = seen.get(name);
    if (first !== undefined) {
      throw new LatheError("data.column", `${path} has two columns called "${name}" (columns ${first + 1} and ${k + 1}); rename one of them`, {
        path,
        column: name,
      });
    }
    seen.set(name, k);
  });
}
