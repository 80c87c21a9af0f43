import { defined } from "../base/assert.js";
import { LatheError } from "../base/errors.js";
import { type DataSpec, PICTURE_COLUMN } from "../contract/data.js";
import { kindOf, picturesOf, targetKindOf } from "../features/index.js";
import { tellWords } from "./column-words.js";
import { type DataFormat, formatNow } from "./data-format.js";
import { foldersOf } from "./pictures/folders-of.js";
import { type SkippedRows, describeSkipped } from "./prepared.js";
import type { Roles } from "./roles.js";
import { findCuts } from "./series/cuts.js";
import type { Fold } from "./series/fold.js";
import { checkSamples, placeSamples, tellLookAhead, tellSilent, tellSpans } from "./series/place-samples.js";
import type { Database } from "./sources/database.js";
import { UNUSED } from "./sources/image-folder.js";
import type { Source, Wanted } from "./sources/source.js";
import { literal } from "./sources/sql.js";
import { PART, SPLITS, type SplitCounts, type SplitName, checkCounts, onePart, split } from "./splits.js";
import { type Staged, cellOf, stage } from "./staging.js";
import type { DataWarning } from "./data-warning.js";

/** A staged table and the table of its rows' parts. */
export interface StagedPart {
  readonly staged: Staged;
  /** Of each row, the part of the sample that it is, or of a series that begins there. */
  readonly parts: string;
  /** Of each row of a series, the part that it is of by its time; of other tables `parts`. Scalings are learnt from its training rows. */
  readonly spans: string;
}

export interface StagedData {
  /** The table, and the test file's where there is one. */
  readonly tables: readonly [StagedPart, ...StagedPart[]];
  readonly counts: SplitCounts;
  readonly skipped: SkippedRows[];
  /** Missing values by column of the table. */
  readonly missing: Record<string, number>;
  /** What was decided of texts of columns with a role. */
  readonly notes: readonly DataWarning[];
}

export interface StageQuestion {
  readonly source: Source;
  readonly testSource: Source | undefined;
  readonly data: DataSpec;
  readonly seed: number;
  readonly roles: Roles;
  /** Columns of the table to read beside those with a role, for an audit. */
  readonly more?: Pick<Wanted, "numbers" | "texts">;
  /** Of a series, what is trained on and what is judged, in place of the project's split. */
  readonly fold?: Fold | undefined;
  /** As a run began; omitted: as data are read now. */
  readonly format?: DataFormat | undefined;
  readonly progress: (stage: "read" | "split", done: number, total?: number) => void;
}

/** Reads the table and the test file, excludes rows that cannot be used, and puts every other row into a part. @throws LatheError `data.*` */
export async function stageData(database: Database, question: StageQuestion): Promise<StagedData> {
  const { source, testSource, data, seed, roles, more = { numbers: [], texts: [] }, format = formatNow(question.data), progress } = question;
  const all = { ...roles, numbers: [...new Set([...roles.numbers, ...more.numbers])], texts: [...new Set([...roles.texts, ...more.texts])] };
  const staged = await stage(database, source, "data", all);
  const tested =
    testSource && (await stage(database, testSource, "test_data", { numbers: roles.numbers, texts: roles.texts, lists: roles.lists ?? [] }, staged));
  progress("split", 0);
  const missing = await countMissing(database, staged, all);
  refuseAllMissing(staged, roles, missing, data);
  if (source.series) return { ...(await placeSeries(database, question, staged, tested)), missing };
  const keep = await keepRows(database, staged, data, roles, format);
  const skipped = [...keep.skipped];
  const spec = testSource ? { ...data.split, test: 0 } : data.split;
  const strata = data.split.by === "random" && data.split.stratify ? data.targets.filter((t) => targetKindOf(t).stratified) : [];
  const counts = {
    ...(await split(database, {
      table: staged.table,
      parts: "parts",
      split: spec,
      seed,
      keep: keep.sql,
      ...(source.validated === undefined ? {} : { validated: `(${staged.text(PICTURE_COLUMN)} IN (SELECT path FROM ${source.validated}))` }),
      before: source.before,
      strata: strata.slice(0, format === 4 ? strata.length : 1).map(({ name }) => staged.text(roles.targets.get(name)?.[0] ?? "")),
      ...(roles.group === undefined ? {} : { group: staged.text(roles.group) }),
    })),
  };
  const tables: [StagedPart, ...StagedPart[]] = [{ staged, parts: "parts", spans: "parts" }];
  if (tested) {
    const keepTested = await keepRows(database, tested, data, roles, format);
    skipped.push(...keepTested.skipped);
    counts.test = await onePart(database, tested.table, "test_parts", keepTested.sql, "test");
    tables.push({ staged: tested, parts: "test_parts", spans: "test_parts" });
  }
  checkCounts(counts, source.validated === undefined ? data.split : { ...data.split, validation: 0 }, testSource !== undefined, source.path);
  if (source.validated !== undefined && counts.validation === 0)
    throw new LatheError("data.split", `the folder of the validation of ${source.path} has no picture that can be used`, { path: source.path });
  const groups = roles.group === undefined ? [] : [await tellGroups(database, tables, roles.group)];
  return { tables, counts, skipped, missing, notes: [...groups, ...tellTexts(staged, roles)] };
}

/** The samples of a series, each begun by a row, in the parts that its rows are of by their time. */
async function placeSeries(
  database: Database,
  { source, testSource, data, roles, fold }: StageQuestion,
  staged: Staged,
  tested: Staged | undefined,
): Promise<Omit<StagedData, "missing">> {
  const main = defined(source.series, "the series");
  const cuts = fold ?? (await findCuts(database, main.table, testSource ? { ...data.split, test: 0 } : data.split));
  const placed = await placeSamples(database, { staged, series: main, data, roles, parts: "parts", spans: "spans", cuts });
  const counts = { ...placed.counts };
  const skipped = [...placed.skipped];
  const tables: [StagedPart, ...StagedPart[]] = [{ staged, parts: "parts", spans: "spans" }];
  if (tested && testSource?.series) {
    const question = { staged: tested, series: testSource.series, data, roles, parts: "test_parts", spans: "test_spans", cuts: "test" as const };
    const own = await placeSamples(database, question);
    counts.test = own.counts.test;
    skipped.push(...own.skipped);
    tables.push({ staged: tested, parts: "test_parts", spans: "test_spans" });
  }
  checkSamples(counts, data, { path: source.path, hasTestFile: tested !== undefined, skipped });
  const judged = tables.flatMap(({ staged: { source: own }, parts }) => (own.series ? [{ series: own.series, parts }] : []));
  const notes = [
    ...(await tellSpans(database, main, "spans", source.path)),
    ...(await tellSilent(database, source, "parts")),
    ...(await tellLookAhead(database, judged, data, roles, source.path)),
    ...tellTexts(staged, roles),
  ];
  return { tables, counts, skipped: uniteSkipped(skipped), notes };
}

/** Of two tables, what was excluded for one reason together. */
function uniteSkipped(skipped: readonly SkippedRows[]): SkippedRows[] {
  const united = new Map<string, SkippedRows>();
  for (const skip of skipped) {
    const key = `${skip.reason} ${skip.column}`;
    united.set(key, { ...skip, rows: (united.get(key)?.rows ?? 0) + skip.rows });
  }
  return [...united.values()];
}

/**
 * How many groups of a column each part got, and how large the one is of rows that have none. Parts that are files or folders of their own
 * are as they are given: how many groups they share with another part is told.
 */
async function tellGroups(database: Database, tables: readonly StagedPart[], column: string): Promise<DataWarning> {
  const parted = tables.map(({ staged, parts }) => `SELECT ${staged.text(column)} AS value, part FROM ${staged.table} POSITIONAL JOIN ${parts}`);
  const cells = `(${parted.join(" UNION ALL ")}) WHERE part <> ${PART.skipped}`;
  const rows = await database.all(`SELECT part, count(DISTINCT value) AS groups, count(*) FILTER (WHERE value IS NULL) AS without FROM ${cells} GROUP BY part`);
  const found = new Map(rows.map(({ part, groups, without }) => [Number(part), { groups: Number(groups), without: Number(without) }]));
  const told = SPLITS.flatMap((name) => {
    const part = found.get(PART[name]);
    return part && part.groups > 0 ? [`${part.groups} in ${name}`] : [];
  });
  const shared = await database.all(`SELECT value FROM ${cells} AND value IS NOT NULL GROUP BY value HAVING count(DISTINCT part) > 1 ORDER BY value`);
  const torn =
    shared.length === 0
      ? ""
      : `; ${shared.length} of them, such as "${String(shared[0]?.["value"])}", ${shared.length === 1 ? "is" : "are"} in more than one part, ` +
        "because a part has a table or folder of its own: figures there are not of groups that training never saw";
  const without = SPLITS.flatMap((name) => {
    const { without: n = 0 } = found.get(PART[name]) ?? {};
    return n > 0
      ? [`; ${n} row${n === 1 ? " has" : "s have"} no "${column}" and ${n === 1 ? "is a group of its" : "are a group of their"} own, in ${name}`]
      : [];
  });
  return { code: "data.groups", message: `the groups of "${column}" stay together: ${told.join(", ")}${torn}${without.join("")}` };
}

function tellTexts(staged: Staged, roles: Roles): readonly DataWarning[] {
  const used = roles.texts.filter((column) => column !== roles.group);
  return used.flatMap((column) => {
    const words = staged.words.get(column);
    return words ? tellWords(column, staged.source.path, words) : [];
  });
}

/** A column that a row must have a value in. */
export interface Needed {
  readonly column: string;
  readonly sql: string;
  readonly reason: SkippedRows["reason"];
}

/** What a row must have to be used: a target, or before format 4 all of them, and all values of inputs whose policy is to drop. */
export function neededColumns(staged: Staged, data: DataSpec, roles: Roles, format: DataFormat = formatNow(data)): readonly Needed[] {
  const needed: Needed[] = [...neededPictures(staged, data, roles)];
  const required = data.targets.filter((target) => format !== 4 || targetKindOf(target).needed);
  needed.push(...required.flatMap((target) => targetCells(staged, target, roles)).map((cell) => ({ ...cell, reason: "missing target" as const })));
  if (required.length === 0) {
    const any = data.targets.flatMap((target) => targetCells(staged, target, roles)).map(({ sql }) => `${sql} IS NOT NULL`);
    needed.push({ column: "", sql: `(CASE WHEN ${any.join(" OR ")} THEN 1 END)`, reason: "missing target" });
  }
  for (const input of data.inputs) {
    const kind = kindOf(input);
    if (kind.kept !== "record" || kind.gaps(input) !== "drop") continue;
    needed.push(...(roles.inputs.get(input.name) ?? []).map((column) => ({ column, sql: cellOf(staged, kind, column), reason: "missing value" as const })));
  }
  return needed;
}

/** SQL of a target's cells; NULL is missing. */
function targetCells(staged: Staged, target: DataSpec["targets"][number], roles: Roles): readonly Pick<Needed, "column" | "sql">[] {
  return (roles.targets.get(target.name) ?? []).map((column) => ({ column, sql: cellOf(staged, targetKindOf(target), column) }));
}

/** Why rows are excluded; of one of several targets that no row may lack, that it is so. */
export function tellSkipped(skip: SkippedRows, { source, targets }: Pick<DataSpec, "source" | "targets">, roles: Pick<Roles, "targets">): string {
  const why = describeSkipped(skip, foldersOf(source) !== undefined);
  if (skip.reason !== "missing target" || targets.length < 2) return why;
  const needed = targets.find((target) => targetKindOf(target).needed && roles.targets.get(target.name)?.includes(skip.column));
  return needed ? `${why}; samples are compared by target ${needed.name}, so that a row without it is not used for the other targets either` : why;
}

/** By target, the rows in use that lack a value of it, by part; of targets that none lacks nothing. */
export async function countGaps(
  database: Database,
  tables: readonly Pick<StagedPart, "staged" | "parts">[],
  data: DataSpec,
  roles: Roles,
): Promise<ReadonlyMap<string, SplitCounts>> {
  const gaps = new Map<string, Record<SplitName, number>>();
  for (const { staged, parts } of tables) {
    const lacking = data.targets.map((target, k) => {
      const cells = targetCells(staged, target, roles);
      return `count(*) FILTER (WHERE ${cells.map(({ sql }) => `${sql} IS NULL`).join(" OR ")}) AS g${k}`;
    });
    const rows = await database.all(
      `SELECT part, ${lacking.join(", ")} FROM ${staged.table} POSITIONAL JOIN ${parts} WHERE part <> ${PART.skipped} GROUP BY part`,
    );
    for (const row of rows) {
      const part = SPLITS.find((name) => PART[name] === row["part"]);
      data.targets.forEach(({ name }, k) => {
        const n = Number(row[`g${k}`]);
        if (part === undefined || n === 0) return;
        const counts = gaps.get(name) ?? { train: 0, validation: 0, test: 0 };
        counts[part] += n;
        gaps.set(name, counts);
      });
    }
  }
  return gaps;
}

/** Pictures that are named, and not among those that are not to be used. */
function neededPictures(staged: Staged, data: DataSpec, roles: Roles): readonly Needed[] {
  const { unused } = staged.source;
  return picturesOf(data.inputs).flatMap((input) =>
    (roles.inputs.get(input.name) ?? []).flatMap((column): readonly Needed[] => {
      const text = staged.text(column);
      if (kindOf(input).gaps(input) !== "drop") {
        if (unused === undefined) return [];
        const excluded = `${text} IN (SELECT path FROM ${unused} WHERE reason = ${literal(UNUSED.excluded)})`;
        return [{ column, reason: UNUSED.excluded, sql: `(CASE WHEN ${excluded} THEN NULL ELSE 1 END)` }];
      }
      const without = (reason: SkippedRows["reason"]): Needed => ({
        column,
        reason,
        sql: `(CASE WHEN ${text} NOT IN (SELECT path FROM ${unused} WHERE reason = ${literal(reason)}) THEN ${text} END)`,
      });
      return [{ column, sql: text, reason: "missing value" }, ...(unused === undefined ? [] : [without(UNUSED.excluded), without(UNUSED.unreadable)])];
    }),
  );
}

/** SQL of the place of the first that a row lacks; NULL for a row in use. A row is counted once, whatever it lacks besides. */
export function firstMissing(needed: readonly Needed[]): string {
  return `CASE ${needed.map(({ sql }, k) => `WHEN ${sql} IS NULL THEN ${k}`).join(" ")} END`;
}

async function keepRows(
  database: Database,
  staged: Staged,
  data: DataSpec,
  roles: Roles,
  format: DataFormat,
): Promise<{ readonly sql: string; readonly skipped: readonly SkippedRows[] }> {
  const needed = neededColumns(staged, data, roles, format);
  for (const input of data.inputs) {
    const kind = kindOf(input);
    if (kind.gaps(input) !== "refuse") continue;
    for (const column of kind.kept === "pictures" ? (roles.inputs.get(input.name) ?? []) : []) await refusePictures(database, staged, column);
    if (kind.cells === "number") await refuseMissing(database, staged, roles.inputs.get(input.name) ?? []);
  }
  const first = firstMissing(needed);
  const counted = await database.all(
    `SELECT reason, count(*) AS n FROM (SELECT ${first} AS reason FROM ${staged.table}) WHERE reason IS NOT NULL GROUP BY reason ORDER BY reason`,
  );
  const skipped = counted.flatMap(({ reason, n }) => {
    const why = needed[Number(reason)];
    return why ? [{ reason: why.reason, column: why.column, rows: Number(n) }] : [];
  });
  return { sql: `(${needed.map(({ sql }) => `${sql} IS NOT NULL`).join(" AND ")})`, skipped };
}

/** SQL: true where a column names no picture, or one that cannot be read. */
function isWithoutPicture({ source: { unused }, text }: Staged, column: string): string {
  const unreadable =
    unused === undefined ? "false" : `coalesce(${text(column)} IN (SELECT path FROM ${unused} WHERE reason = ${literal(UNUSED.unreadable)}), false)`;
  return `(${text(column)} IS NULL OR ${unreadable})`;
}

async function refusePictures(database: Database, staged: Staged, column: string): Promise<void> {
  const [bad] = await database.all(
    `SELECT rowid + 1 AS "row", ${staged.text(column)} AS path FROM ${staged.table} WHERE ${isWithoutPicture(staged, column)} ORDER BY rowid LIMIT 1`,
  );
  if (!bad) return;
  throw new LatheError(
    "data.value",
    `${staged.source.path}, row ${bad["row"]}, column "${column}": got ${bad["path"] === null ? "nothing" : `${bad["path"]}, which cannot be read`}, ` +
      `expected a picture, because missing is "error"; put it there, or set missing to "blank" or "drop"`,
    { path: staged.source.path, row: bad["row"], column },
  );
}

/** Says of which samples pictures are read as empty ones, and how many. */
export async function tellBlanks(database: Database, tables: readonly StagedPart[], data: DataSpec, roles: Roles): Promise<readonly string[]> {
  const told: string[] = [];
  for (const input of picturesOf(data.inputs)) {
    if (kindOf(input).gaps(input) !== "keep") continue;
    for (const column of roles.inputs.get(input.name) ?? []) {
      let [blank, all] = [0, 0];
      for (const { staged, parts } of tables) {
        const row = await database.one(
          `SELECT count(*) AS n, count(*) FILTER (WHERE ${isWithoutPicture(staged, column)}) AS blank FROM ${staged.table} POSITIONAL JOIN ${parts} ` +
            `WHERE part <> ${PART.skipped}`,
        );
        [blank, all] = [blank + Number(row["blank"]), all + Number(row["n"])];
      }
      if (blank > 0)
        told.push(`input ${input.name}: ${blank} of ${all} samples have no picture in "${column}" that can be read; each is ${kindOf(input).standIn(input)}`);
    }
  }
  return told;
}

async function refuseMissing(database: Database, staged: Staged, columns: readonly string[]): Promise<void> {
  const anyMissing = columns.map((c) => `${staged.number(c)} IS NULL`).join(" OR ");
  const [bad] = await database.all(
    `SELECT rowid + 1 AS "row", ${columns.map((c, k) => `${staged.number(c)} IS NULL AS b${k}`).join(", ")} FROM ${staged.table} WHERE ${anyMissing} ` +
      `ORDER BY rowid LIMIT 1`,
  );
  if (!bad) return;
  const column = columns.find((_, k) => bad[`b${k}`] === true);
  throw new LatheError(
    "data.value",
    `${staged.source.path}, row ${bad["row"]}, column "${column}": got nothing, expected a number, because missing is "error"; ` +
      `fill it in, or set missing to "mean", "median" or "drop"`,
    { path: staged.source.path, row: bad["row"], column },
  );
}

async function countMissing(database: Database, staged: Staged, { numbers, texts }: Wanted): Promise<Record<string, number>> {
  const columns = [...numbers.map((c) => [c, staged.number(c)] as const), ...texts.map((c) => [c, staged.text(c)] as const)];
  const row = await database.one(`SELECT ${columns.map(([, sql], k) => `count(*) - count(${sql}) AS m${k}`).join(", ")} FROM ${staged.table}`);
  return Object.fromEntries(columns.map(([name], k) => [name, Number(row[`m${k}`])]));
}

function refuseAllMissing(staged: Staged, roles: Roles, missing: Readonly<Record<string, number>>, data: DataSpec): void {
  const empty = [...roles.numbers, ...roles.texts].find((c) => missing[c] === staged.rows);
  if (empty === undefined) return;
  const target = data.targets.find((t) => roles.targets.get(t.name)?.includes(empty));
  const path = staged.source.path;
  const words = [...(staged.words.get(empty)?.missing.keys() ?? [])].map((word) => `"${word}"`).join(", ");
  const why = words === "" ? "" : ` (${words} count as missing)`;
  if (target)
    throw new LatheError("data.target", `target column "${empty}" of ${path} has no value in any of ${staged.rows} rows${why}, expected values to learn from`, {
      path,
      column: empty,
    });
  throw new LatheError("data.value", `column "${empty}" of ${path} has no value in any of ${staged.rows} rows${why}; exclude the column`, {
    path,
    column: empty,
  });
}
