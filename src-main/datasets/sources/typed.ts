import { dirname } from "node:path";
import { LatheError } from "../../base/errors.js";
import type { CsvOptions } from "./csv.js";
import type { Database, Row } from "./database.js";
import { type FoundFile, goneMeanwhile } from "./find-file.js";
import { findJsonRows } from "./json-rows.js";
import { DatabaseError, saidBy } from "./library-errors.js";
import type { ColumnKind, Source, SourceColumn } from "./source.js";
import { fileLiteral } from "./sql.js";
import { isGzipped } from "./text-file.js";

/** Parquet. @throws LatheError `data.unreadable` for a damaged file. */
export async function openParquet(database: Database, file: FoundFile, { names }: Pick<CsvOptions, "names">): Promise<Source> {
  const literal = fileLiteral(file.path);
  const schema = `SELECT name, coalesce(num_children, 0) AS children FROM parquet_schema(${literal})`;
  return openTyped(database, file, {
    format: "parquet",
    reader: `read_parquet(${literal})`,
    keys: async () => topNames(await database.all(schema)),
    known: names,
    warnings: [],
  });
}

/** JSON (an array of objects, or an object that holds one) and JSON lines, also gzipped. @throws LatheError `data.unreadable` */
export async function openJson(
  database: Database,
  file: FoundFile,
  { names, timesAsText = false }: Pick<CsvOptions, "names" | "timesAsText">,
): Promise<Source> {
  const { path, warnings } = await findJsonRows(file.path, database.folder);
  // A key may come first in the last row: all of them are looked at.
  // DuckDB knows .gz in small letters.
  const gzipped = isGzipped(path) ? ", compression='gzip'" : "";
  // No text is of these formats.
  const times = timesAsText ? ", timestampformat='never %Y', dateformat='never %Y'" : "";
  const reader =
    `read_json(${fileLiteral(path)}${gzipped}${times}, sample_size=-1, records=true, map_inference_threshold=-1, ` + `convert_strings_to_integers=false)`;
  const keys = `SELECT DISTINCT unnest(json_keys(json)) AS name FROM read_json_objects(${fileLiteral(path)}${gzipped})`;
  return openTyped(database, file, {
    format: "json",
    reader,
    keys: async () => (await database.all(keys)).map(({ name }) => String(name)),
    known: names,
    warnings,
  });
}

/** The names of a Parquet file's columns, which may have columns of their own, from its schema as a list, depth first. */
function topNames(schema: readonly Row[]): readonly string[] {
  const names: string[] = [];
  let at = 1;
  const skip = () => {
    for (let left = Number(schema[at++]?.["children"] ?? 0); left > 0 && at < schema.length; left--) skip();
  };
  while (at < schema.length) {
    names.push(String(schema[at]?.["name"]));
    skip();
  }
  return names;
}

interface Typed {
  readonly format: "parquet" | "json";
  /** A FROM item. */
  readonly reader: string;
  /** The names that the file itself has, in any order. */
  readonly keys: () => Promise<readonly string[]>;
  /** Of columns, as a project or a model calls them. */
  readonly known: readonly string[] | undefined;
  readonly warnings: readonly string[];
}

/** A format that names and types its columns itself. */
async function openTyped(database: Database, file: FoundFile, { format, reader, keys, known = [], warnings }: Typed): Promise<Source> {
  const explain = (error: unknown): Promise<LatheError> => Promise.resolve(explainTyped(file.path, format, error));
  const described = await database.all(`DESCRIBE SELECT * FROM ${reader}`).catch(async (error: unknown) => {
    throw await explain(error);
  });
  const names = await ownNames(
    described.map((row) => String(row["column_name"])),
    keys,
    known,
  );
  const columns = described.map((row, k): SourceColumn => ({ name: names[k] ?? "", sql: `c${k}`, kind: kindOf(String(row["column_type"])) }));
  // A column of JSON has values of several kinds; each goes as its text.
  const selected = columns.map(({ sql }, k) => (described[k]?.["column_type"] === "JSON" ? `${sql} ->> '$' AS ${sql}` : sql)).join(", ");
  return {
    path: file.path,
    format,
    size: file.size,
    root: dirname(file.path),
    relation: `(SELECT ${selected} FROM ${reader} AS file(${columns.map(({ sql }) => sql).join(", ")}))`,
    columns,
    warnings,
    explain,
  };
}

/**
 * DuckDB takes `x` and `X` for one name and calls the second `X_1`: what the file calls them is looked up. Who learnt the name `X_1` from an earlier version
 * keeps it.
 */
async function ownNames(described: readonly string[], keys: () => Promise<readonly string[]>, known: readonly string[]): Promise<readonly string[]> {
  const lower = new Set(described.map((name) => name.toLowerCase()));
  const renamed = (name: string) => lower.has(name.replace(/_\d+$/, "").toLowerCase()) && /_\d+$/.test(name);
  if (!described.some(renamed)) return described;
  const own = new Set(await keys().catch(() => described));
  return described.map((name) => {
    const plain = name.replace(/_\d+$/, "");
    return renamed(name) && !own.has(name) && own.has(plain) && !known.includes(name) ? plain : name;
  });
}

function explainTyped(path: string, format: "parquet" | "json", error: unknown): LatheError {
  const gone = goneMeanwhile(path);
  if (gone) return gone;
  if (error instanceof DatabaseError && !error.aboutFile) return error;
  const said = saidBy(error);
  const refused = (message: string) => new LatheError("data.unreadable", message, { path }, { cause: error });
  if (said.includes("non-record JSON")) return refused(`${path} holds no rows, expected objects with a key for each column: [{"a": 1, …}, …] or one a line`);
  if (format === "parquet") return refused(`${path} cannot be read as Parquet: it is damaged or not whole; write it, or copy it, again`);
  const [, record] = /in record\/value (\d+)/.exec(said) ?? [];
  const at = record === undefined ? "" : `, row ${record}`;
  if (/maximum_object_size/.test(said)) return refused(`${path}${at} cannot be read as JSON: a row of more than 16 MB; is a bracket or a quote not closed?`);
  return refused(
    `${path}${at} cannot be read as JSON: a bracket, a quote or a comma is missing, or it is not whole or not in UTF-8; mend it, or write it again`,
  );
}

function kindOf(type: string): ColumnKind {
  if (/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|U?INTEGER|FLOAT|DOUBLE|DECIMAL)(\(|$)/.test(type)) return "number";
  if (type === "BOOLEAN") return "boolean";
  if (type === "VARCHAR" || type === "JSON" || type === "UUID" || type.startsWith("ENUM")) return "text";
  if (/^(DATE|TIME|TIMESTAMP)/.test(type)) return "time";
  return "other";
}
