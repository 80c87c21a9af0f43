import { dirname } from "node:path";
import { LatheError } from "../../base/errors.js";
import type { Database } from "./database.js";
import { refuseDeepJson } from "./json-depth.js";
import { type FoundFile, goneMeanwhile } from "./find-file.js";
import type { ColumnKind, Source, SourceColumn } from "./source.js";
import { fileLiteral } from "./sql.js";

/** Parquet. @throws LatheError `data.unreadable` for a damaged file. */
export async function openParquet(database: Database, file: FoundFile): Promise<Source> {
  return openTyped(database, file, "parquet", `read_parquet(${fileLiteral(file.path)})`);
}

/** JSON (an array of objects) and JSON lines, also gzipped. @throws LatheError `data.unreadable` */
export async function openJson(database: Database, file: FoundFile): Promise<Source> {
  await refuseDeepJson(file.path);
  // Types from all rows where that is quick; else from the first 20,000.
  const sample = file.size < 64 << 20 ? ", sample_size=-1" : "";
  return openTyped(
    database,
    file,
    "json",
    `read_json(${fileLiteral(file.path)}${sample}, records=true, map_inference_threshold=-1, convert_strings_to_integers=false)`,
  );
}

/** A format that names and types its columns itself. */
async function openTyped(database: Database, file: FoundFile, format: "parquet" | "json", reader: string): Promise<Source> {
  const explain = async (error: unknown): Promise<LatheError> => {
    const gone = goneMeanwhile(file.path);
    if (gone) return gone;
    const reason = (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
    if (reason.includes("non-record JSON")) {
      return new LatheError(
        "data.unreadable",
        `${file.path} holds no rows, expected objects with a key for each column: [{"a": 1, …}, …] or one a line`,
        { path: file.path },
        { cause: error },
      );
    }
    return new LatheError(
      "data.unreadable",
      `${file.path} cannot be read as ${format === "json" ? "JSON" : "Parquet"}: ${reason}`,
      { path: file.path },
      { cause: error },
    );
  };
  const described = await database.all(`DESCRIBE SELECT * FROM ${reader}`).catch(async (error: unknown) => {
    throw await explain(error);
  });
  const columns = described.map((row, k): SourceColumn => ({ name: String(row["column_name"]), sql: `c${k}`, kind: kindOf(String(row["column_type"])) }));
  // A column of JSON has values of several kinds; each goes as its text.
  const selected = columns.map(({ sql }, k) => (described[k]?.["column_type"] === "JSON" ? `${sql} ->> '$' AS ${sql}` : sql)).join(", ");
  return {
    path: file.path,
    format,
    size: file.size,
    root: dirname(file.path),
    relation: `(SELECT ${selected} FROM ${reader} AS file(${columns.map(({ sql }) => sql).join(", ")}))`,
    columns,
    warnings: [],
    explain,
  };
}

function kindOf(type: string): ColumnKind {
  if (/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|U?INTEGER|FLOAT|DOUBLE|DECIMAL)(\(|$)/.test(type)) return "number";
  if (type === "BOOLEAN") return "boolean";
  if (type === "VARCHAR" || type === "JSON" || type === "UUID" || type.startsWith("ENUM")) return "text";
  if (/^(DATE|TIME|TIMESTAMP)/.test(type)) return "time";
  return "other";
}
