import { dirname } from "node:path";
import { LatheError } from "../../base/errors.js";
import { namedSetting, settingTo } from "../../contract/source-settings.js";
import { type Dialect, type GivenDialect, sniffDialect } from "./csv-dialect.js";
import { BLANKS } from "./csv-records.js";
import type { Database } from "./database.js";
import { sniffDecimals } from "./decimal.js";
import { type FoundFile, goneMeanwhile } from "./find-file.js";
import { rowOfLine, rowsOfLines } from "./record-position.js";
import { saidBy } from "./library-errors.js";
import { type PlainText, mustBeRewritten, rewriteText } from "./rewrite-text.js";
import { shorten } from "../shorten.js";
import type { Source, SourceColumn } from "./source.js";
import { fileLiteral, literal } from "./sql.js";
import { type Utf8File, isGzipped, openText } from "./text-file.js";

/** What the user knows of a delimited text. */
export interface CsvOptions extends GivenDialect {
  readonly encoding?: string | undefined;
  /** How numbers are written where the file does not tell. */
  readonly likely?: "," | undefined;
  /** Times of JSON stay texts, as a series wants them: DuckDB takes their offsets off, after which they cannot be told from local ones. */
  readonly timesAsText?: boolean | undefined;
}

const OPTIONS = ["delimiter", "encoding", "quote", "decimal", "header", "skip", "comment"] as const;

/** The options among a source's settings. */
export function csvOptions(settings: CsvOptions): CsvOptions {
  return Object.fromEntries(OPTIONS.flatMap((key) => (settings[key] === undefined ? [] : [[key, settings[key]]])));
}

/**
 * Delimited text: CSV, TSV, also gzipped. Everything is read as text and made into numbers in SQL, so that what is no number can be told with its row.
 * @throws LatheError `data.empty`, `data.unreadable`, `data.column`
 */
export async function openCsv(database: Database, file: FoundFile, options: CsvOptions): Promise<Source> {
  return openUtf8(database, file, await openText(file.path, options.encoding, database.folder), options);
}

/** The same of a text that is UTF-8 already. */
export async function openUtf8(database: Database, file: FoundFile, text: Utf8File, options: CsvOptions): Promise<Source> {
  const tabs = /\.tsv(\.gz)?$/i.test(file.path) ? "\t" : undefined;
  const sniffed = sniffDialect(text.head, text.whole, { ...options, delimiter: options.delimiter ?? tabs });
  const plain: PlainText = mustBeRewritten(sniffed)
    ? await rewriteText(text.path, sniffed, database.folder)
    : { path: text.path, dialect: { ...sniffed, skip: sniffed.skip + sniffed.titleLines }, comments: 0 };
  return describe(database, file, { text, sniffed, plain, options });
}

interface Opened {
  readonly text: Utf8File;
  /** What the file is like, and how its plain text is read. */
  readonly sniffed: Dialect;
  readonly plain: PlainText;
  readonly options: CsvOptions;
}

function describe(database: Database, file: FoundFile, { text, sniffed, plain, options }: Opened): Source {
  const { dialect } = plain;
  if (sniffed.names.length === 0)
    throw new LatheError("data.empty", `${file.path} holds nothing but blanks, expected a table with a header and rows`, { path: file.path });
  const warnings = [...text.warnings, ...whatStandsAbove(file.path, sniffed, plain.comments)];
  const names = nameColumns(file.path, sniffed, warnings);
  warnings.push(...aboutHeader(file.path, sniffed, names));
  const { delimiter, sample: records } = dialect;
  const decimals = options.decimal === undefined ? sniffDecimals({ path: file.path, delimiter, names, records, likely: options.likely }) : undefined;
  warnings.push(...(decimals?.warnings ?? []));
  const columns = names.map((name, k): SourceColumn => ({ name, sql: `c${k}`, kind: "text", decimal: decimals?.columns[k] ?? options.decimal ?? "." }));
  const withComma = columns.some((c) => c.decimal === ",");
  const endsInLf = hasReturnsInQuotes(text.head, dialect.quote);
  const relation = (inOrder: boolean, more = "") => readCsv(plain.path, dialect, dialect.names.length, { inOrder, endsInLf, more });
  return {
    path: file.path,
    format: "csv",
    size: file.size,
    root: dirname(file.path),
    relation: relation(false),
    tolerant: {
      relation: (rejects) =>
        relation(false, rejects === undefined ? ", ignore_errors=true" : `, store_rejects=true, rejects_limit=0, rejects_table='${rejects}'`),
      rowsOf: (lines) => rowsOfLines(plain.path, lines, dialect),
      tell: tellRejected,
    },
    columns,
    warnings,
    ...(withComma ? { decimal: "," } : {}),
    ...(sniffed.headerBy === "names" || !(sniffed.hasHeader || sniffed.namesBehindComment) ? { header: sniffed.hasHeader } : {}),
    explain: (error) => explain(database, file.path, plain, relation(true), error),
  };
}

/** What was found above a table and excluded, in sentences. */
function whatStandsAbove(path: string, { title, comment, delimiter }: Dialect, comments: number): readonly string[] {
  const said: string[] = [];
  if (comments > 0)
    said.push(
      `${comments === 1 ? "1 line" : `${comments.toLocaleString("en")} lines`} of ${path} that ${comments === 1 ? "begins" : "begin"} with "${comment}" ` +
        `${comments === 1 ? "is a comment and is" : "are comments and are"} excluded; set ${settingTo("comment", "none")} if ` +
        `${comments === 1 ? "it holds" : "they hold"} data`,
    );
  if (title.length > 0)
    said.push(
      `${title.length === 1 ? "1 line" : `${title.length} lines`} above the table of ${path} ` +
        `${title.length === 1 ? "is a title and is" : "are a title and are"} excluded: "${shorten(title[0] ?? "")}"${title.length > 1 ? " …" : ""}; ` +
        `set ${settingTo("skip", 0)} if ${title.length === 1 ? "it holds" : "they hold"} data`,
    );
  if (delimiter === BLANKS) said.push(`the columns of ${path} are parted by blanks; set ${namedSetting("delimiter")} if another character parts them`);
  return said;
}

/** Rows that tell too little of a first row to speak of it. */
const FEW = 5;

/** What was decided about the first row, unless it is plain. */
function aboutHeader(path: string, { hasHeader, headerBy, namesBehindComment, rowNames, sample }: Dialect, names: readonly string[]): readonly string[] {
  const [first, last] = [names[0], names.at(-1)];
  if (namesBehindComment) return [`the names of the columns of ${path} stand behind "#", in the last comment above the rows: ${first} to ${last}`];
  if (rowNames) return [`the header of ${path} has one name less than the rows have fields, as R writes row names: the first column is called "${first}"`];
  if (!hasHeader)
    return [
      `${path} has no header; its columns are called ${first} to ${last}` +
        (headerBy === "given" ? "" : `. If its first row holds names, set ${settingTo("header", true)}`),
    ];
  if (headerBy !== "likely" || sample.length < FEW) return [];
  return [`the first row of ${path} is taken for the names of its columns: ${first} to ${last}. If it is data, set ${settingTo("header", false)}`];
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
  { inOrder, endsInLf, more }: { readonly inOrder: boolean; readonly endsInLf: boolean; readonly more: string },
): string {
  const columns = Array.from({ length: width }, (_, k) => `'c${k}': 'VARCHAR'`).join(", ");
  return (
    `read_csv(${fileLiteral(path)}, auto_detect=false, delim=${literal(delimiter)}, quote=${literal(quote)}, escape=${literal(escape)}, ` +
    `header=${hasHeader}, skip=${skip}, ` +
    `columns={${columns}}${inOrder ? ", parallel=false" : ""}${endsInLf ? ", new_line='\\n'" : ""}${isGzipped(path) ? ", compression='gzip'" : ""}${more})`
  );
}

/** What DuckDB says of rows with other fields than the first, and of quotes. */
const FIELDS = /Expected Number of Columns: (\d+) Found: (\d+)/;
const QUOTES = /unterminated quote|quote should be followed|quoted value/i;
const BAD_QUOTE = 'a quote is opened and not closed, or stands inside a field; double it ("") or take it out';

function tellRejected(message: string): string {
  const [, expected, got] = FIELDS.exec(message) ?? [];
  if (got !== undefined) return `got ${got} field${got === "1" ? "" : "s"}, expected ${expected} as in the first row; mend the row`;
  return QUOTES.test(message) ? BAD_QUOTE : "cannot be read as a row of the table; mend it";
}

/** Reads once more, one row after the other, so that the row in the message is the first bad one. */
async function explain(database: Database, path: string, { path: textPath, dialect }: PlainText, inOrder: string, error: unknown): Promise<LatheError> {
  const gone = goneMeanwhile(path);
  if (gone) return gone;
  let message = saidBy(error);
  try {
    await database.exec(`SELECT count(c0) FROM ${inOrder}`);
  } catch (again) {
    message = saidBy(again);
  }
  const line = Number(/CSV Error on Line: (\d+)/.exec(message)?.[1] ?? NaN);
  const row = Number.isNaN(line) ? undefined : await rowOfLine(textPath, line, dialect);
  const at = row === undefined ? path : `${path}, row ${row}`;
  const details = { path, ...(row === undefined ? {} : { row }) };
  const fields = FIELDS.exec(message);
  if (fields) {
    const [, expected, got] = fields.map(Number);
    const comment = row === undefined ? undefined : /^\s*(#|%|\/\/)/.exec(/Original Line: (.*)/.exec(message)?.[1] ?? "")?.[1];
    if (comment !== undefined && dialect.comment === undefined)
      return new LatheError(
        "data.ragged",
        `${at}: the row begins with "${comment}"; if such lines are comments, set ${settingTo("comment", comment)}`,
        details,
        { cause: error },
      );
    const above = row === 1 && expected !== undefined && got !== undefined && expected < got;
    return new LatheError(
      "data.ragged",
      `${at}: got ${got} field${got === 1 ? "" : "s"}, expected ${expected} as in the first row; mend the row, or quote fields that contain the delimiter` +
        (above ? `; if the first row is a title and no header, set ${namedSetting("skip")} to the number of lines above the table` : ""),
      { ...details, got, expected },
      { cause: error },
    );
  }
  if (QUOTES.test(message)) {
    return new LatheError("data.ragged", `${at}: ${BAD_QUOTE}`, details, { cause: error });
  }
  if (/unicode|utf-?8/i.test(message)) {
    return new LatheError("data.unreadable", `${at}: not valid in the encoding of the file; set ${settingTo("encoding", "latin-1")}, or what it is`, details, {
      cause: error,
    });
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
  return new LatheError(
    "data.unreadable",
    `${at} cannot be read as delimited text; set ${namedSetting("delimiter")}, ${namedSetting("quote")} or ${namedSetting("encoding")}, or save it as CSV ` +
      `in UTF-8`,
    details,
    { cause: error },
  );
}
