import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { mayBeRead } from "../base/allowed-folders.js";
import { LatheError } from "../base/errors.js";
import { hasPictureName } from "./pictures/formats.js";
import { profileColumns } from "./profile.js";
import { type ProposedRoles, type SurveyedColumn, type TableSurvey, rolesFrom } from "./propose.js";
import { isListed } from "./listed-column.js";
import { timeOrder } from "./series/time-order.js";
import { shorten } from "./shorten.js";
import { type CsvOptions, csvOptions } from "./sources/csv.js";
import { Database } from "./sources/database.js";
import { textOf } from "./sources/source.js";
import { openTable } from "./sources/table.js";

/** Rows looked at; fewer of a wide table, down to a thousand. */
const [SAMPLE, FEWEST] = [200_000, 1000];
/** Cells looked at. */
const CELLS = 20_000_000;
/** Rows that examples are taken from. */
const LOOKED_AT = 20;

export interface SurveyOptions extends Omit<CsvOptions, "likely"> {
  /** What a relative path starts from. */
  readonly folder: string;
  readonly path: string;
  /** For temporary files. */
  readonly workFolder: string;
  readonly signal?: AbortSignal;
}

export interface ProposeOptions extends SurveyOptions {
  /** Defaults to the last column. */
  readonly targets?: readonly string[];
  /** Columns that are to be excluded, whatever they hold. */
  readonly ignore?: readonly string[];
}

/** Looks at the first rows of a table. @throws LatheError `data.empty`, and as `openTable` */
export async function surveyTable(options: SurveyOptions): Promise<TableSurvey> {
  const database = await Database.open(options.workFolder, { signal: options.signal });
  try {
    const source = await openTable(database, options.folder, options.path, { ...csvOptions(options), names: options.names });
    const sample = Math.min(SAMPLE, Math.max(FEWEST, Math.floor(CELLS / source.columns.length)));
    const columns = await profileColumns(database, source, sample);
    const sampled = columns[0]?.rows ?? 0;
    if (sampled === 0) throw new LatheError("data.empty", `${source.path} has a header but no rows, expected at least one`, { path: source.path });
    const rows = sampled < sample ? sampled : Number((await database.one(`SELECT count(*) AS n FROM ${source.relation}`))["n"]);
    const first = await database.all(
      `SELECT ${source.columns.map((column, k) => `${textOf(column)} AS v${k}`).join(", ")} FROM ${source.relation} LIMIT ${LOOKED_AT}`,
    );
    const warnings = [...source.warnings];
    const surveyed: SurveyedColumn[] = [];
    for (const [k, column] of columns.entries()) {
      const values = first.flatMap((row) => (row[`v${k}`] === null ? [] : [String(row[`v${k}`])]));
      const pictures = column.type === "text" ? await picturesNamed(source.root, values) : undefined;
      if (pictures?.length === 0)
        warnings.push(
          `column "${column.name}" names pictures, but none of those looked at is there, such as ${values[0]}: expected their paths from ${source.root} on, ` +
            `or whole paths`,
        );
      const examples = examplesOf(first.map((row) => row[`v${k}`]));
      const own = source.columns[k];
      const times = own && (await timeOrder(database, source, own, { ...column, examples }, sample));
      surveyed.push({
        ...column,
        examples,
        ...times,
        ...((await isListed(database, source, column, sample)) ? { listed: true as const } : {}),
        ...(pictures && pictures.length > 0 ? { type: "picture" as const, pictures: { root: source.root, paths: pictures } } : {}),
      });
    }
    return { path: source.path, rows, warnings, ...(source.header === undefined ? {} : { header: source.header }), columns: surveyed };
  } finally {
    database.close();
  }
}

/** Texts that name files of pictures which are there; undefined where they are no such names. */
async function picturesNamed(root: string, values: readonly string[]): Promise<readonly string[] | undefined> {
  if (values.length === 0 || !values.every(hasPictureName)) return undefined;
  const found: string[] = [];
  for (const value of new Set(values)) {
    const path = resolve(root, value);
    if (mayBeRead(path) && (await stat(path).catch(() => undefined))?.isFile()) found.push(value);
  }
  return found;
}

function examplesOf(values: readonly unknown[]): readonly string[] {
  const present = values.filter((value) => value !== null && value !== undefined && value !== "");
  return [...new Set(present.map((value) => shorten(String(value))))].slice(0, 3);
}

/**
 * Guesses inputs and targets from the first rows of a table.
 * @throws LatheError as `surveyTable` and `rolesFrom`
 */
export async function proposeRoles({ targets, ignore, ...options }: ProposeOptions): Promise<ProposedRoles> {
  return rolesFrom(await surveyTable({ ...options, names: options.names ?? targets }), targets, ignore);
}
