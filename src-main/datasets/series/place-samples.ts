import { LatheError } from "../../base/errors.js";
import type { DataSpec, SeriesSourceSpec } from "../../contract/data.js";
import { kindOf, rowsOf, rowsOfTarget, targetKindOf } from "../../features/index.js";
import type { RowSpan } from "../../features/kind.js";
import type { DataWarning } from "../data-warning.js";
import type { SkippedRows } from "../prepared.js";
import type { Roles } from "../roles.js";
import type { Database } from "../sources/database.js";
import type { Source } from "../sources/source.js";
import { PART, SPLITS, type SplitCounts } from "../splits.js";
import { type Staged, cellOf } from "../staging.js";
import { type Cuts, partBetween } from "./cuts.js";
import type { Fold } from "./fold.js";
import { endsOnLine } from "./look-ahead.js";
import type { RegularSeries } from "./regular-table.js";
import { writeTime } from "./zone.js";

export interface PlaceSamplesQuestion {
  /** The staged rows of a regular table, in its order. */
  readonly staged: Staged;
  readonly series: RegularSeries;
  readonly data: DataSpec;
  readonly roles: Roles;
  /** Tables to make, a row for each of the series': the part of the sample that begins there, and the part that the row itself is of. */
  readonly parts: string;
  readonly spans: string;
  /** `test`: a file of its own for the test, all of whose samples are. A fold: the test is what lies in it; the past of its samples may be trained on. */
  readonly cuts: Cuts | "test" | Fold;
}

/** What the samples of some inputs and targets reach over. */
export interface SampleReach {
  /** Rows before the sample's own, and after it. */
  readonly past: number;
  readonly ahead: number;
}

/** Something that a sample must have in each of some rows. */
interface Needed {
  readonly column: string;
  readonly sql: string;
  readonly rows: RowSpan;
  readonly reason: SkippedRows["reason"];
}

export function reachOf({ inputs, targets }: Pick<DataSpec, "inputs" | "targets">): SampleReach {
  const spans = [...inputs.map((input) => rowsOf(input)), ...targets.map(rowsOfTarget)];
  return { past: Math.max(0, ...spans.map(({ from }) => -from)), ahead: Math.max(0, ...spans.map(({ to }) => to)) };
}

/** A series' settings; undefined of other data. */
export function seriesOf({ source }: Pick<DataSpec, "source">): SeriesSourceSpec | undefined {
  return source.type === "series" ? source : undefined;
}

/** Samples begin so many rows apart. */
export function strideOf(data: Pick<DataSpec, "source">): number {
  return seriesOf(data)?.stride ?? 1;
}

/**
 * Puts samples, one for each row, into parts. A sample is used where all of its rows are there, in one piece of one series, and hold what it reads; it is in a
 * part where all of them are before, between or behind the cuts. Samples that reach over a cut are in no part.
 */
export async function placeSamples(
  database: Database,
  { staged, series, data, roles, parts, spans, cuts }: PlaceSamplesQuestion,
): Promise<{ readonly counts: SplitCounts; readonly skipped: readonly SkippedRows[] }> {
  const { past, ahead } = reachOf(data);
  const needed = neededValues(staged, data, roles);
  const { table } = series;
  const onLine = series.judgesLines ? undefined : endsOnLineOf(series, data, roles);
  const stride = strideOf(data);
  const partOf = (first: string, last: string, next = first) =>
    cuts === "test"
      ? String(PART.test)
      : "until" in cuts
        ? `CASE WHEN ${last} < ${cuts.from} THEN ${PART.train} WHEN ${next} >= ${cuts.from} AND ${last} < ${cuts.until} THEN ${PART.test} ` +
          `ELSE ${CODES.across} END`
        : partBetween(cuts, first, last, CODES.across);
  await database.exec(`CREATE TABLE ${spans} AS SELECT CAST(${partOf("series_time", "series_time")} AS TINYINT) AS part FROM ${table} ORDER BY rowid`);
  const lacks = needed.map(
    ({ sql, rows: { from, to } }, k) =>
      `sum(CASE WHEN ${sql} IS NULL THEN 1 ELSE 0 END) OVER (PARTITION BY series_segment ORDER BY ${staged.table}.rowid ` +
      `ROWS BETWEEN ${bound(from)} AND ${bound(to)}) AS lacks${k}`,
  );
  const columns = [
    `${staged.table}.rowid AS r`,
    "row_number() OVER segment AS place",
    "count(*) OVER (PARTITION BY series_segment) AS n",
    `lag(series_time, ${past}) OVER segment AS first`,
    `lead(series_time, ${ahead}) OVER segment AS last`,
    `lead(series_time, ${Math.min(1, ahead)}) OVER segment AS next`,
    `${onLine ?? "false"} AS online`,
    ...lacks,
  ];
  const part = partOf("first", "last", "next");
  const reason =
    `CASE WHEN place <= ${past} OR place + ${ahead} > n THEN ${CODES.short} ` +
    needed.map((_, k) => `WHEN lacks${k} > 0 THEN ${CODES.lacks - k} `).join("") +
    `WHEN (place - 1 - ${past}) % ${stride} <> 0 THEN ${CODES.between} ` +
    `WHEN online AND ${part} IN (${PART.validation}, ${PART.test}) THEN ${CODES.onLine} ELSE ${part} END`;
  await database.exec(
    `CREATE TABLE ${parts}_reasons AS SELECT r, CAST(${reason} AS INTEGER) AS code FROM (SELECT ${columns.join(", ")} FROM ${staged.table} ` +
      `POSITIONAL JOIN ${table} WINDOW segment AS (PARTITION BY series_segment ORDER BY ${staged.table}.rowid))`,
  );
  await database.exec(`CREATE TABLE ${parts} AS SELECT CAST(greatest(code, ${PART.skipped}) AS TINYINT) AS part FROM ${parts}_reasons ORDER BY r`);
  const counts = { train: 0, validation: 0, test: 0 };
  const skipped: SkippedRows[] = [];
  for (const { code, n } of await database.all(`SELECT code, count(*) AS n FROM ${parts}_reasons GROUP BY code ORDER BY code DESC`)) {
    const [found, rows] = [Number(code), Number(n)];
    const split = SPLITS.find((name) => PART[name] === found);
    const lack = needed[CODES.lacks - found];
    if (split) counts[split] = rows;
    else if (lack) skipped.push({ reason: lack.reason, column: lack.column, rows });
    else skipped.push({ reason: REASONS.get(found) ?? "stride", column: "", rows });
  }
  await database.exec(`DROP TABLE ${parts}_reasons`);
  return { counts, skipped };
}

/** Why a row begins no sample; what a sample lacks is counted down from `lacks`. */
const CODES = { short: -2, between: -3, across: -4, onLine: -5, lacks: -10 } as const;

const REASONS: ReadonlyMap<number, SkippedRows["reason"]> = new Map([
  [CODES.short, "incomplete window"],
  [CODES.between, "stride"],
  [CODES.across, "across the split"],
  [CODES.onLine, "last value filled in on a line"],
]);

function endsOnLineOf(series: RegularSeries, data: Pick<DataSpec, "inputs" | "targets">, roles: Roles): string | undefined {
  return endsOnLine(series, data, ({ name }) => roles.inputs.get(name) ?? []);
}

function bound(row: number): string {
  return row === 0 ? "CURRENT ROW" : row < 0 ? `${-row} PRECEDING` : `${row} FOLLOWING`;
}

function neededValues(staged: Staged, data: DataSpec, roles: Roles): readonly Needed[] {
  const needed: Needed[] = [];
  for (const target of data.targets) {
    for (const column of roles.targets.get(target.name) ?? [])
      needed.push({ column, sql: cellOf(staged, targetKindOf(target), column), rows: rowsOfTarget(target), reason: "missing target" });
  }
  for (const input of data.inputs) {
    const kind = kindOf(input);
    if (kind.gaps(input) === "keep") continue;
    for (const column of roles.inputs.get(input.name) ?? [])
      needed.push({ column, sql: cellOf(staged, kind, column), rows: rowsOf(input), reason: "missing value" });
  }
  return needed;
}

/** @throws LatheError `data.split` where a part that was asked for has no sample, saying how many rows one takes. */
export function checkSamples(
  counts: SplitCounts,
  data: DataSpec,
  { path, hasTestFile, skipped }: { readonly path: string; readonly hasTestFile: boolean; readonly skipped: readonly SkippedRows[] },
): void {
  const { past, ahead } = reachOf(data);
  const wanted = [
    ["train", true],
    ["validation", data.split.validation > 0],
    ["test", hasTestFile || data.split.test > 0],
  ] as const;
  const empty = wanted.find(([name, asked]) => asked && counts[name] === 0);
  if (!empty) return;
  const rows = past + 1 + ahead;
  const lacks = skipped
    .filter(({ column }) => column !== "")
    .map(({ column, rows: n }) => `${n === 1 ? "1 row begins" : `${n} rows begin`} none, since a value of "${column}" that it needs is missing`);
  throw new LatheError(
    "data.split",
    `no sample fits into the ${empty[0]} part of ${path}: a sample reaches over ${rows} rows (${past + 1} of the past and ${ahead} ahead) without a gap, all ` +
      `of them in that part; ${lacks.length === 0 ? "" : `${lacks.join(", ")}: fill it in, or leave out the rows behind its last value; or else `}use ` +
      `shorter windows, a shorter horizon, or a larger share of the rows`,
    { path, counts },
  );
}

/** What forecasts are judged by, and whether they know of what comes. */
export interface JudgedSamples {
  readonly series: RegularSeries;
  /** The table of each row's part. */
  readonly parts: string;
}

/** Warns a run that goes on as it began of judged samples that end at a value filled in on a line to a later one, see `endsOnLine`. */
export async function tellLookAhead(
  database: Database,
  tables: readonly JudgedSamples[],
  data: Pick<DataSpec, "inputs" | "targets">,
  roles: Roles,
  path: string,
): Promise<readonly DataWarning[]> {
  let [judged, ahead] = [0, 0];
  for (const { series, parts } of tables) {
    if (!series.judgesLines) continue;
    const { n, seen } = await database.one(
      `SELECT count(*) AS n, count(CASE WHEN ${endsOnLineOf(series, data, roles) ?? "false"} THEN 1 END) AS seen FROM ${parts} ` +
        `POSITIONAL JOIN ${series.table} WHERE part IN (${PART.validation}, ${PART.test})`,
    );
    judged += Number(n);
    ahead += Number(seen);
  }
  if (ahead === 0) return [];
  return [
    {
      code: "data.ahead",
      message:
        `${ahead} of the ${judged} validation and test samples of ${path} end at a value that was filled in on a line to a later one, and so know of what ` +
        `comes; errors look smaller than they will be. A new run judges by none of them`,
    },
  ];
}

/** Which times each part is of, in a sentence: scalings are learnt from the first. */
export async function tellSpans(database: Database, series: RegularSeries, spans: string, path: string): Promise<readonly DataWarning[]> {
  const rows = await database.all(
    `SELECT part, min(series_time) AS first, max(series_time) AS last, count(*) AS n FROM ${series.table} POSITIONAL JOIN ${spans} GROUP BY part ORDER BY part`,
  );
  const names = new Map<number, string>([
    [PART.train, "training"],
    [PART.validation, "validation"],
    [PART.test, "test"],
  ]);
  const told = rows.flatMap(({ part, first, last, n }) => {
    const name = names.get(Number(part));
    return name === undefined ? [] : [`${name} ${writeTime(Number(first), series)} to ${writeTime(Number(last), series)} (${Number(n)} rows)`];
  });
  return [{ code: "data.span", message: `${path} is split by time: ${told.join(", ")}; scalings are learnt from the training rows alone` }];
}

/** Ids that are named. */
const NAMED = 3;

/** Which series of several begin no sample at all, in a sentence: they are not learnt from, nor judged. */
export async function tellSilent(database: Database, { series, columns, path }: Source, parts: string): Promise<readonly DataWarning[]> {
  const id = columns.find(({ name }) => name === series?.id);
  if (!series || !id) return [];
  const { ids } = series.report;
  const rows = await database.all(
    `SELECT count(*) OVER () AS silent, id, n FROM (SELECT id, count(*) AS n, count(CASE WHEN part > ${PART.skipped} THEN 1 END) AS samples FROM ` +
      `(SELECT ${id.sql} AS id, part FROM ${series.table} POSITIONAL JOIN ${parts}) GROUP BY id) WHERE samples = 0 ORDER BY id LIMIT ${NAMED}`,
  );
  const silent = Number(rows[0]?.["silent"] ?? 0);
  if (silent === 0) return [];
  const named = rows.map(({ id, n }) => `"${String(id)}" (${Number(n)} row${Number(n) === 1 ? "" : "s"})`).join(", ");
  return [
    {
      code: "data.silent",
      message:
        `${path}: ${silent.toLocaleString("en")} of ${ids.toLocaleString("en")} series ${silent === 1 ? "begins" : "begin"} no sample, such as ${named}; the ` +
        `model is not trained or judged on ${silent === 1 ? "it" : "them"}. Shorter windows and horizons fit into more series`,
    },
  ];
}
