import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { toLatheError } from "../../base/errors.js";
import { PICTURE_COLUMN, folderColumns } from "../../contract/data.js";
import { nameColumns, parseNamePattern } from "../../contract/file-names.js";
import { type ListedPicture, listPictures, visitPictures } from "../pictures/list-pictures.js";
import type { Database } from "./database.js";
import type { Source } from "./source.js";
import { identifier, literal } from "./sql.js";
import { openTable } from "./table.js";

export interface FolderOptions {
  /** Names of the columns beside `image`, one a level of folders. */
  readonly levels: readonly string[];
  /** Columns of parts of the files' names, as in `{typeface}-{copy}`. */
  readonly names?: string | undefined;
  /** A folder of its own for the validation: its pictures follow the others, named by their way from this folder. */
  readonly validation?: string | undefined;
  /** Pictures to exclude, and other labels, by path in the folder. */
  readonly exclude?: readonly string[] | undefined;
  readonly relabel?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
  /** Pictures known to be bad: reasons by absolute path. */
  readonly bad?: ReadonlyMap<string, string>;
  readonly signal?: AbortSignal | undefined;
}

/** Why a picture is not used. */
export const UNUSED = { excluded: "excluded", unreadable: "unreadable picture" } as const;

/** A folder of pictures as a table: `image`, a column for each level and for each part of the files' names. @throws LatheError as `listPictures` */
export async function openImageFolder(
  database: Database,
  root: string,
  { levels, names, validation, exclude: excluded = [], relabel: relabelled = {}, bad = new Map(), signal }: FolderOptions,
): Promise<Source> {
  const listed = await listPictures(root, levels.length, signal);
  const own = validation === undefined ? undefined : await listPictures(validation, levels.length, signal);
  const validated = own?.pictures.map(({ path, labels }) => ({ path: relative(root, join(own.root, path)).replaceAll(sep, "/"), labels })) ?? [];
  const pictures = [...listed.pictures, ...validated];
  const warnings = [...listed.warnings, ...(own?.warnings ?? [])];
  // A name that came from another system may be in another form.
  const forms = new Map(pictures.map(({ path }) => [path.normalize("NFC"), path]));
  const asListed = (path: string) => forms.get(path.normalize("NFC")) ?? path;
  const exclude = excluded.map(asListed);
  const relabel = Object.fromEntries(Object.entries(relabelled).map(([path, labels]) => [asListed(path), labels]));
  const table = await freshName(database, "pictures");
  const { beside, columns, unfit, valuesOf } = columnsBeside(levels, names);
  await database.fill(
    table,
    columns.map(({ sql }) => sql),
    pictures.map((picture) => {
      const values = valuesOf(picture);
      return [picture.path, ...beside.map((column, k) => relabel[picture.path]?.[column]?.normalize("NFC") ?? values[k] ?? null)];
    }),
  );
  const known = new Set(pictures.map(({ path }) => path));
  const strangers = [...exclude, ...Object.keys(relabel)].filter((path) => !known.has(path));
  const unused = await listUnused(database, [
    ...exclude.map((path) => [path, UNUSED.excluded] as const),
    ...pictures.flatMap(({ path }) => (bad.has(resolve(root, path)) ? [[path, UNUSED.unreadable] as const] : [])),
  ]);
  return {
    path: root,
    format: "pictures",
    size: pictures.length,
    root,
    relation: table,
    columns,
    unused,
    ...(validated.length > 0 ? { validated: await listPaths(database, validated) } : {}),
    warnings: [
      ...warnings,
      ...tellUnfit(unfit, pictures.length, names),
      ...(strangers.length > 0
        ? [`${strangers.length} excluded or relabelled picture${strangers.length === 1 ? " is" : "s are"} not in ${root}, such as ${strangers[0]}`]
        : []),
    ],
    explain: (error) => Promise.resolve(toLatheError(error)),
  };
}

/** The columns of a folder's pictures, what they are of each, and which are not called as the pattern says. */
function columnsBeside(levels: readonly string[], names: string | undefined) {
  const parsed = names === undefined ? undefined : parseNamePattern(names);
  const pattern = parsed === undefined || "problem" in parsed ? undefined : parsed;
  const beside = folderColumns({ levels, names });
  const unfit = { count: 0, first: "" };
  return {
    beside,
    columns: [PICTURE_COLUMN, ...beside].map((name, k) => ({ name, sql: `c${k}`, kind: "name" as const })),
    unfit,
    valuesOf: ({ path, labels }: ListedPicture): readonly string[] => {
      const parts = pattern?.read(path);
      if (pattern && !parts && unfit.count++ === 0) unfit.first = path;
      return [...labels, ...(parts ?? [])];
    },
  };
}

/**
 * A folder of pictures that are to be answered for, in the order of their paths: however many there are, they are listed in the database, and never in memory.
 * @throws LatheError as `listPictures`
 */
export async function openManyPictures(
  database: Database,
  root: string,
  { levels, names, signal }: Pick<FolderOptions, "levels" | "names" | "signal">,
): Promise<Source> {
  const { beside, columns, unfit, valuesOf } = columnsBeside(levels, names);
  const found = await freshName(database, "found");
  let size = 0;
  const { warnings } = await database.fillFrom(
    found,
    columns.map(({ sql }) => sql),
    (add) =>
      visitPictures(
        root,
        levels.length,
        (picture) => {
          size++;
          const values = valuesOf(picture);
          add([picture.path, ...beside.map((_, k) => values[k] ?? null)]);
        },
        signal,
      ),
  );
  const table = await freshName(database, "pictures");
  await database.exec(`CREATE TABLE ${table} AS SELECT * FROM ${found} ORDER BY c0`);
  await database.exec(`DROP TABLE ${found}`);
  return {
    path: root,
    format: "pictures",
    size,
    root,
    relation: table,
    columns,
    warnings: [...warnings, ...tellUnfit(unfit, size, names)],
    explain: (error) => Promise.resolve(toLatheError(error)),
  };
}

/** What files are not called as the pattern says, in a sentence. @param unfit how many, and the first of them */
export function tellUnfit({ count, first }: { readonly count: number; readonly first: string }, all: number, names = ""): readonly string[] {
  if (count === 0) return [];
  const columns = nameColumns(names).map((column) => `"${column}"`);
  const listed = columns.length > 1 ? `${columns.slice(0, -1).join(", ")} and ${columns.at(-1)}` : columns.join("");
  return [
    `${count} of ${all} pictures ${count === 1 ? "is" : "are"} not called ${names}${count === 1 ? ":" : ", such as"} ${first}; ` +
      `${count === 1 ? "its" : "their"} ${listed} ${columns.length > 1 ? "are" : "is"} missing`,
  ];
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

async function listPaths(database: Database, pictures: readonly { readonly path: string }[]): Promise<string> {
  const table = await freshName(database, "validated");
  await database.fill(
    table,
    ["path"],
    pictures.map(({ path }) => [path]),
  );
  return table;
}

async function freshName(database: Database, stem: string): Promise<string> {
  const taken = new Set((await database.all("SELECT table_name AS name FROM duckdb_tables()")).map(({ name }) => String(name)));
  for (let n = 1; ; n++) if (!taken.has(`${stem}_${n}`)) return `${stem}_${n}`;
}
