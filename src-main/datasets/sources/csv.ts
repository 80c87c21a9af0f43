import { LatheError } from "../../base/errors.js";
import type { Dialect } from "./csv-dialect.js";
import { sniffDialect } from "./csv-dialect.js";
import type { Database } from "./database.js";
import type { FoundFile } from "./find-file.js";
import type { Source, SourceColumn } from "./source.js";
import { fileLiteral, literal } from "./sql.js";
import { type Utf8File, openText } from "./text-file.js";

export interface CsvOptions {
  readonly delimiter?: string | undefined;
  readonly encoding?: string | undefined;
}

/**
 * Delimited text: CSV, TSV, also gzipped. Everything is read as text and made into numbers in SQL, so that what is no number can be told with its row.
 * @throws LatheError `data.empty`, `data.unreadable`, `data.column`
 */
export async function openCsv(database: Database, file: FoundFile, options: CsvOptions): Promise<Source> {
  const text = await openText(file.path, options.encoding, database.folder);
  return describe(database, file, text, options);
}

function describe(database: Database, file: FoundFile, text: Utf8File, options: CsvOptions): Source {
  const dialect = sniffDialect(text.head, text.whole, options.delimiter ?? (/\.tsv(\.gz)?$/i.test(file.path) ? "\t" : undefined));
  const { names } = dialect;
  if (names.length === 0) throw new LatheError("data.empty", `${file.path} holds nothing but blanks, expected a table with a header and rows`, { path: file.path });
  const warnings = [...text.warnings];
  if (!dialect.hasHeader) warnings.push(`${file.path} has no header; its columns are called ${names[0]} to ${names.at(-1)}`);
  const columns = names.map((name, k): SourceColumn => {
    if (name === "") warnings.push(`column ${k + 1} of ${file.path} has no name; it is called column${k + 1}`);
    return { name: name === "" ? `column${k + 1}` : name, sql: `c${k}`, kind: "text" };
  });
  const relation = readCsv(text.path, dialect, columns.length, false);
  return {
    path: file.path, format: "csv", size: file.size, relation, columns, warnings,
    explain: (error) => explain(database, file.path, readCsv(text.path, dialect, columns.length, true), error),
  };
}

function readCsv(path: string, { delimiter, quote, escape, hasHeader }: Dialect, width: number, inOrder: boolean): string {
  const columns = Array.from({ length: width }, (_, k) => `'c${k}': 'VARCHAR'`).join(", ");
  return `read_csv(${fileLiteral(path)}, auto_detect=false, delim=${literal(delimiter)}, quote=${literal(quote)}, escape=${literal(escape)}, `
    + `header=${hasHeader}, columns={${columns}}${inOrder ? ", parallel=false" : ""}${/\.gz$/i.test(path) ? ", compression='gzip'" : ""})`;
}

/** Reads once more, one row after the other, so that the row in the message is the first bad one. */
async function explain(database: Database, path: string, inOrder: string, error: unknown): Promise<LatheError> {
  let message = error instanceof Error ? error.message : String(error);
  try {
    await database.exec(`SELECT count(c0) FROM ${inOrder}`);
  } catch (again) {
    message = again instanceof Error ? again.message : String(again);
  }
  const line = Number(/CSV Error on Line: (\d+)/.exec(message)?.[1] ?? NaN);
  const row = Number.isNaN(line) ? undefined : line - (inOrder.includes("header=true") ? 1 : 0);
  const at = row === undefined ? path : `${path}, row ${row}`;
  const details = { path, ...(row === undefined ? {} : { row }) };
  const fields = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  if (fields) {
    const [, expected, got] = fields.map(Number);
    return new LatheError("data.ragged", `${at}: got ${got} field${got === 1 ? "" : "s"}, expected ${expected} as in the first row; mend the row, or quote fields that contain the delimiter`,
      { ...details, got, expected }, { cause: error });
  }
  if (/unterminated quote|quote should be followed|quoted value/i.test(message)) {
    return new LatheError("data.ragged", `${at}: a quote is opened and not closed, or stands inside a field; double it ("") or take it out`, details, { cause: error });
  }
  if (/unicode|utf-?8/i.test(message)) {
    return new LatheError("data.unreadable", `${at}: not valid in the encoding of the file; set source.encoding, such as latin-1`, details, { cause: error });
  }
  if (/Maximum line size/i.test(message)) {
    return new LatheError("data.unreadable", `${at}: a row is longer than 2 MB; is a quote not closed?`, details, { cause: error });
  }
  return new LatheError("data.unreadable", `${at} cannot be read: ${message.split("\n")[0] ?? message}`, details, { cause: error });
}
