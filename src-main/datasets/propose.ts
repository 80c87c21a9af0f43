import { LatheError } from "../base/errors.js";
import type { DataSpec, InputSpec, TargetSpec } from "../contract/data.js";
import { type ColumnProfile, profileColumns } from "./profile.js";
import { findColumn } from "./roles.js";
import { type CsvOptions, csvOptions } from "./sources/csv.js";
import { Database } from "./sources/database.js";
import { openTable } from "./sources/table.js";
import { shorten } from "./staging.js";

/** Rows looked at. */
const SAMPLE = 200_000;
/** A column of whole numbers with at most so many values is classes when it is the target; text with at most so many is a category input. */
const MOST_NUMBER_CLASSES = 10;
const MOST_INPUT_CLASSES = 50;
const MOST_TARGET_CLASSES = 1000;

export interface ProposeOptions extends Omit<CsvOptions, "likely"> {
  /** What a relative path starts from. */
  readonly folder: string;
  readonly path: string;
  /** Defaults to the last column. */
  readonly targets?: readonly string[];
  /** For temporary files. */
  readonly workFolder: string;
}

/** Which part each column could play. */
export interface ProposedRoles {
  readonly inputs: DataSpec["inputs"];
  readonly targets: DataSpec["targets"];
  readonly columns: readonly ColumnProfile[];
  /** Columns left out, and why. */
  readonly notes: readonly string[];
}

/**
 * Guesses inputs and targets from the first rows of a table.
 * @throws LatheError `data.target` for a target column that is not there or cannot be learnt, `data.column` where no input is left; and as `openTable`.
 */
export async function proposeRoles(options: ProposeOptions): Promise<ProposedRoles> {
  const database = await Database.open(options.workFolder);
  try {
    const source = await openTable(database, options.folder, options.path, csvOptions(options));
    const last = source.columns.at(-1)?.name ?? "";
    const wanted = options.targets && options.targets.length > 0 ? options.targets : [last];
    for (const name of wanted) findColumn(source, name, "data.target", "the target");
    const columns = await profileColumns(database, source, SAMPLE);
    if (columns[0]?.rows === 0) throw new LatheError("data.empty", `${source.path} has a header but no rows, expected at least one`, { path: source.path });
    const name = namer();
    const targets = wanted.map((column) => proposeTarget(columns.find((c) => c.name === column) ?? missing(column), name, source.path));
    const notes: string[] = [...source.warnings];
    const { inputs, left } = proposeInputs(columns.filter((c) => !wanted.includes(c.name)), name);
    notes.push(...left);
    if (inputs.length === 0) throw new LatheError("data.column", `${source.path} has no column to learn from beside the target: ${notes.join("; ") || "it has no other column"}`, { path: source.path });
    return { inputs, targets, columns, notes };
  } finally {
    database.close();
  }
}

function proposeTarget(column: ColumnProfile, name: (wanted: string) => string, path: string): TargetSpec {
  if (column.distinct < 2) {
    throw new LatheError("data.target", `target column "${column.name}" of ${path} holds ${column.distinct === 0 ? "no value at all" : "one value only"}, expected values to tell apart`, { path, column: column.name });
  }
  if (column.distinct === 2) return { name: name(column.name), type: "binary", column: column.name };
  if (column.type === "number" && !(column.whole && column.distinct <= MOST_NUMBER_CLASSES && column.rows > column.distinct * 3)) {
    return { name: name(column.name), type: "numeric", column: column.name, normalize: "standard" };
  }
  if (column.distinct > MOST_TARGET_CLASSES || column.type === "time" || column.type === "other" || (column.type === "text" && column.distinct > column.rows / 2)) {
    throw new LatheError("data.target", `target column "${column.name}" of ${path} is ${column.type === "time" ? "a time" : column.type === "other" ? "a structure, a list or bytes" : `a text with ${column.distinct} different values in ${column.rows} rows`}, expected numbers or classes; name another with --target`, { path, column: column.name });
  }
  return { name: name(column.name), type: "category", column: column.name };
}

function proposeInputs(columns: readonly ColumnProfile[], name: (wanted: string) => string): { readonly inputs: InputSpec[]; readonly left: readonly string[] } {
  const left: string[] = [];
  const numbers: string[] = [];
  const words: { readonly column: string; readonly type: "category" | "binary" }[] = [];
  for (const column of columns) {
    const why = reasonToLeave(column);
    if (why !== undefined) left.push(`column "${column.name}" is left out: ${why}`);
    else if (column.type === "number" || column.type === "boolean") numbers.push(column.name);
    else words.push({ column: column.name, type: column.distinct === 2 ? "binary" : "category" });
  }
  const inputs: InputSpec[] = [];
  if (numbers.length > 0) {
    inputs.push({ name: name("features"), type: "numeric", columns: left.length === 0 ? "rest" : numbers, normalize: "standard", missing: "mean" });
  }
  for (const { column, type } of words) inputs.push({ name: name(column), type, column });
  return { inputs, left };
}

function reasonToLeave({ name, type, rows, missing, distinct, counting, whole, stray }: ColumnProfile): string | undefined {
  if (type === "empty") return "it has no values";
  if (distinct === 1) return "it has one value only";
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
    const plain = wanted.trim().replace(/[^\p{L}\p{N}_-]+/gu, "_").replace(/^_+|_+$/g, "");
    const stem = plain === "" ? "column" : /^[\p{L}_]/u.test(plain) ? plain : `_${plain}`;
    let result = stem;
    for (let n = 2; taken.has(result); n++) result = `${stem}_${n}`;
    taken.add(result);
    return result;
  };
}

function missing(column: string): never {
  throw new LatheError("internal", `column ${column} has no profile`);
}
