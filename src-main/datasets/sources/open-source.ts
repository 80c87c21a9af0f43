import { resolve } from "node:path";
import { closest } from "../../base/closest.js";
import type { DataSpec, SourceSpec } from "../../contract/data.js";
import { kindOf, targetColumns, targetKindOf } from "../../features/index.js";
import { stillBad } from "../pictures/quarantine.js";
import { openSeries } from "../series/regular-series.js";
import { csvOptions } from "./csv.js";
import type { Database } from "./database.js";
import { openImageFolder } from "./image-folder.js";
import { type Source, besideTraining, namedLike, readBefore, withMissing } from "./source.js";
import { openTable } from "./table.js";

/** The sources of a project's data section: the main one, and that of the test where it has one of its own. */
export interface Sources {
  readonly source: Source;
  readonly testSource: Source | undefined;
}

/**
 * @param folder the project's. @param cuts of a series, in place of those of its split: what is filled in before one comes from nothing behind it.
 * @throws LatheError `data.*`, `cancelled`
 */
export async function openSources(database: Database, folder: string, data: DataSpec, signal?: AbortSignal, cuts?: readonly number[]): Promise<Sources> {
  const cells = cellsOf(data);
  const source = await openMain(database, folder, data.source, { names: namedColumns(data), cells, split: data.split, cuts, signal });
  return { source, testSource: await openTest(database, folder, data.source, source, signal) };
}

/** The same as they were read before texts had one spelling; of series, which are younger, as they were judged before samples that end on a line were not. */
export function sourcesBefore({ source, testSource }: Sources): Sources {
  const before = (one: Source): Source => (one.series ? { ...one, series: { ...one.series, judgesLines: true } } : readBefore(one));
  return { source: before(source), testSource: testSource && before(testSource) };
}

/** Columns that a data section calls by name. */
export function namedColumns({ inputs, targets }: Pick<DataSpec, "inputs" | "targets">): readonly string[] {
  const named = inputs.flatMap((input) => {
    const columns = kindOf(input).columns(input);
    return columns === "rest" ? [] : columns.map(({ column }) => column);
  });
  return [...new Set([...named, ...targets.flatMap(targetColumns)])];
}

/** How columns are read that a data section calls by name: one that is a target of classes keeps its texts, whatever it looks like. */
function cellsOf({ inputs, targets }: Pick<DataSpec, "inputs" | "targets">): ReadonlyMap<string, "number" | "text"> {
  const cells = new Map<string, "number" | "text">();
  for (const input of inputs) {
    const kind = kindOf(input);
    const columns = kind.columns(input);
    if (columns !== "rest") for (const { column } of columns) cells.set(column, kind.cells === "number" ? "number" : "text");
  }
  for (const target of targets)
    for (const column of targetColumns(target))
      if (cells.get(column) !== "number") cells.set(column, targetKindOf(target).cells === "number" ? "number" : "text");
  return cells;
}

/** The main source alone. @param names of some of its columns, where they are known. */
export async function openMain(
  database: Database,
  folder: string,
  spec: SourceSpec,
  {
    names,
    cells,
    split,
    cuts,
    signal,
  }: {
    readonly names?: readonly string[] | undefined;
    /** How some columns of a series are read, where it is known. */
    readonly cells?: ReadonlyMap<string, "number" | "text"> | undefined;
    /** Of a series, whose gaps are filled so that no part knows of what comes after it. */
    readonly split?: DataSpec["split"] | undefined;
    readonly cuts?: readonly number[] | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Source> {
  if (spec.type !== "image-folder") {
    const opened = withMissing(await openTable(database, folder, spec.path, { ...csvOptions(spec), names, timesAsText: spec.type === "series" }), spec.missing);
    const source = { ...opened, warnings: [...opened.warnings, ...tellNameless(opened, Object.keys(spec.missing ?? {}))] };
    if (spec.type !== "series") return source;
    const shares = split && spec.test !== undefined ? { ...split, test: 0 } : split;
    return openSeries(database, source, spec, { cells, cuts: cuts ?? shares, signal });
  }
  const { levels, names: pattern, exclude, relabel, validation } = spec;
  return openImageFolder(database, resolve(folder, spec.path), {
    levels,
    names: pattern,
    ...(validation === undefined ? {} : { validation: resolve(folder, validation) }),
    exclude,
    relabel,
    bad: await stillBad(folder),
    signal,
  });
}

/** Columns of `source.missing` that are not there would be passed over in silence. */
function tellNameless({ path, columns }: Source, named: readonly string[]): readonly string[] {
  const known = columns.map(({ name }) => name);
  return named
    .filter((name) => !known.includes(name))
    .map((name) => {
      const near = closest(name, known);
      return `source.missing names "${name}", which is no column of ${path}${near === undefined ? "" : `; did you mean "${near}"?`}`;
    });
}

/** The test's own source; undefined where it has none. */
export async function openTest(database: Database, folder: string, spec: SourceSpec, main: Source, signal?: AbortSignal): Promise<Source | undefined> {
  if (spec.test === undefined) return undefined;
  if (spec.type !== "image-folder") {
    const names = main.columns.map(({ name }) => name);
    const options = { ...csvOptions(spec), timesAsText: spec.type === "series", likely: main.decimal, names };
    const source = besideTraining(withMissing(namedLike(await openTable(database, folder, spec.test, options), names), spec.missing));
    return spec.type === "series" ? openSeries(database, source, spec, { name: "test_series", like: main.series, signal }) : source;
  }
  const { levels, names, testExclude, testRelabel } = spec;
  const bad = await stillBad(folder);
  return openImageFolder(database, resolve(folder, spec.test), { levels, names, exclude: testExclude, relabel: testRelabel, bad, signal });
}
