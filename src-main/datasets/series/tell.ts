import type { SeriesSourceSpec } from "../../contract/data.js";
import type { SeriesReport, SeriesStep } from "../../contract/series.js";
import { namedSetting } from "../../contract/source-settings.js";
import type { GatheredRows } from "./gather.js";
import type { LongestHole } from "./longest-hole.js";
import type { ReadRows } from "./read-series.js";

export interface TellQuestion {
  readonly path: string;
  readonly spec: SeriesSourceSpec;
  readonly step: SeriesStep;
  readonly season: number | undefined;
  readonly found: boolean;
  readonly read: ReadRows;
  readonly gathered: GatheredRows;
  readonly report: SeriesReport;
  /** Of values that are filled in. */
  readonly hole: LongestHole | undefined;
}

/** Columns, and series, that a sentence names. */
const NAMED = 3;
/** A gap of a larger share of the rows of its series is long. */
const LONG = 0.1;

/** What was decided and repaired, in sentences. */
export function tellSeries({ path, spec, step, season, found, read, gathered, report, hole }: TellQuestion): readonly string[] {
  const said: string[] = [];
  const { duplicates, equal, merged, offGrid, offGridRow } = gathered;
  const { label } = step;
  if (found) said.push(`the step of ${path} is ${label}, the commonest difference of its times; set ${namedSetting("step")} where it is another`);
  if (report.outOfOrder > 0)
    said.push(
      `${path} is not in order of time: ${rows(report.outOfOrder)} ${report.outOfOrder === 1 ? "stands" : "stand"} behind a later one; they are sorted`,
    );
  if (duplicates > 0) {
    const what = equal === duplicates ? "equal to it in every value" : equal === 0 ? "with other values" : `${equal} equal to it in every value`;
    said.push(
      `${path}: ${rows(duplicates)} ${duplicates === 1 ? "has" : "have"} the time of another row${spec.id === undefined ? "" : " of the same id"}, ` +
        `${what}; such rows are put ` +
        `together by ${namedSetting("combine")}, "${spec.combine}"` +
        (spec.id === undefined && duplicates - equal > report.rows / 2
          ? `; if the file holds several series, name the column that tells them apart as ${namedSetting("id")}`
          : ""),
    );
  }
  if (merged > 0 && !found)
    said.push(
      `${path}: ${rows(gathered.rows + merged)} of different times become ${gathered.rows}, one for each step of ${label}, by ` +
        `${namedSetting("combine")}, "${spec.combine}"`,
    );
  else if (offGrid > 0)
    said.push(
      `${path}: ${offGrid === 1 ? "1 time does" : `${offGrid} times do`} not stand at the beginning of a step of ${label} and ` +
        `${offGrid === 1 ? "is" : "are"} moved there, ` +
        `row ${offGridRow} first` +
        (merged > 0
          ? `; ${rows(merged)} so came into a step that had one, and ${merged === 1 ? "is" : "are"} put together with it by ` +
            `${namedSetting("combine")}, "${spec.combine}"`
          : ""),
    );
  if (gathered.partial) said.push(tellPartial(path, spec, label, gathered.rows, gathered.partial));
  if (report.skipped > 0)
    said.push(`${path}: ${report.skipped === 1 ? "1 time is" : `${report.skipped} times are`} in an hour that the change of clocks skips; moved forward by it`);
  if (report.repeated > 0)
    said.push(`${path}: ${report.repeated} times are in an hour that occurs twice as clocks go back; the first in the file is taken for the earlier one`);
  said.push(...tellGaps(path, spec, step, season, report));
  said.push(...tellHoles(path, spec, read, report));
  if (hole && hole.rows > report.longestGap && hole.rows > 1 && isLong(hole, season))
    said.push(
      `${path}: ${hole.rows} values of "${hole.column}" one behind the other are filled in, from ${hole.from} to ` +
        `${hole.to}${spec.id === undefined ? "" : ` of "${hole.id}"`}; that is ${howLong(hole, season)}, and what is filled in there is invented. Set ` +
        `${namedSetting("gaps")} to "split" to leave it missing`,
    );
  if (report.constant.length > 0)
    said.push(`${path}: ${listed(report.constant)} ${report.constant.length === 1 ? "has" : "have"} one value only, from which nothing can be learnt`);
  return said;
}

function tellPartial(
  path: string,
  { combine }: SeriesSourceSpec,
  label: string,
  all: number,
  { count, ends, usual, last, of }: NonNullable<GatheredRows["partial"]>,
): string {
  const where = ends === 0 ? "" : ends === count ? ", at the ends of their series" : `, ${ends} of them at the ends of their series`;
  return (
    `${path}: ${count} of ${all} steps of ${label} ${count === 1 ? "holds" : "hold"} fewer times than the others, which have ${usual} or more${where}; ` +
    `${count === 1 ? "it is" : "the latest is"} that of ${last}, with ${of}. Their "${combine}" is of what is there; leave rows of unfinished steps out`
  );
}

function tellGaps(path: string, { gaps, id }: SeriesSourceSpec, { label }: SeriesStep, season: number | undefined, report: SeriesReport): readonly string[] {
  if (report.gapCount === 0) return [];
  const done = {
    interpolate: "filled in on a line between their neighbours",
    forward: "filled in with the last value",
    mark: "filled in on a line, and marked",
    split: "not filled in: each ends its series",
  };
  const longest = longestGap(report);
  const where = longest === undefined ? "" : `, from ${longest.from.text} to ${longest.to.text}${id === undefined ? "" : ` of "${longest.id}"`}`;
  const said = [
    `${path}: ${report.gapCount === 1 ? "1 gap" : `${report.gapCount} gaps`} of ${report.gapRows} step${report.gapRows === 1 ? "" : "s"} of ${label} in all, ` +
      `the longest of ${report.longestGap}${where}; ${done[gaps]}`,
  ];
  if (gaps !== "split" && longest !== undefined && isLong(longest, season) && report.longestGap > 1)
    said.push(
      `${path}: the longest gap, ${report.longestGap} steps${where}, is ${howLong(longest, season)}; what is filled in ` +
        `there is invented. Set ${namedSetting("gaps")} to "split" to end the series there`,
    );
  return said;
}

/** Of some steps among those of their series. */
interface Stretch {
  readonly rows: number;
  readonly of: number;
}

function isLong({ rows: length, of }: Stretch, season: number | undefined): boolean {
  return length > (season ?? Infinity) || length > of * LONG;
}

function howLong({ rows: length }: Stretch, season: number | undefined): string {
  return season !== undefined && length > season ? "longer than a season" : "more than a tenth of its series";
}

function longestGap({ series }: SeriesReport) {
  let longest: (SeriesReport["series"][number]["gaps"][number] & { readonly id: string; readonly of: number }) | undefined;
  for (const { id, rows: of, gaps } of series) for (const gap of gaps) if (longest === undefined || gap.rows > longest.rows) longest = { ...gap, id, of };
  return longest;
}

function tellHoles(path: string, { gaps }: SeriesSourceSpec, { values }: ReadRows, report: SeriesReport): readonly string[] {
  const said: string[] = [];
  const empty = values.filter(({ number, name }) => number && report.missing[name] === report.rows).map(({ name }) => name);
  const counted = (counts: Readonly<Record<string, number>>) => Object.entries(counts).filter(([name]) => !empty.includes(name));
  const filled = counted(report.filled);
  if (filled.length > 0) said.push(`${path}: filled in ${verb(filled, "is", "are")} ${byColumn(filled)}`);
  const missing = counted(report.missing);
  if (missing.length > 0)
    said.push(
      `${path}: ${byColumn(missing)} ${verb(missing, "stays", "stay")} ` +
        `missing${gaps === "split" ? `, since ${namedSetting("gaps")} is "split"` : ", before the first or behind the last value of a series"}; ` +
        `samples that need them are not used`,
    );
  if (empty.length > 0)
    said.push(
      `${path}: ${listed(empty)} ${empty.length === 1 ? "has" : "have"} no value at all; fill ${empty.length === 1 ? "it" : "them"} in to use ` +
        (empty.length === 1 ? "it" : "them"),
    );
  return said;
}

function verb(counts: readonly (readonly [string, number])[], one: string, many: string): string {
  return counts.length === 1 && counts[0]?.[1] === 1 ? one : many;
}

function byColumn(counts: readonly (readonly [string, number])[]): string {
  const some = counts.slice(0, NAMED).map(([name, n]) => `${n} value${n === 1 ? "" : "s"} of "${name}"`);
  return `${some.join(", ")}${counts.length > NAMED ? ` and some of ${counts.length - NAMED} more columns` : ""}`;
}

function listed(names: readonly string[]): string {
  const some = names.slice(0, NAMED).map((name) => `"${name}"`);
  return `column${names.length === 1 ? "" : "s"} ${some.join(", ")}${names.length > NAMED ? ` and ${names.length - NAMED} more` : ""}`;
}

function rows(n: number): string {
  return n === 1 ? "1 row" : `${n} rows`;
}
