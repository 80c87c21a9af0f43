import { LatheError } from "../base/errors.js";
import type { DataSpec, InputDraft, TargetSpec } from "../contract/data.js";
import { type InputType, kindFor, kindOf, startInput } from "../features/index.js";
import type { ColumnProfile } from "./profile.js";
import { findColumn } from "./roles.js";
import { shorten } from "./shorten.js";

/** A column of whole numbers with at most so many values is classes when it is the target; text with at most so many is a category input. */
const MOST_NUMBER_CLASSES = 10;
const MOST_INPUT_CLASSES = 50;
const MOST_TARGET_CLASSES = 1000;

/** A column's profile; of texts that are files of pictures it says so. */
export type SeenProfile = Omit<ColumnProfile, "type"> & { readonly type: ColumnProfile["type"] | "picture" };

/** A column as a first look shows it. */
export interface SurveyedColumn extends SeenProfile {
  /** Some of its values. */
  readonly examples: readonly string[];
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
  /** Columns excluded, and why. */
  readonly notes: readonly string[];
}

/**
 * Guesses inputs and targets from what was seen of a table.
 * @param targets defaults to the last column that is not of pictures. @param ignore columns that are excluded, whatever they hold.
 * @throws LatheError `data.target` for a target column that is not there or cannot be learnt, `data.column` where no input is left.
 */
export function rolesFrom({ path, columns, warnings }: TableSurvey, targets: readonly string[] = [], ignore: readonly string[] = []): ProposedRoles {
  const last = columns.filter(({ type }) => type !== "picture").at(-1)?.name ?? "";
  const wanted = (targets.length > 0 ? targets : [last]).map((name) => findColumn({ path, columns }, name, "data.target", "the target"));
  const name = namer();
  const proposed = wanted.map((column) => proposeTarget(column, name, path));
  const others = columns.filter((column) => !wanted.includes(column));
  const { inputs, left } = proposeInputs(
    others.filter((column) => !ignore.includes(column.name)),
    others.some((column) => ignore.includes(column.name)),
    name,
  );
  const notes = [...warnings, ...left];
  if (inputs.length === 0)
    throw new LatheError("data.column", `${path} has no column to learn from beside the target: ${notes.join("; ") || "it has no other column"}`, { path });
  return { inputs, targets: proposed, columns, notes };
}

/** What a column would be predicted as. */
export function targetKind({ type, distinct, whole, rows }: Pick<SeenProfile, "type" | "distinct" | "whole" | "rows">): TargetSpec["type"] {
  if (distinct === 2) return "binary";
  return type === "number" && !(whole && distinct <= MOST_NUMBER_CLASSES && rows > distinct * 3) ? "numeric" : "category";
}

/** @throws LatheError `data.target` for a column that cannot be learnt */
function proposeTarget(column: SeenProfile, name: (wanted: string) => string, path: string): TargetSpec {
  if (column.distinct < 2) {
    throw new LatheError(
      "data.target",
      `target column "${column.name}" of ${path} holds ${column.distinct === 0 ? "no value at all" : "one value only"}, expected values to tell apart`,
      { path, column: column.name },
    );
  }
  const kind = targetKind(column);
  if (kind === "binary") return { name: name(column.name), type: "binary", column: column.name };
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
    throw new LatheError("data.target", `target column "${column.name}" of ${path} is ${what}, expected numbers or classes; name another with --target`, {
      path,
      column: column.name,
    });
  }
  return { name: name(column.name), type: "category", column: column.name };
}

/** @param partial there are columns beside these that are to be excluded. */
function proposeInputs(
  columns: readonly SeenProfile[],
  partial: boolean,
  name: (wanted: string) => string,
): { readonly inputs: InputDraft[]; readonly left: readonly string[] } {
  const left: string[] = [];
  const gathered = new Map<InputType, string[]>();
  const alone: { readonly column: string; readonly type: InputType }[] = [];
  for (const column of columns) {
    const why = reasonToLeave(column);
    const type = kindFor(column);
    if (why !== undefined) left.push(`column "${column.name}" is excluded: ${why}`);
    else if (kindOf({ type }).gathers) gathered.set(type, [...(gathered.get(type) ?? []), column.name]);
    else alone.push({ column: column.name, type });
  }
  const inputs: InputDraft[] = [];
  const everything = left.length === 0 && !partial;
  for (const [type, names] of gathered) inputs.push(startInput(type, name("features"), everything ? "rest" : names));
  for (const { column, type } of alone) inputs.push(startInput(type, name(column), [column]));
  return { inputs, left };
}

/** Why a column is of no use as an input; undefined where it is. */
export function reasonToLeave({ name, type, rows, missing, distinct, counting, whole, stray }: SeenProfile): string | undefined {
  if (type === "empty") return "it has no values";
  if (distinct === 1) return "it has one value only";
  if (type === "picture") return undefined;
  if (type === "time") return "it is a time";
  if (type === "other") return "it holds structures, lists or bytes";
  if (stray !== undefined && distinct > MOST_NUMBER_CLASSES) return `most of its values are numbers, but "${shorten(stray)}" is not`;
  if (type === "text" && distinct > MOST_INPUT_CLASSES) return `it is a text with ${distinct} different values`;
  if (type === "text" && distinct > 2 && distinct >= rows - missing) return "its texts are all different";
  if (counting && rows >= 10) return "it counts the rows";
  if (whole && /(^|[_\W])(id|index|key)$|[a-z]Id$/i.test(name) && rows >= 10 && distinct > (rows - missing) * 0.9) return "it looks like an identifier";
  return undefined;
}

/** Names for encoders, made from columns: letters, digits, _ and -, each once. */
function namer(): (wanted: string) => string {
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
