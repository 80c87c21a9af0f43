import { closest } from "../base/closest.js";
import { LatheError, type ErrorCode } from "../base/errors.js";
import type { DataSpec } from "../contract/data.js";
import { kindOf, targetColumns, targetKindOf } from "../features/index.js";
import type { Source } from "./sources/source.js";

/** Which columns are read as what. */
export interface Roles {
  /** By input name, the columns it reads, in order. */
  readonly inputs: ReadonlyMap<string, readonly string[]>;
  /** By target name. */
  readonly targets: ReadonlyMap<string, readonly string[]>;
  /** Columns read as numbers, each once. */
  readonly numbers: readonly string[];
  /** Columns read as text, each once. */
  readonly texts: readonly string[];
  /** Those of them that list words. */
  readonly lists?: readonly string[];
  /** The column that orders the rows. */
  readonly time?: string;
  /** The column that groups them; among `texts`. */
  readonly group?: string;
}

/**
 * The data section's column names, looked up in a table.
 * @throws LatheError `data.target`, `data.column`, with the nearest name.
 */
export function resolveRoles(data: DataSpec, source: Source): Roles {
  const taken = new Set<string>();
  const find = (name: string, code: ErrorCode, what: string, takes = true) => {
    if (takes) taken.add(name);
    return findColumn(source, name, code, what).name;
  };
  const targets = new Map(data.targets.map((target) => [target.name, targetColumns(target).map((c) => find(c, "data.target", `target ${target.name}`))]));
  const { by, column } = data.split;
  const splitColumn = by === "random" || column === undefined ? undefined : find(column, "data.column", `split.column`);
  const inputs = new Map<string, readonly string[]>();
  for (const input of data.inputs) {
    const named = kindOf(input).columns(input);
    if (named !== "rest")
      inputs.set(
        input.name,
        named.map(({ column: c }) => find(c, "data.column", `input ${input.name}`, kindOf(input).presence !== true)),
      );
  }
  const ordered = new Map(
    data.inputs.map((input) => {
      const rest = source.columns.map((c) => c.name).filter((c) => !taken.has(c));
      const columns = inputs.get(input.name) ?? rest;
      if (columns.length === 0)
        throw new LatheError("data.column", `input ${input.name} takes the rest of the columns of ${source.path}, but every column has another role`, {
          path: source.path,
        });
      return [input.name, columns];
    }),
  );
  const numbers = new Set<string>();
  const texts = new Set<string>();
  for (const input of data.inputs) for (const c of ordered.get(input.name) ?? []) (kindOf(input).cells === "number" ? numbers : texts).add(c);
  for (const target of data.targets) for (const c of targets.get(target.name) ?? []) (targetKindOf(target).cells === "number" ? numbers : texts).add(c);
  const lists = data.targets.flatMap((target) => (targetKindOf(target).lists?.(target) ? (targets.get(target.name) ?? []) : []));
  if (by === "group" && splitColumn !== undefined) texts.add(splitColumn);
  return {
    inputs: ordered,
    targets,
    numbers: [...numbers],
    texts: [...texts],
    ...(lists.length > 0 ? { lists } : {}),
    ...(by === "time" && splitColumn !== undefined ? { time: splitColumn } : {}),
    ...(by === "group" && splitColumn !== undefined ? { group: splitColumn } : {}),
  };
}

/** The column of a name, where none is spelled just so in another form of Unicode (see `namedLike`). @throws LatheError naming the nearest column. */
export function findColumn<C extends { readonly name: string }>(
  source: { readonly path: string; readonly columns: readonly C[] },
  name: string,
  code: ErrorCode,
  what: string,
): C {
  const found = source.columns.find((c) => c.name === name) ?? source.columns.find((c) => c.name.normalize("NFC") === name.normalize("NFC"));
  if (found) return found;
  const names = source.columns.map((c) => c.name);
  const near = closest(name, names);
  const hint =
    near !== undefined
      ? `; did you mean "${near}"?`
      : `; it has ${names
          .slice(0, 12)
          .map((n) => `"${n}"`)
          .join(", ")}${names.length > 12 ? " and more" : ""}`;
  throw new LatheError(code, `${what}: ${source.path} has no column "${name}"${hint}`, {
    path: source.path,
    column: name,
    ...(near === undefined ? {} : { near }),
  });
}
