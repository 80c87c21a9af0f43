import { LatheError } from "../base/errors.js";
import { storageError } from "../base/storage-error.js";
import { Database } from "./sources/database.js";
import { fileLiteral, identifier, literal } from "./sources/sql.js";

/** What a column of answers holds. */
export type AnswerColumnType = "text" | "number" | "row";

const TYPES: Readonly<Record<AnswerColumnType, string>> = { text: "VARCHAR", number: "DOUBLE", row: "BIGINT" };

export interface ToParquet {
  /** A CSV with a head, as `csvLines` writes it; an empty cell is NULL. */
  readonly csv: string;
  readonly out: string;
  readonly columns: readonly string[];
  readonly types: readonly AnswerColumnType[];
  readonly workFolder: string;
  /** What errors call the file. */
  readonly named: string;
}

/** A CSV of answers as Parquet, a part of the rows at a time. @throws LatheError `run.storage`; `usage` for columns that Parquet cannot tell apart */
export async function writeParquet({ csv, out, columns, types, workFolder, named }: ToParquet): Promise<void> {
  const twins = columns.find((name, k) => columns.findIndex((other) => other.toLowerCase() === name.toLowerCase()) < k);
  if (twins !== undefined)
    throw new LatheError(
      "usage",
      `${named} cannot be Parquet: two of its columns are called "${twins}" but for capital letters, which readers of Parquet take for one; write a CSV`,
      { path: named },
    );
  const database = await Database.open(workFolder);
  try {
    const typed = columns.map((_, k) => `'c${k}': '${TYPES[types[k] ?? "text"]}'`).join(", ");
    await database.exec(
      `COPY (SELECT ${columns.map((name, k) => `c${k} AS ${identifier(name)}`).join(", ")} FROM read_csv(${fileLiteral(csv)}, auto_detect=false, ` +
        `header=true, delim=',', quote='"', escape='"', new_line='\\n', columns={${typed}})) TO ${literal(out)} (FORMAT parquet)`,
    );
  } catch (thrown) {
    throw storageError(named, thrown);
  } finally {
    database.close();
  }
}
