import { LatheError } from "../../base/errors.js";
import { type SeriesSourceSpec } from "../../contract/data.js";
import type { SeriesFound } from "../../contract/series-views.js";
import { csvOptions } from "../sources/csv.js";
import { Database } from "../sources/database.js";
import { withMissing } from "../sources/source.js";
import { openTable } from "../sources/table.js";
import { PART, SPLITS, type SplitName } from "../splits.js";
import { type Cuts, findCuts, partBetween } from "./cuts.js";
import { openSeries } from "./regular-series.js";
import type { RegularSeries } from "./regular-table.js";
import { writeStep } from "./step.js";
import { writeTime } from "./zone.js";
import { type UsefulColumns, usefulColumns } from "./useful-columns.js";

export interface SurveySeriesOptions {
  /** What a relative path starts from. */
  readonly folder: string;
  readonly source: SeriesSourceSpec;
  /** Columns of numbers that are forecast. */
  readonly targets: readonly string[];
  /** Columns that a window may read beside these. */
  readonly candidates: readonly string[];
  /** For temporary files. */
  readonly workFolder: string;
  readonly signal?: AbortSignal;
}

/** One part of a split by time. */
export interface SeriesPart {
  readonly rows: number;
  /** Of the longest piece of one series without a break. */
  readonly longest: number;
  readonly first: string;
  readonly last: string;
}

/** What a table is as a series: enough to propose windows and horizons. */
export interface SeriesSurvey extends UsefulColumns {
  readonly path: string;
  /** The step as a project writes it; undefined where rows are only in order. */
  readonly step?: string;
  readonly label: string;
  readonly unit: RegularSeries["step"]["unit"];
  readonly season?: number;
  readonly zone: string;
  readonly rows: number;
  readonly ids: number;
  readonly first: string;
  readonly last: string;
  /** Years from the first to the last time of training. */
  readonly years: number;
  /** Columns that are read as numbers. */
  readonly numbers: readonly string[];
  /** By the share of validation and of test, the parts that it gives. */
  readonly splits: readonly { readonly share: number; readonly parts: Readonly<Partial<Record<SplitName, SeriesPart>>> }[];
  readonly found: SeriesFound;
  /** What was decided and repaired, in sentences; `told` are those of them that say what `found` counts. */
  readonly warnings: readonly string[];
  readonly told: readonly string[];
}

/** Shares of validation and test that are tried, the larger for short series. */
export const SHARES = [0.15, 0.2] as const;
/** Gaps that a first look names, the longest. */
const LISTED = 3;
const YEAR = 365.25 * 86_400e6;

/** Makes a table regular as a project would, to see what windows it could have. @throws LatheError as `openSeries` */
export async function surveySeries({ folder, source: spec, targets, candidates, workFolder, signal }: SurveySeriesOptions): Promise<SeriesSurvey> {
  const database = await Database.open(workFolder, { signal });
  try {
    const opened = withMissing(await openTable(database, folder, spec.path, { ...csvOptions(spec), timesAsText: true }), spec.missing);
    const source = await openSeries(database, opened, spec, { signal });
    const { series } = source;
    if (!series) throw new LatheError("internal", "a series was opened without its table");
    const { report, step } = series;
    const splits = [];
    let cuts: Cuts | undefined;
    for (const share of SHARES) {
      const found = await findCuts(database, series.table, { validation: share, test: share });
      cuts ??= found;
      splits.push({ share, parts: await partsOf(database, series, found) });
    }
    const bounds = await database.one(`SELECT min(series_time) AS first, max(series_time) AS last FROM ${series.table}`);
    const useful = await usefulColumns(database, source, { targets, known: spec.known ?? [], candidates, until: cuts?.validation ?? Infinity });
    return {
      ...useful,
      path: source.path,
      ...(step.unit === "row" ? {} : { step: writeStep(step) }),
      label: step.label,
      unit: step.unit,
      ...(series.season === undefined ? {} : { season: series.season }),
      zone: series.zone,
      rows: report.rows,
      ids: report.ids,
      first: writeTime(Number(bounds["first"]), series),
      last: writeTime(Number(bounds["last"]), series),
      years: step.unit === "row" ? 0 : (Math.min(cuts?.validation ?? Infinity, Number(bounds["last"])) - Number(bounds["first"])) / YEAR,
      numbers: source.columns.filter(({ kind, name }) => kind === "number" && name !== spec.time && name !== spec.id).map(({ name }) => name),
      splits,
      found: foundIn(report),
      warnings: source.warnings,
      told: series.told,
    };
  } finally {
    database.close();
  }
}

/** Its counts, without every series and every gap. */
function foundIn({ series, ...counts }: RegularSeries["report"]): SeriesFound {
  const gaps = series.flatMap((one) => one.gaps.map(({ from, to, rows }) => ({ id: one.id, from: from.text, to: to.text, rows })));
  const most = (counted: readonly number[]) => counted.reduce((a, b) => Math.max(a, b), 0);
  return {
    ...counts,
    shortDays: most(series.map((one) => one.shortDays)),
    longDays: most(series.map((one) => one.longDays)),
    longestGaps: gaps.sort((a, b) => b.rows - a.rows).slice(0, LISTED),
  };
}

async function partsOf(database: Database, series: RegularSeries, cuts: Cuts): Promise<Partial<Record<SplitName, SeriesPart>>> {
  const part = partBetween(cuts, "series_time", "series_time");
  const rows = await database.all(
    `SELECT part, sum(n) AS rows, max(n) AS longest, min(first) AS first, max(last) AS last FROM (SELECT ${part} AS part, series_segment, count(*) AS n, ` +
      `min(series_time) AS first, max(series_time) AS last FROM ${series.table} GROUP BY 1, 2) GROUP BY part`,
  );
  return Object.fromEntries(
    SPLITS.flatMap((name) => {
      const row = rows.find((one) => Number(one["part"]) === PART[name]);
      if (!row) return [];
      const at = (time: unknown) => writeTime(Number(time), series);
      return [[name, { rows: Number(row["rows"]), longest: Number(row["longest"]), first: at(row["first"]), last: at(row["last"]) }]];
    }),
  );
}
