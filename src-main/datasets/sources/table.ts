import { LatheError } from "../../base/errors.js";
import { type CsvOptions, openCsv } from "./csv.js";
import type { Database } from "./database.js";
import { type Promised, refuseOther, startOf } from "./file-kinds.js";
import { type FoundFile, findFile } from "./find-file.js";
import { markPlainNumbers } from "./plain-numbers.js";
import type { Source } from "./source.js";
import { openSpreadsheet } from "./spreadsheet.js";
import { openJson, openParquet } from "./typed.js";

/**
 * Opens a table file by its name's ending: .parquet, .json, .jsonl, .ndjson, .xlsx; anything else is delimited text.
 * @param folder what a relative path starts from.
 * @throws LatheError `data.missing`, `data.empty`, `data.unreadable`, also for too many columns, `data.column` for two columns of one name.
 */
export async function openTable(database: Database, folder: string, path: string, options: CsvOptions = {}): Promise<Source> {
  const file = await findFile(folder, path);
  const ending = endingOf(file.path);
  const format = FORMATS.find((f) => f.ending.test(ending)) ?? TEXT;
  refuseOther(file.path, await startOf(file.path), format.promised);
  const source = await format.open(database, file, options);
  if (source.columns.length > MOST_COLUMNS) {
    throw new LatheError(
      "data.unreadable",
      `${source.path} has ${source.columns.length.toLocaleString("en")} columns, expected at most ${MOST_COLUMNS.toLocaleString("en")}; is it turned ` +
        `by 90 degrees, or are values taken for names?`,
      { path: source.path },
    );
  }
  refuseDuplicates(source);
  await database.makeRoom(source.columns.length);
  return markPlainNumbers(database, source);
}

interface Format {
  readonly ending: RegExp;
  readonly promised: Promised;
  readonly open: (database: Database, file: FoundFile, options: CsvOptions) => Promise<Source>;
}

/** Formats that DuckDB reads, which say of themselves what their columns are. */
const TYPED: readonly Format[] = [
  { ending: /^(parquet|pq)$/i, promised: "Parquet", open: openParquet },
  { ending: /^(json|jsonl|ndjson)$/i, promised: "JSON", open: openJson },
];
const FORMATS: readonly Format[] = [...TYPED, { ending: /^(xlsx|xlsm)$/i, promised: "an Excel workbook", open: openSpreadsheet }];
const TEXT: Format = { ending: /^/, promised: "delimited text", open: openCsv };

function endingOf(path: string): string {
  return /\.([a-z]+)(?:\.gz)?$/i.exec(path)?.[1] ?? "";
}

/** Whether a file says of itself what its columns are, and DuckDB is who reads that; of delimited text we read the header ourselves. */
export function tellsColumns(path: string): boolean {
  return TYPED.some(({ ending }) => ending.test(endingOf(path)));
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
