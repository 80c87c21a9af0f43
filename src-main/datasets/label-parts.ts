import { type ClassParts, countClasses } from "./class-parts.js";
import type { FittedTarget } from "../features/fitted.js";
import { targetKindOf } from "../features/index.js";
import { PART, SPLITS, type SplitName } from "./splits.js";
import type { Database } from "./sources/database.js";
import type { StagedPart } from "./stage-data.js";
import { wordsSql } from "./statistics.js";

type Labels = Extract<FittedTarget, { readonly type: "labels" }>;

/** Counts rows in use by class, or by label, and part. */
export async function countParts(database: Database, tables: readonly StagedPart[], target: FittedTarget): Promise<ClassParts> {
  const counted: ClassParts = {};
  if (target.type === "labels") {
    for (const label of target.classes) counted[label] = { train: 0, validation: 0, test: 0 };
    for (const table of tables) await countLabels(database, table, target, counted);
    return counted;
  }
  for (const table of tables) for (const column of targetKindOf(target).columnsOf(target)) await countClasses(database, table, column, counted);
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
