import { basename, dirname, join } from "node:path";
import { toLatheError } from "../../base/errors.js";
import { PICTURE_COLUMN } from "../../contract/data.js";
import { listPictures } from "../pictures/list-pictures.js";
import type { Database } from "./database.js";
import type { Source } from "./source.js";
import { identifier, literal } from "./sql.js";
import { openTable } from "./table.js";

export interface FolderOptions {
  /** Names of the columns beside `image`, one a level of folders. */
  readonly levels: readonly string[];
  /** Pictures to exclude, and other labels, by path in the folder. */
  readonly exclude?: readonly string[] | undefined;
  readonly relabel?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
  /** Pictures known to be bad: reasons by absolute path. */
  readonly bad?: ReadonlyMap<string, string>;
  readonly signal?: AbortSignal | undefined;
}

/** Why a picture is not used. */
export const UNUSED = { excluded: "excluded", unreadable: "unreadable picture" } as const;

/** A folder of pictures as a table: `image` and a column for each level. @throws LatheError as `listPictures` */
export async function openImageFolder(
  database: Database,
  root: string,
  { levels, exclude = [], relabel = {}, bad = new Map(), signal }: FolderOptions,
): Promise<Source> {
  const { pictures, warnings } = await listPictures(root, levels.length, signal);
  const table = await freshName(database, "pictures");
  const columns = [PICTURE_COLUMN, ...levels].map((name, k) => ({ name, sql: `c${k}`, kind: "name" as const }));
  await database.fill(
    table,
    columns.map(({ sql }) => sql),
    pictures.map(({ path, labels }) => [path, ...levels.map((level, k) => relabel[path]?.[level] ?? labels[k] ?? null)]),
  );
  const known = new Set(pictures.map(({ path }) => path));
  const strangers = [...exclude, ...Object.keys(relabel)].filter((path) => !known.has(path));
  const unused = await listUnused(database, [
    ...exclude.map((path) => [path, UNUSED.excluded] as const),
    ...pictures.flatMap(({ path }) => (bad.has(join(root, path)) ? [[path, UNUSED.unreadable] as const] : [])),
  ]);
  return {
    path: root,
    format: "pictures",
    size: pictures.length,
    root,
    relation: table,
    columns,
    unused,
    warnings: [
      ...warnings,
      ...(strangers.length > 0
        ? [`${strangers.length} excluded or relabelled picture${strangers.length === 1 ? " is" : "s are"} not in ${root}, such as ${strangers[0]}`]
        : []),
    ],
    explain: (error) => Promise.resolve(toLatheError(error)),
  };
}

/** One picture as a table of one row. */
export async function openPicture(database: Database, path: string): Promise<Source> {
  const table = await freshName(database, "pictures");
  await database.fill(table, ["c0"], [[basename(path)]]);
  return {
    path,
    format: "pictures",
    size: 1,
    root: dirname(path),
    relation: table,
    columns: [{ name: PICTURE_COLUMN, sql: "c0", kind: "name" }],
    warnings: [],
    explain: (error) => Promise.resolve(toLatheError(error)),
  };
}

/** Writes a listing down, so that it can be read again whatever becomes of the folder. */
export async function freeze(database: Database, source: Source, path: string): Promise<void> {
  await database.exec(
    `COPY (SELECT ${source.columns.map(({ name, sql }) => `${sql} AS ${identifier(name)}`).join(", ")} FROM ${source.relation}) TO ${literal(path)} ` +
      `(FORMAT parquet)`,
  );
}

/** A listing that was written down. */
export async function openFrozen(database: Database, { path, root }: { readonly path: string; readonly root: string }): Promise<Source> {
  const source = await openTable(database, ".", path);
  return { ...source, path: root, format: "pictures", root, columns: source.columns.map((column) => ({ ...column, kind: "name" as const })) };
}

/** A table of pictures that are not to be used, which may grow. */
export async function listUnused(database: Database, entries: readonly (readonly [path: string, reason: string])[]): Promise<string> {
  const table = await freshName(database, "unused");
  await database.fill(table, ["path", "reason"], new Map(entries.map(([path, reason]) => [path, [path, reason]])).values());
  return table;
}

async function freshName(database: Database, stem: string): Promise<string> {
  const taken = new Set((await database.all("SELECT table_name AS name FROM duckdb_tables()")).map(({ name }) => String(name)));
  for (let n = 1; ; n++) if (!taken.has(`${stem}_${n}`)) return `${stem}_${n}`;
}
