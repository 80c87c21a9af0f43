import { LatheError } from "../../base/errors.js";
import { namedSetting } from "../../contract/source-settings.js";
import { type FutureTable, type SeriesExtent, type SeriesTable, writeTime } from "../../datasets/index.js";
import type { FittedData } from "../../features/fitted.js";
import { kindOf, rowsOf, targetKindOf } from "../../features/index.js";
import type { ForecastPlan } from "./plan-forecast.js";

/** Where the forecast of a series begins: behind a row, from 0. */
export interface Origin extends SeriesExtent {
  readonly row: number;
}

/** A series that cannot be forecast, and why, as the end of a sentence that begins with it. */
export interface LeftOut {
  readonly id: string;
  readonly reason: string;
}

/** Series that a sentence names. */
const NAMED = 5;

/** The last row of each series at which all is there that the model reads of the past, the targets themselves among it. */
export function findOrigins(
  fitted: FittedData,
  plan: ForecastPlan,
  future: FutureTable,
): { readonly origins: readonly Origin[]; readonly leftOut: readonly LeftOut[] } {
  const { table, extents } = future;
  const needs = pastOf(fitted, plan, future);
  const length = 1 + Math.max(...needs.map(({ from }) => -from));
  const origins: Origin[] = [];
  const leftOut: LeftOut[] = [];
  for (const extent of extents) {
    const { first, last, id } = extent;
    let start = last;
    while (start > first && table.segment(start - 1) === table.segment(last)) start--;
    let row = last;
    while (row - length + 1 >= start && !isWhole(table, needs, row)) row--;
    if (row - length + 1 >= start) origins.push({ ...extent, row });
    else leftOut.push({ id, reason: reasonOf(future, needs, { start, last, length, gap: start > first }) });
  }
  return { origins, leftOut };
}

interface Past {
  readonly columns: readonly string[];
  /** The first row that is read, from a sample's own on. */
  readonly from: number;
}

function pastOf({ inputs }: FittedData, { targets }: ForecastPlan, { targets: there }: FutureTable): readonly Past[] {
  const asked = [...new Set(targets.flatMap((target) => targetKindOf(target).columnsOf(target)))].filter((column) => there.has(column));
  return [
    { columns: asked, from: 0 },
    ...inputs.map((input) => ({
      columns: kindOf(input).gaps(input) === "keep" || rowsOf(input).from > 0 ? [] : kindOf(input).columnsOf(input),
      from: Math.min(0, rowsOf(input).from),
    })),
  ];
}

function isWhole(table: SeriesTable, needs: readonly Past[], row: number): boolean {
  return needs.every(({ columns, from }) => columns.every((column) => !table.isMissing(column, row + from, row)));
}

function reasonOf(
  { table }: FutureTable,
  needs: readonly Past[],
  { start, last, length, gap }: { readonly start: number; readonly last: number; readonly length: number; readonly gap: boolean },
): string {
  const rows = last - start + 1;
  if (rows < length)
    return (
      `has ${rows} row${rows === 1 ? "" : "s"}${gap ? " after its last gap" : ""}, and the model reads ${length}` +
      (gap ? `; ${namedSetting("gaps")} "interpolate" fills gaps` : "")
    );
  const lacking = [...new Set(needs.flatMap(({ columns }) => columns))].filter((column) => table.isMissing(column, start, last));
  return `nowhere has ${length} rows one after the other with all of ${lacking.join(", ")}`;
}

/** A column that must be known in advance, and is not for so long. */
interface Short {
  readonly id: string;
  readonly column: string;
  /** Times that are read, and the last before the first that is missing. */
  readonly from: string;
  readonly to: string;
  readonly has: string | null;
}

/** @throws LatheError `data.value` with the exact times, where a column does not reach as far as it is read. */
export function refuseShort({ table, series, path }: FutureTable, { needed, steps, stride, blocks }: ForecastPlan, origins: readonly Origin[]): void {
  const short: Short[] = [];
  for (const { id, row } of origins) {
    for (const [column, rows] of needed) {
      let missing = row + 1;
      while (missing <= row + rows && table.has(column, missing)) missing++;
      if (missing > row + rows) continue;
      const at = (r: number) => writeTime(table.time(r), series);
      short.push({ id, column, from: at(row + 1), to: at(row + rows), has: missing === row + 1 ? null : at(missing - 1) });
    }
  }
  const [first] = short;
  if (!first) return;
  const name = (id: string) => (series.id === undefined ? "" : ` of ${series.id} ${id}`);
  const lines = short
    .slice(0, NAMED)
    .map(({ id, column, from, to, has }) => `${column}${name(id)} from ${from} to ${to}, got ${has === null ? "none" : `values to ${has}`}`);
  const more = short.length > NAMED ? `; and ${short.length - NAMED} more` : "";
  const why = blocks > 1 ? `, since the model forecasts ${stride} at a time` : "";
  throw new LatheError(
    "data.value",
    `${path}: a forecast of ${steps} step${steps === 1 ? "" : "s"} reads what is known in advance${why}: expected ${lines.join("; ")}${more}. ` +
      `Add rows with these times and values; what is not known yet stays empty in them`,
    { path, short: short.slice(0, 1000) },
  );
}
