import { LatheError } from "../base/errors.js";
import { profileColumns } from "./profile.js";
import { type ProposedRoles, type TableSurvey, rolesFrom } from "./propose.js";
import { shorten } from "./shorten.js";
import { type CsvOptions, csvOptions } from "./sources/csv.js";
import { Database } from "./sources/database.js";
import { textOf } from "./sources/source.js";
import { openTable } from "./sources/table.js";

/** Rows looked at. */
const SAMPLE = 200_000;
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
    const source = await openTable(database, options.folder, options.path, csvOptions(options));
    const columns = await profileColumns(database, source, SAMPLE);
    const sampled = columns[0]?.rows ?? 0;
    if (sampled === 0) throw new LatheError("data.empty", `${source.path} has a header but no rows, expected at least one`, { path: source.path });
    const rows = sampled < SAMPLE ? sampled : Number((await database.one(`SELECT count(*) AS n FROM ${source.relation}`))["n"]);
    const first = await database.all(
      `SELECT ${source.columns.map((column, k) => `${textOf(column)} AS v${k}`).join(", ")} FROM ${source.relation} LIMIT ${LOOKED_AT}`,
    );
    return {
      path: source.path,
      rows,
      warnings: source.warnings,
      columns: columns.map((column, k) => ({ ...column, examples: examplesOf(first.map((row) => row[`v${k}`])) })),
    };
  } finally {
    database.close();
  }
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
  return rolesFrom(await surveyTable(options), targets, ignore);
}
