import type { DataSpec } from "../contract/data.js";
import type { SkippedRows } from "./prepared.js";
import { type ColumnProfile, profileColumns } from "./profile.js";
import { resolveRoles } from "./roles.js";
import { csvOptions } from "./sources/csv.js";
import { Database } from "./sources/database.js";
import { openTable } from "./sources/table.js";
import { PART, SPLITS, type SplitCounts, type SplitName } from "./splits.js";
import { stageData } from "./stage-data.js";
import type { Staged } from "./staging.js";
import { type DataWarning, type Duplicates, countTexts, findDuplicates } from "./statistics.js";

/** Bars of a histogram, and texts that are counted by name. */
const BINS = 20;
const NAMED = 20;

export interface InspectOptions {
  /** The project's folder. */
  readonly folder: string;
  readonly data: DataSpec;
  readonly seed: number;
  /** For temporary files. */
  readonly workFolder: string;
  readonly progress?: (stage: "read" | "split" | "audit", done: number, total?: number) => void;
  readonly signal?: AbortSignal;
}

export interface ColumnAudit {
  readonly name: string;
  /** As in the project: `input features`, `target good`, `split`; absent where it is not used. */
  readonly role?: string;
  readonly type: ColumnProfile["type"];
  readonly missing: number;
  readonly distinct: number;
  /** Of numbers; over all rows. */
  readonly min?: number;
  readonly max?: number;
  readonly mean?: number;
  /** Counts between equally spaced edges from min to max; the last bin holds max. */
  readonly histogram?: { readonly edges: readonly number[]; readonly counts: readonly number[] };
  /** Of texts, the most frequent first. */
  readonly values?: readonly { readonly value: string; readonly rows: number }[];
}

export interface TableAudit {
  readonly path: string;
  readonly format: string;
  readonly rows: number;
  readonly testRows?: number;
  readonly columns: readonly ColumnAudit[];
  /** Rows by part. */
  readonly splits: SplitCounts;
  /** By category and binary target, rows by class and part. */
  readonly classes: Readonly<Record<string, Readonly<Record<string, Readonly<Record<SplitName, number>>>>>>;
  readonly skipped: readonly SkippedRows[];
  readonly duplicates: Duplicates;
  readonly warnings: readonly DataWarning[];
}

/**
 * Looks at a table before anything is trained on it: every column, classes, missing values, duplicates, parts.
 * @throws LatheError `data.*` as preparing it would.
 */
export async function inspectTable(options: InspectOptions): Promise<TableAudit> {
  const { folder, data, seed, signal, progress = () => undefined } = options;
  const database = await Database.open(options.workFolder, { large: true, signal });
  try {
    progress("read", 0);
    const source = await openTable(database, folder, data.source.path, csvOptions(data.source));
    const testSource = data.source.test === undefined ? undefined : await openTable(database, folder, data.source.test, { ...csvOptions(data.source), likely: source.decimal });
    const roles = resolveRoles(data, source);
    const profiles = await profileColumns(database, source);
    const isNumber = (p: ColumnProfile) => p.type === "number" || p.type === "boolean";
    const more = {
      numbers: profiles.filter((p) => isNumber(p)).map((p) => p.name),
      texts: profiles.filter((p) => !isNumber(p)).map((p) => p.name),
    };
    const { tables, counts, skipped } = await stageData(database, { source, testSource, data, seed, roles, more, progress });
    const [{ staged, parts }, tested] = tables;
    const warnings: DataWarning[] = [...source.warnings, ...(testSource?.warnings ?? [])].map((message) => ({ code: "data.source", message }));
    const columns: ColumnAudit[] = [];
    for (const [k, profile] of profiles.entries()) {
      progress("audit", k, profiles.length);
      const role = roleOf(profile.name, roles);
      const { name, type, missing, distinct } = profile;
      const details = isNumber(profile) ? await auditNumbers(database, staged, name) : await auditTexts(database, staged, name);
      columns.push({ name, type, missing, distinct, ...(role === undefined ? {} : { role }), ...details });
      if (role !== undefined && distinct === 1) warnings.push({ code: "data.constant", message: `column "${name}" of ${source.path} has one value only; nothing can be learnt from it` });
    }
    const duplicates = await findDuplicates(database, staged, roles, parts);
    if (duplicates.leaked > 0) warnings.push({ code: "data.duplicates", message: `${duplicates.leaked} validation or test rows of ${source.path} equal a training row; metrics will look better than they are` });
    const classes: Record<string, Record<string, Record<SplitName, number>>> = {};
    for (const target of data.targets) {
      if (target.type === "numeric") continue;
      const counted = (classes[target.name] = {} as Record<string, Record<SplitName, number>>);
      for (const table of tested ? [tables[0], tested] : [tables[0]]) await countClasses(database, table.staged, table.parts, roles.targets.get(target.name)?.[0] ?? "", counted);
      const seen = Object.entries(counted);
      if (seen.length < 2) warnings.push({ code: "data.target", message: `target ${target.name} has ${seen.length === 1 ? `only "${seen[0]?.[0]}"` : "no class"}; at least two are needed` });
      for (const [value, n] of seen) if (n.train === 0) warnings.push({ code: "data.classes", message: `no training row of target ${target.name} is "${value}"; it cannot be learnt` });
    }
    for (const skip of skipped) warnings.push({ code: "data.skipped", message: `${skip.rows} row${skip.rows === 1 ? "" : "s"} left out: ${skip.reason} in column "${skip.column}"` });
    return {
      path: source.path, format: source.format, rows: staged.rows, ...(tested ? { testRows: tested.staged.rows } : {}),
      columns, splits: counts, classes, skipped, duplicates, warnings,
    };
  } finally {
    database.close();
  }
}

function roleOf(column: string, roles: ReturnType<typeof resolveRoles>): string | undefined {
  for (const [name, columns] of roles.targets) if (columns.includes(column)) return `target ${name}`;
  for (const [name, columns] of roles.inputs) if (columns.includes(column)) return `input ${name}`;
  return column === roles.time || column === roles.group ? "split" : undefined;
}

async function auditNumbers(database: Database, staged: Staged, column: string): Promise<Partial<ColumnAudit>> {
  const x = staged.number(column);
  const { min, max, mean } = await database.one(`SELECT min(${x}) AS min, max(${x}) AS max, favg(${x}) AS mean FROM ${staged.table}`);
  if (typeof min !== "number" || typeof max !== "number" || typeof mean !== "number") return {};
  const bins = min === max ? 1 : BINS;
  const counts = new Array<number>(bins).fill(0);
  // Halves, because max - min may be beyond what a double can hold.
  const place = `least(CAST(floor((${x} / 2 - ${min} / 2) / (${max} / 2 - ${min} / 2) * ${bins}) AS INTEGER), ${bins - 1})`;
  for (const { bin, n } of await database.all(`SELECT ${bins === 1 ? "0" : place} AS bin, count(*) AS n FROM ${staged.table} WHERE ${x} IS NOT NULL GROUP BY 1`)) counts[Number(bin)] = Number(n);
  return { min, max, mean, histogram: { edges: Array.from({ length: bins + 1 }, (_, k) => min + (max - min) * (k / bins)), counts } };
}

async function auditTexts(database: Database, staged: Staged, column: string): Promise<Partial<ColumnAudit>> {
  const counts = await countTexts(database, staged.text(column), `FROM ${staged.table} WHERE true`, NAMED - 1);
  return { values: [...counts].map(([value, rows]) => ({ value, rows })) };
}

async function countClasses(database: Database, staged: Staged, parts: string, column: string, into: Record<string, Record<SplitName, number>>): Promise<void> {
  const rows = await database.all(`SELECT ${staged.text(column)} AS value, part, count(*) AS n FROM ${staged.table} POSITIONAL JOIN ${parts} WHERE part <> ${PART.skipped} GROUP BY 1, 2 ORDER BY n DESC, value LIMIT 3000`);
  for (const { value, part, n } of rows) {
    const split = SPLITS.find((s) => PART[s] === part);
    const counts = (into[String(value)] ??= { train: 0, validation: 0, test: 0 });
    if (split) counts[split] += Number(n);
  }
}
