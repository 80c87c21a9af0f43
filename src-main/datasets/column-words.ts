import { type ColumnWords, type SeenTexts, TELLING_WORDS, caseVariants, wordsLike, wordsOf } from "../features/spelling.js";
import type { Database } from "./sources/database.js";
import { type Source, textOf } from "./sources/source.js";
import { literal } from "./sources/sql.js";
import type { DataWarning } from "./data-warning.js";

/** Columns that are looked at in one pass, as in a profile. */
const AT_ONCE = 50;
/** Values that a sentence names. */
const NAMED = 3;

/**
 * Decides how texts are read, by one pass over all rows for every fifty columns.
 * @param texts SQL of each. @param from a FROM item. @param like how the same columns of another table are read; then nothing is decided anew.
 */
export async function decideWords(
  database: Database,
  texts: readonly string[],
  from: string,
  like?: readonly (ColumnWords | undefined)[],
): Promise<readonly ColumnWords[]> {
  const decided: ColumnWords[] = [];
  const telling = (k: number) => `list_contains([${TELLING_WORDS.map(literal).join(", ")}], lower(v${k}))`;
  for (let first = 0; first < texts.length; first += AT_ONCE) {
    const some = texts.slice(first, first + AT_ONCE);
    const row = await database.one(
      `SELECT ${some
        .map(
          (_, k) =>
            `count(v${k}) AS n${k}, CASE WHEN count(w${k}) = 0 THEN NULL ELSE CAST(to_json(histogram(w${k})) AS VARCHAR) END AS t${k}, ` +
            `min(o${k}) AS a${k}, max(o${k}) AS b${k}`,
        )
        .join(", ")} FROM (SELECT ${some
        .map((_, k) => `v${k}, CASE WHEN told${k} THEN v${k} END AS w${k}, CASE WHEN NOT told${k} THEN v${k} END AS o${k}`)
        .join(", ")} FROM (SELECT ${some.map((_, k) => `v${k}, ${telling(k)} AS told${k}`).join(", ")} FROM (SELECT ${some
        .map((sql, k) => `${sql} AS v${k}`)
        .join(", ")} FROM ${from})))`,
    );
    for (let k = 0; k < some.length; k++) {
      const others = [...new Set([row[`a${k}`], row[`b${k}`]].flatMap((value) => (typeof value === "string" ? [value] : [])))];
      const seen: SeenTexts = { rows: Number(row[`n${k}`]), telling: countsOf(row[`t${k}`]), others };
      const model = like?.[first + k];
      decided.push(model ? wordsLike(model, seen) : wordsOf(seen));
    }
  }
  return decided;
}

/** Counts by text of a histogram as JSON. */
function countsOf(json: unknown): ReadonlyMap<string, number> {
  if (typeof json !== "string") return new Map();
  return new Map(Object.entries((JSON.parse(json) as Record<string, number> | null) ?? {}));
}

/** A source whose columns of texts know how they are read. @param limit rows to decide by. */
export async function withWords(database: Database, source: Source, limit?: number): Promise<Source> {
  // Of nothing but numbers there is nothing to decide.
  const open = source.columns.flatMap((column, k) => (column.kind === "text" && !column.before && !column.plain && !column.words ? [k] : []));
  if (open.length === 0) return source;
  const from = `${source.relation}${limit === undefined ? "" : ` LIMIT ${limit}`}`;
  const texts = open.map((k) => (source.columns[k] ? textOf(source.columns[k]) : "NULL"));
  const words = await decideWords(database, texts, limit === undefined ? from : `(SELECT * FROM ${from})`);
  const by = new Map(open.map((k, i) => [k, words[i]]));
  return {
    ...source,
    columns: source.columns.map((column, k) => {
      const decided = by.get(k);
      return decided ? { ...column, words: decided } : column;
    }),
  };
}

/** What was decided of a column's words. */
interface WordNote extends DataWarning {
  readonly column?: string;
  /** Its words that could count as missing. */
  readonly missing?: readonly string[];
}

/** What was decided of a column's words, in sentences. @param path the file, for messages. */
export function tellWords(column: string, path: string, words: ColumnWords): readonly WordNote[] {
  const notes: WordNote[] = [];
  const where = `column "${column}" of ${path}`;
  if (words.missing.size > 0) {
    const rows = sum(words.missing);
    notes.push({
      code: "data.missing-words",
      message:
        `${where}: ${listed(words.missing)} ${words.missing.size === 1 ? "counts" : "count"} as missing, ${rows} row${rows === 1 ? "" : "s"}; ` +
        `write another word where a value is meant`,
    });
  }
  if (words.values.size > 0) {
    const [word = ""] = words.kept;
    notes.push({
      code: "data.missing-words",
      message:
        `${where}: ${listed(words.values)} counts as a value here; where it means that the value is missing, count it as missing ` +
        `(source.missing: ${JSON.stringify({ [column]: [word] })})`,
      column,
      missing: words.kept,
    });
  }
  for (const [best, spellings] of words.united) notes.push({ code: "data.spelling", message: `${where}: ${listed(spellings)} are one value, "${best}"` });
  return notes;
}

/** Texts that differ only in case, in a sentence; nothing where there are none. */
export function tellVariants(column: string, path: string, counts: Iterable<readonly [string, number]>): readonly DataWarning[] {
  const groups = caseVariants(counts);
  if (groups.length === 0) return [];
  const some = groups.slice(0, NAMED).map(listed);
  return [
    {
      code: "data.case",
      message:
        `column "${column}" of ${path}: ${some.join("; ")}${groups.length > NAMED ? `; and ${groups.length - NAMED} more` : ""} differ only in case and are ` +
        `different values; write each in one way if they are not`,
    },
  ];
}

function listed(counts: ReadonlyMap<string, number>): string {
  const parts = [...counts].map(([text, rows]) => `"${text}" (${rows})`);
  const shown = parts.slice(0, 2 * NAMED);
  return parts.length > shown.length ? `${shown.join(", ")} and ${parts.length - shown.length} more` : shown.join(parts.length === 2 ? " and " : ", ");
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((a, b) => a + b, 0);
}
