import type { Database } from "./sources/database.js";
import { PART, SPLITS, type SplitCounts, type SplitName } from "./splits.js";
import type { StagedPart } from "./stage-data.js";

/** By class, rows by part. */
export type ClassParts = Record<string, Record<SplitName, number>>;

const NAMED = 5;

/** Counts rows in use by class and part, the most frequent first. */
export async function countClasses(database: Database, { staged, parts }: StagedPart, column: string, into: ClassParts): Promise<void> {
  const rows = await database.all(
    `SELECT ${staged.text(column)} AS value, part, count(*) AS n FROM ${staged.table} POSITIONAL JOIN ${parts} WHERE part <> ${PART.skipped} ` +
      `AND ${staged.text(column)} IS NOT NULL GROUP BY 1, 2 ORDER BY n DESC, value LIMIT 3000`,
  );
  for (const { value, part, n } of rows) {
    const split = SPLITS.find((s) => PART[s] === part);
    const counts = (into[String(value)] ??= { train: 0, validation: 0, test: 0 });
    if (split) counts[split] += Number(n);
  }
}

/** Says which classes, or labels, of a part are none that training knows. @param texts rows by class */
export function tellStrangers(target: string, texts: ReadonlyMap<string, number>, what: "class" | "label" = "class"): string {
  const listed = [...texts]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, NAMED)
    .map(([text, rows]) => `"${text}" (${rows} row${rows === 1 ? "" : "s"})`);
  const one = texts.size === 1;
  const many = what === "class" ? "classes" : "labels";
  return (
    `target ${target}: training does not know the ${one ? what : many} ${listed.join(", ")}${texts.size > NAMED ? ` and ${texts.size - NAMED} more` : ""} ` +
    `of the test; ${one ? "it cannot" : "they cannot"} be learnt, and the metrics of ${target} do not count such rows`
  );
}

/**
 * Says how many samples of each part lack a target, or some of its columns; they are used for the others.
 * @param parts samples by part. @param columns that the target is read from
 */
export function tellGaps(target: string, gaps: SplitCounts, parts: SplitCounts, columns = 1): string {
  const listed = SPLITS.filter((part) => gaps[part] > 0).map((part) => `${gaps[part]} of ${parts[part]} ${part}`);
  const blind = SPLITS.filter((part) => part !== "train" && parts[part] > 0 && gaps[part] === parts[part]);
  const told =
    columns > 1
      ? `some or all of target ${target} is missing in ${listed.join(", ")} samples; they are used for what is there, and its loss and its metrics count that`
      : `target ${target} is missing in ${listed.join(", ")} samples; they are used for the other targets, and neither its loss nor its metrics count them`;
  return told + (blind.length > 0 ? `. No ${blind.join(" and no ")} sample has all of it: nothing is known there of how well it is told` : "");
}

/** Says of which classes a part has no row, though it has rows of others; undefined where every part has all. */
export function tellUnjudged(target: string, classes: Readonly<ClassParts>, counts: SplitCounts, what: "class" | "label" = "class"): string | undefined {
  const parts = (["validation", "test"] as const).filter((part) => counts[part] > 0);
  const lacking = Object.entries(classes).filter(([, n]) => n.train > 0 && parts.some((part) => n[part] === 0));
  if (lacking.length === 0) return undefined;
  const listed = lacking.slice(0, NAMED).map(([value, n]) => {
    const rows = n.train + n.validation + n.test;
    return `"${value}" (${rows} row${rows === 1 ? "" : "s"}, none in ${parts.filter((part) => n[part] === 0).join(" and ")})`;
  });
  const one = lacking.length === 1;
  const isClass = what === "class";
  const many = isClass ? "classes" : "labels";
  return (
    `target ${target}: not every part has rows of ${listed.join(", ")}${lacking.length > NAMED ? ` and ${lacking.length - NAMED} more ${many}` : ""}; ` +
    `the metrics there say nothing of how well ${one ? "it is" : "they are"} told: add rows${isClass ? `, or exclude the ${one ? "class" : many}` : ""}`
  );
}
