import { closest } from "../../base/closest.js";
import { type TargetSpec, inputSchema, splitSchema, targetSchema } from "../../contract/data.js";
import { kindOf, targetColumns, targetKindOf, vocabulariesOf } from "../../features/index.js";
import type { ColumnFacts, PlannedOutput, Vocabulary } from "../../features/kind.js";
import type { Shape } from "../../onnx/types.js";

/** What is known of a table without roles: enough to tell how wide encoded inputs and targets will be. */
export interface TableFacts {
  readonly path: string;
  readonly rows: number;
  /** Rows that train, where they are counted. */
  readonly training?: number;
  readonly columns: readonly ColumnFacts[];
}

export interface PlannedInput {
  readonly name: string;
  /** Encoded, `[N, width]`; absent where it cannot be told yet. */
  readonly shape?: Shape;
  readonly description: string;
}

export interface PlannedTarget extends PlannedOutput {
  readonly name: string;
  readonly kind: TargetSpec["type"];
}

export interface PlannedData {
  readonly inputs: readonly PlannedInput[];
  readonly targets: readonly PlannedTarget[];
  /** Inputs that are numbers of tokens, with which there may be. */
  readonly vocabularies: ReadonlyMap<string, Vocabulary>;
  /** What the table does not have. */
  readonly problems: readonly { readonly path: readonly (string | number)[]; readonly message: string }[];
}

/**
 * Inputs and targets of a data section that may be incomplete or wrong: what cannot be read is omitted, what cannot be told has no width.
 * @param facts undefined: the table has not been looked at.
 */
export function planData(data: unknown, facts: TableFacts | undefined): PlannedData {
  const section = asRecord(data);
  const inputs = listOf(section["inputs"]).map((raw) => ({ raw, spec: inputSchema.safeParse(raw).data }));
  const targets = listOf(section["targets"]).map((raw) => ({ raw, spec: targetSchema.safeParse(raw).data }));
  const split = splitSchema.safeParse(section["split"] ?? {}).data;
  const problems: { readonly path: readonly (string | number)[]; readonly message: string }[] = [];
  const columns = new Map(facts?.columns.map((column) => [column.name, column]));
  const find = (name: string, ...path: readonly (string | number)[]) => {
    const found = columns.get(name);
    if (!found && facts) problems.push({ path: ["data", ...path], message: noColumn(name, facts) });
    return found;
  };
  targets.forEach(({ spec }, i) => {
    for (const { column, path } of spec ? targetKindOf(spec).columns(spec) : []) find(column, "targets", i, ...path);
  });
  inputs.forEach(({ spec }, i) => {
    const named = spec && kindOf(spec).columns(spec);
    if (named && named !== "rest") for (const { column, path } of named) find(column, "inputs", i, ...path);
  });
  if (split?.column !== undefined) find(split.column, "split", "column");
  const taken = new Set([
    ...targets.flatMap(({ spec }) => (spec ? targetColumns(spec) : [])),
    ...inputs.flatMap(({ spec }) => {
      const named = spec && kindOf(spec).columns(spec);
      return !named || named === "rest" ? [] : named.map(({ column }) => column);
    }),
    ...(split && split.by !== "random" && split.column !== undefined ? [split.column] : []),
  ]);
  // Of a section with a role that cannot be read, nobody knows what the rest is.
  const rest = facts && [...inputs, ...targets].every(({ spec }) => spec) ? facts.columns.filter(({ name }) => !taken.has(name)).length : undefined;
  const table = { column: (name: string) => columns.get(name), rest };
  return {
    problems,
    vocabularies: vocabulariesOf(
      inputs.flatMap(({ spec }) => spec ?? []),
      (name) => columns.get(name)?.distinct,
    ),
    inputs: inputs.flatMap(({ raw, spec }): PlannedInput[] => {
      const name = spec?.name ?? nameOf(raw);
      if (name === undefined) return [];
      return [{ name, ...(spec ? kindOf(spec).plan(spec, table) : { description: "not yet complete" }) }];
    }),
    targets: targets.flatMap(({ spec }) => (spec ? [{ name: spec.name, kind: spec.type, ...targetKindOf(spec).plan(spec, table) }] : [])),
  };
}

function noColumn(name: string, { path, columns }: TableFacts): string {
  const near = closest(
    name,
    columns.map((column) => column.name),
  );
  return `got "${name}", expected a column of ${path}${near === undefined ? "" : `; did you mean "${near}"?`}`;
}

function nameOf(raw: unknown): string | undefined {
  const { name } = asRecord(raw);
  return typeof name === "string" && name !== "" ? name : undefined;
}

export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
