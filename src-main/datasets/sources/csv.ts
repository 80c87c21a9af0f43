import { dirname } from "node:path";
import { LatheError } from "../../base/errors.js";
import { type Dialect, type GivenDialect, sniffDialect } from "./csv-dialect.js";
import type { Database } from "./database.js";
import { sniffDecimals } from "./decimal.js";
import { type FoundFile, goneMeanwhile } from "./find-file.js";
import { rowOfLine } from "./record-position.js";
import type { Source, SourceColumn } from "./source.js";
import { fileLiteral, literal } from "./sql.js";
import { type Utf8File, openText } from "./text-file.js";

/** What the user knows of a delimited text. */
export interface CsvOptions extends GivenDialect {
  readonly encoding?: string | undefined;
  /** How numbers are written where the file does not tell. */
  readonly likely?: "," | undefined;
}

/** The options among a source's settings. */
export function csvOptions({ delimiter, encoding, quote, decimal }: CsvOptions): CsvOptions {
  return {
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(quote === undefined ? {} : { quote }),
    ...(decimal === undefined ? {} : { decimal }),
  };
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
  const dialect = sniffDialect(text.head, text.whole, { ...options, delimiter: options.delimiter ?? (/\.tsv(\.gz)?$/i.test(file.path) ? "\t" : undefined) });
  if (dialect.names.length === 0)
    throw new LatheError("data.empty", `${file.path} holds nothing but blanks, expected a table with a header and rows`, { path: file.path });
  const warnings = [...text.warnings];
  const names = nameColumns(file.path, dialect, warnings);
  if (!dialect.hasHeader) warnings.push(`${file.path} has no header; its columns are called ${names[0]} to ${names.at(-1)}`);
  const { delimiter, sample: records } = dialect;
  const decimals = options.decimal === undefined ? sniffDecimals({ path: file.path, delimiter, names, records, likely: options.likely }) : undefined;
  warnings.push(...(decimals?.warnings ?? []));
  const columns = names.map((name, k): SourceColumn => ({ name, sql: `c${k}`, kind: "text", decimal: decimals?.columns[k] ?? options.decimal ?? "." }));
  const withComma = columns.some((c) => c.decimal === ",");
  const endsInLf = hasReturnsInQuotes(text.head, dialect.quote);
  const relation = (inOrder: boolean) => readCsv(text.path, dialect, dialect.names.length, { inOrder, endsInLf });
  return {
    path: file.path,
    format: "csv",
    size: file.size,
    root: dirname(file.path),
    relation: relation(false),
    columns,
    warnings,
    ...(withComma ? { decimal: "," } : {}),
    explain: (error) => explain(database, file.path, text.path, dialect, relation(true), error),
  };
}

/** Whether lines end in LF and a CR stands in quotes, in a name perhaps: DuckDB would take that for the end of the line, and find no rows. */
function hasReturnsInQuotes(head: string, quote: string): boolean {
  if (!head.includes("\r") || quote === "") return false;
  const outside = head
    .split(quote)
    .filter((_, i) => i % 2 === 0)
    .join("");
  return outside.includes("\n") && !outside.includes("\r");
}

/** Names for all columns. Where every row ends in a delimiter there is one column less. */
function nameColumns(path: string, { names, sample, hasHeader }: Dialect, warnings: string[]): readonly string[] {
  let width = names.length;
  if (hasHeader && sample.length > 0) while (width > 1 && names[width - 1] === "" && sample.every((record) => (record[width - 1] ?? "").trim() === "")) width--;
  if (width < names.length) {
    const [from, to] = [width + 1, names.length];
    warnings.push(
      `${from === to ? `column ${to}` : `columns ${from} to ${to}`} of ${path} ${from === to ? "has" : "have"} neither a name nor values; excluded`,
    );
  }
  return names.slice(0, width).map((name, k) => {
    if (name !== "") return name;
    let made = `column${k + 1}`;
    while (names.includes(made)) made += "_";
    warnings.push(`column ${k + 1} of ${path} has no name; it is called ${made}`);
    return made;
  });
}

function readCsv(
  path: string,
  { delimiter, quote, escape, hasHeader, skip }: Dialect,
  width: number,
  { inOrder, endsInLf }: { readonly inOrder: boolean; readonly endsInLf: boolean },
): string {
  const columns = Array.from({ length: width }, (_, k) => `'c${k}': 'VARCHAR'`).join(", ");
  return (
    `read_csv(${fileLiteral(path)}, auto_detect=false, delim=${literal(delimiter)}, quote=${literal(quote)}, escape=${literal(escape)}, ` +
    `header=${hasHeader}, skip=${skip}, ` +
    `columns={${columns}}${inOrder ? ", parallel=false" : ""}${endsInLf ? ", new_line='\\n'" : ""}${/\.gz$/i.test(path) ? ", compression='gzip'" : ""})`
  );
}

/** Reads once more, one row after the other, so that the row in the message is the first bad one. */
async function explain(database: Database, path: string, textPath: string, dialect: Dialect, inOrder: string, error: unknown): Promise<LatheError> {
  const gone = goneMeanwhile(path);
  if (gone) return gone;
  let message = error instanceof Error ? error.message : String(error);
  try {
    await database.exec(`SELECT count(c0) FROM ${inOrder}`);
  } catch (again) {
    message = again instanceof Error ? again.message : String(again);
  }
  const line = Number(/CSV Error on Line: (\d+)/.exec(message)?.[1] ?? NaN);
  const row = Number.isNaN(line) ? undefined : await rowOfLine(textPath, line, dialect);
  const at = row === undefined ? path : `${path}, row ${row}`;
  const details = { path, ...(row === undefined ? {} : { row }) };
  const fields = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  if (fields) {
    const [, expected, got] = fields.map(Number);
    return new LatheError(
      "data.ragged",
      `${at}: got ${got} field${got === 1 ? "" : "s"}, expected ${expected} as in the first row; mend the row, or quote fields that contain the delimiter`,
      { ...details, got, expected },
      { cause: error },
    );
  }
  if (/unterminated quote|quote should be followed|quoted value/i.test(message)) {
    return new LatheError("data.ragged", `${at}: a quote is opened and not closed, or stands inside a field; double it ("") or take it out`, details, {
      cause: error,
    });
  }
  if (/unicode|utf-?8/i.test(message)) {
    return new LatheError("data.unreadable", `${at}: not valid in the encoding of the file; set source.encoding, such as latin-1`, details, { cause: error });
  }
  if (/state machine/i.test(message)) {
    return new LatheError(
      "data.unreadable",
      `${at}: some lines end in CR LF and others in LF or CR, or a field continues after its closing quote; save it again with one kind of line end`,
      details,
      { cause: error },
    );
  }
  if (/Maximum line size/i.test(message)) {
    return new LatheError("data.unreadable", `${at}: a row is longer than 2 MB; is a quote not closed?`, details, { cause: error });
  }
  return new LatheError("data.unreadable", `${at} cannot be read: ${message.split("\n")[0] ?? message}`, details, { cause: error });
}
