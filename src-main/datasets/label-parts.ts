import { type ClassParts, countClasses } from "./class-parts.js";
import type { TargetSpec } from "../contract/data.js";
import type { FittedTarget } from "../features/fitted.js";
import { targetKindOf } from "../features/index.js";
import { PART, SPLITS, type SplitName } from "./splits.js";
import type { Database } from "./sources/database.js";
import type { Staged } from "./staging.js";
import type { StagedPart } from "./stage-data.js";
import { listSql, wordsSql } from "./statistics.js";
import { SEPARATORS } from "../features/separator.js";
import { PAIRS } from "../features/spelling.js";
import { literal } from "./sources/sql.js";

type Labels = Extract<FittedTarget, { readonly type: "labels" }>;

/**
 * Counts rows in use by class, or by label, and part.
 * @param columns of the target in the table. @param fitted undefined where it could not be fitted: then labels are not known.
 * @returns undefined for a target that has no classes, or whose labels are not known.
 */
export async function countTarget(
  database: Database,
  tables: readonly StagedPart[],
  target: TargetSpec,
  columns: readonly string[],
  fitted: FittedTarget | undefined,
): Promise<ClassParts | undefined> {
  const kind = targetKindOf(target);
  if (kind.cells !== "text") return undefined;
  const counted: ClassParts = {};
  if (kind.reader) {
    if (fitted?.type !== "labels") return undefined;
    for (const label of fitted.classes) counted[label] = { train: 0, validation: 0, test: 0 };
    for (const table of tables) await countLabels(database, table, fitted, counted);
  } else for (const table of tables) for (const column of columns) await countClasses(database, table, column, counted);
  return counted;
}

async function countLabels(database: Database, { staged, parts }: StagedPart, target: Labels, into: ClassParts): Promise<void> {
  const from = `FROM ${staged.table} POSITIONAL JOIN ${parts} WHERE part <> ${PART.skipped}`;
  const put = (label: string, part: unknown, n: unknown) => {
    const split: SplitName | undefined = SPLITS.find((s) => PART[s] === part);
    const counts = into[label];
    if (split && counts) counts[split] += Number(n);
  };
  if (target.column !== undefined) {
    const words = wordsSql(staged.text(target.column), target.separator ?? "");
    const rows = await database.all(`SELECT w AS value, part, count(*) AS n FROM (SELECT ${words} AS w, part ${from}) WHERE w <> '' GROUP BY 1, 2`);
    for (const { value, part, n } of rows) put(String(value), part, n);
    return;
  }
  for (const [k, column] of (target.columns ?? []).entries()) {
    const positive = new Set(target.pairs?.[k]?.positive);
    const rows = await database.all(`SELECT ${staged.text(column)} AS value, part, count(*) AS n ${from} GROUP BY 1, 2`);
    for (const { value, part, n } of rows) if (positive.has(String(value))) put(column, part, n);
  }
}

/** SQL of whether a row has a label. @param columns of the target in the table. */
export function hasLabel(
  { column, separator }: { readonly column?: string | undefined; readonly separator?: string | undefined },
  label: string,
  columns: readonly string[],
  { text, table }: Pick<Staged, "text" | "table">,
): string {
  if (column === undefined) {
    if (!columns.includes(label)) return "false";
    const cell = text(label);
    const isOneOf = (words: readonly string[]) => `list_contains([${words.map(literal).join(", ")}], lower(${cell}))`;
    // Of two words that are no known pair the second means yes.
    return `CASE WHEN ${isOneOf(PAIRED)} THEN ${isOneOf(YES)} ELSE ${cell} = (SELECT max(${cell}) FROM ${table}) END`;
  }
  // A separator that was found by looking is one of a few; a word holds none of them.
  const separators = separator === undefined ? SEPARATORS.filter((sign) => !label.includes(sign)) : [separator];
  const listed = separators.map((sign) => `list_contains(${listSql(text(columns[0] ?? column), sign)}, ${literal(label)})`);
  return listed.length === 0 ? "false" : `(${listed.join(" OR ")})`;
}

const YES: readonly string[] = [...new Set(PAIRS.map(([, yes]) => yes))];
const PAIRED: readonly string[] = [...new Set(PAIRS.flat())];
