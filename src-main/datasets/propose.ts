import { LatheError } from "../base/errors.js";
import type { DataSpec, InputDraft, TargetSpec } from "../contract/data.js";
import { type InputType, kindFor, kindOf, startInput } from "../features/index.js";
import type { ColumnProfile, Stray } from "./profile.js";
import { findColumn } from "./roles.js";
import { shorten } from "./shorten.js";

/** A column of whole numbers with at most so many values is classes when it is the target; text with at most so many is a category input. */
const MOST_NUMBER_CLASSES = 10;
const MOST_INPUT_CLASSES = 50;
const MOST_TARGET_CLASSES = 1000;

/**
 * A column's profile; of texts that are files of pictures, or that are to be read word by word, it says so; and whether its cells list words, such as
 * rain;wind.
 */
export type SeenProfile = Omit<ColumnProfile, "type"> & { readonly listed?: true; readonly type: ColumnProfile["type"] | "picture" | "prose" };

/** A column as a first look shows it. */
export interface SurveyedColumn extends SeenProfile {
  /** Some of its values. */
  readonly examples: readonly string[];
  /** Of a column of times: the share of neighbouring rows that are in order. */
  readonly inOrder?: number;
  /** Of a column of pictures: some that are there, as the column names them, and what their paths start from. */
  readonly pictures?: { readonly root: string; readonly paths: readonly string[] };
}

/** A table's columns, before anybody has said what is to be learnt. */
export interface TableSurvey {
  readonly path: string;
  /** All of the table's, though the columns are judged by the first 200,000. */
  readonly rows: number;
  readonly columns: readonly SurveyedColumn[];
  /** Whether the first row is the header, where the project should remember it. */
  readonly header?: boolean;
  /** What reading noticed, in sentences. */
  readonly warnings: readonly string[];
}

/** Which part each column could play. */
export interface ProposedRoles {
  readonly inputs: InputDraft[];
  readonly targets: DataSpec["targets"];
  readonly columns: readonly SeenProfile[];
  /** Columns excluded, and why, and how others are read. */
  readonly notes: readonly string[];
  /** Which of these are about one column. */
  readonly byColumn: ReadonlyMap<string, readonly string[]>;
}

/**
 * Guesses inputs and targets from what was seen of a table.
 * @param targets defaults to the last column that is not of pictures. @param ignore columns that are excluded, whatever they hold. @param keep columns
 * that are inputs, whatever they hold. @param spelled every column by its name, none as the rest
 * @throws LatheError `data.target` for a target column that is not there or cannot be learnt, `data.column` where no input is left.
 */
export function rolesFrom(
  { path, columns, warnings }: TableSurvey,
  targets: readonly string[] = [],
  ignore: readonly string[] = [],
  keep: readonly string[] = [],
  spelled = false,
): ProposedRoles {
  const last = columns.filter(({ type }) => type !== "picture").at(-1)?.name ?? "";
  const wanted = (targets.length > 0 ? targets : [last]).map((name) => findColumn({ path, columns }, name, "data.target", "the target"));
  const name = namer();
  const proposed = wanted.map((column) => proposeTarget(column, name, path));
  const others = columns.filter((column) => !wanted.includes(column));
  const { inputs, left } = proposeInputs(
    others.filter((column) => !ignore.includes(column.name)),
    { partial: spelled || others.some((column) => ignore.includes(column.name)), keep },
    name,
  );
  const used = new Set(inputs.flatMap((input) => columnsIn(input, others)));
  const byColumn = new Map<string, readonly string[]>(left);
  for (const column of wanted) byColumn.set(column.name, [...column.notes, ...tellTarget(column, path)]);
  for (const column of others) if (used.has(column.name)) byColumn.set(column.name, tellUsed(column, path));
  const notes = [...warnings, ...[...byColumn.values()].flat()];
  if (inputs.length === 0)
    throw new LatheError(
      "data.column",
      `${path} has no column to learn from beside the target: ${[...warnings, ...[...left.values()].flat()].join("; ") || "it has no other column"}`,
      { path },
    );
  return { inputs, targets: proposed, columns, notes, byColumn };
}

function columnsIn(input: InputDraft, others: readonly SeenProfile[]): readonly string[] {
  const named = kindOf(input).columns(input);
  return named === "rest" ? others.map(({ name }) => name) : named.map(({ column }) => column);
}

/** What to know of a column that is proposed as an input. */
function tellUsed({ name, type, code, unlike, notes, wordNotes }: SeenProfile, path: string): readonly string[] {
  if (type === "picture") return [];
  const where = `column "${name}" of ${path}`;
  return [
    ...notes,
    ...(type === "number" ? [] : wordNotes),
    ...(code === undefined ? [] : [`${where} holds codes such as ${code}; it is read as a category, not as numbers`]),
    ...(unlike === true ? [`${where} holds whole numbers of one length that are all different, as identifiers are; exclude it if it is one`] : []),
  ];
}

/** What to know of a column that is to be predicted. */
function tellTarget(column: SeenProfile, path: string): readonly string[] {
  if (column.listed) return column.wordNotes;
  if (targetKind(column) !== "numeric") return [...column.wordNotes, ...tellScarce(column, path)];
  return column.strays === undefined ? [] : [`target column "${column.name}" of ${path}: ${describeStrays(column.name, column.strays)}`];
}

/** Classes that cannot be in every part. */
function tellScarce({ name, scarce = [], distinct }: SeenProfile, path: string): readonly string[] {
  if (scarce.length === 0 || distinct > MOST_TARGET_CLASSES) return [];
  const listed = scarce.slice(0, 5).map(({ value, rows }) => `"${value}" (${rows} row${rows === 1 ? "" : "s"})`);
  return [
    `target column "${name}" of ${path}: too few rows of ${listed.join(", ")}${scarce.length > 5 ? " and others" : ""} for training, validation and test; ` +
      `add rows, or nothing will say how well ${scarce.length === 1 ? "it is" : "they are"} told`,
  ];
}

/** What a column would be predicted as. */
export function targetKind({
  type,
  distinct,
  whole,
  rows,
  strays,
  listed,
}: Pick<SeenProfile, "type" | "distinct" | "whole" | "rows" | "strays" | "listed">): Exclude<TargetSpec["type"], "embedding"> {
  if (listed) return "labels";
  if (distinct === 2) return "binary";
  // Numbers but for a few texts, which are told and have to be mended before it can be learnt.
  if (strays !== undefined && distinct > MOST_NUMBER_CLASSES) return "numeric";
  return type === "number" && !(whole && distinct <= MOST_NUMBER_CLASSES && rows > distinct * 3) ? "numeric" : "category";
}

/** @throws LatheError `data.target` for a column that cannot be learnt */
export function proposeTarget(column: SeenProfile, name: (wanted: string) => string, path: string): TargetSpec {
  if (column.distinct < 2) {
    throw new LatheError(
      "data.target",
      `target column "${column.name}" of ${path} holds ${column.distinct === 0 ? "no value at all" : "one value only"}, expected values to tell apart`,
      { path, column: column.name },
    );
  }
  const kind = targetKind(column);
  if (kind === "binary") return { name: name(column.name), type: "binary", column: column.name };
  if (kind === "labels") return { name: name(column.name), type: "labels", column: column.name };
  if (kind === "numeric") {
    return { name: name(column.name), type: "numeric", column: column.name, normalize: "standard" };
  }
  if (
    column.distinct > MOST_TARGET_CLASSES ||
    column.type === "time" ||
    column.type === "other" ||
    column.type === "picture" ||
    (column.type === "text" && column.distinct > column.rows / 2)
  ) {
    const texts = `a text with ${column.distinct} different values in ${column.rows} rows`;
    const what =
      column.type === "time" ? "a time" : column.type === "picture" ? "names of pictures" : column.type === "other" ? "a structure, a list or bytes" : texts;
    throw new LatheError("data.target", `target column "${column.name}" of ${path} is ${what}, expected numbers or classes; choose another to predict`, {
      path,
      column: column.name,
    });
  }
  return { name: name(column.name), type: "category", column: column.name };
}

/** @param partial there are columns beside these that are to be excluded. @param keep those that are not excluded, whatever they hold. */
function proposeInputs(
  columns: readonly SeenProfile[],
  { partial, keep }: { readonly partial: boolean; readonly keep: readonly string[] },
  name: (wanted: string) => string,
): { readonly inputs: InputDraft[]; readonly left: ReadonlyMap<string, readonly string[]> } {
  const left = new Map<string, readonly string[]>();
  const gathered = new Map<InputType, string[]>();
  const alone: { readonly column: string; readonly type: InputType; readonly values: number }[] = [];
  for (const column of columns) {
    const why = keep.includes(column.name) ? undefined : reasonToLeave(column);
    const type = kindFor(column);
    if (why !== undefined) left.set(column.name, [`column "${column.name}" is excluded: ${why}`]);
    else if (kindOf({ type }).gathers) gathered.set(type, [...(gathered.get(type) ?? []), column.name]);
    else alone.push({ column: column.name, type, values: column.distinct });
  }
  const inputs: InputDraft[] = [];
  const everything = left.size === 0 && !partial;
  for (const [type, names] of gathered) inputs.push(startInput(type, name("features"), everything ? "rest" : names));
  for (const { column, type, values } of alone) inputs.push(startInput(type, name(column), [column], values));
  return { inputs, left };
}

/** Why a column is of no use as an input, and what to do about it; undefined where it is. */
export function reasonToLeave(column: SeenProfile): string | undefined {
  const { name, type, rows, missing, distinct, counting, whole, strays, code } = column;
  if (type === "empty") return "it has no values; fill it in to use it";
  if (distinct === 1) return "it has one value only, from which nothing can be learnt; add rows with others to use it";
  if (type === "picture" || type === "prose") return undefined;
  if (type === "time") return "it is a time; split by it, or put what matters of it, such as the month, into a column of its own";
  if (type === "other") return "it holds structures, lists or bytes; put their parts into columns of their own";
  if (strays !== undefined && distinct > MOST_NUMBER_CLASSES) return describeStrays(name, strays);
  if (code !== undefined && distinct > MOST_INPUT_CLASSES)
    return `it holds ${distinct} different codes such as ${code}, which are no quantities; make it a category to use it all the same`;
  if (type === "text" && distinct > MOST_INPUT_CLASSES)
    return `it is a text with ${distinct} different values; make it a category to use it all the same, or begin with the template text, which reads words`;
  if (type === "text" && distinct > 2 && distinct >= rows - missing)
    return "its texts are all different, so that none says anything of another row; put what rows share of them into a column of its own";
  if (counting && rows >= 10) return "it counts the rows; make it an input by hand if it is a quantity";
  if (whole && /(^|[_\W])(id|index|key)$|[a-z]Id$/i.test(name) && rows >= 10 && distinct > (rows - missing) * 0.9)
    return "it looks like an identifier; make it an input by hand if it is a quantity";
  return undefined;
}

/** A table whose texts that are no categories are to be read word by word. */
export function withProse(survey: TableSurvey): TableSurvey {
  const isProse = ({ type, distinct, rows, missing }: SurveyedColumn) =>
    type === "text" && distinct > 2 && (distinct > MOST_INPUT_CLASSES || distinct >= rows - missing);
  return { ...survey, columns: survey.columns.map((column) => (isProse(column) ? { ...column, type: "prose" } : column)) };
}

/** Values that keep a column from being one of numbers, with the row of the first and what to do. */
export function describeStrays(name: string, strays: readonly Stray[]): string {
  const [first] = strays;
  const rows = strays.reduce((sum, stray) => sum + stray.rows, 0);
  const words = JSON.stringify({ [name]: strays.slice(0, 3).map(({ value }) => value) });
  return (
    `most of its values are numbers, but "${shorten(first?.value ?? "")}" in row ${first?.row ?? 0} is not` +
    `${rows > 1 ? `, nor ${rows === 2 ? "is another" : `are ${rows - 1} others`}` : ""}; mend ${rows > 1 ? "them" : "it"}, or count such as missing ` +
    `(source.missing: ${words})`
  );
}

/** Names for encoders, made from columns: letters, digits, _ and -, each once. */
export function namer(): (wanted: string) => string {
  const taken = new Set<string>();
  return (wanted) => {
    const plain = wanted
      .trim()
      .replace(/[^\p{L}\p{N}_-]+/gu, "_")
      .replace(/^_+|_+$/g, "");
    const stem = plain === "" ? "column" : /^[\p{L}_]/u.test(plain) ? plain : `_${plain}`;
    let result = stem;
    for (let n = 2; taken.has(result); n++) result = `${stem}_${n}`;
    taken.add(result);
    return result;
  };
}
