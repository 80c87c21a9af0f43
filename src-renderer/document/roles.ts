import { PICTURE_COLUMN } from "../../src-main/contract/data.js";
import type { Role } from "../../src-main/contract/project-views.js";
import type { ColumnSummary } from "../../src-main/contract/table-views.js";
import { type InputType, isName, kindFor, kindOf, startInput, targetColumns, targetKindOf } from "../../src-main/features/index.js";
import type { Draft, DraftInput, DraftTarget } from "./draft.js";
import { asLabels } from "./labels.js";
import { reachOf, setSeesPast } from "./series.js";
import { dropTarget, followTargets, renameInDocument } from "./target-references.js";

/** Columns and the parts they play, as changes to a draft that keep the rest of the document with them. */

/** What is known of a column here. */
export type RoleColumn = Pick<ColumnSummary, "name" | "type" | "distinct" | "target">;
/**
 * What a column of words or numbers can be read as; a picture is always one, rows of a series are chosen with their window, and whether a value is there is
 * read beside it.
 */
export type InputKind = Exclude<DraftInput["type"], "image" | "window" | "present">;

/** An input of words or numbers. */
export function isReadable(input: DraftInput): input is Extract<DraftInput, { readonly type: InputKind }> {
  return ["values", "tokens"].includes(kindOf(input).reads) && !kindOf(input).presence;
}
export type TargetKind = DraftTarget["type"];

/** The columns of an input; those of "rest" are all that have no other role, in the table's order. */
export function columnsOfInput(draft: Draft, input: DraftInput, all: readonly string[]): readonly string[] {
  return namedBy(input) ?? restOf(draft, all);
}

/** The columns that an input names; undefined where it takes the rest. */
function namedBy(input: DraftInput): readonly string[] | undefined {
  const named = kindOf(input).columns(input);
  return named === "rest" ? undefined : named.map(({ column }) => column);
}

function restOf(draft: Draft, all: readonly string[]): readonly string[] {
  const { inputs, targets, split } = draft.data;
  const taken = new Set(targets.flatMap(targetColumns));
  for (const input of inputs) for (const column of kindOf(input).presence ? [] : (namedBy(input) ?? [])) taken.add(column);
  if (split?.column !== undefined && split.by !== undefined && split.by !== "random") taken.add(split.column);
  return all.filter((column) => !taken.has(column));
}

export function inputOf(draft: Draft, column: string, all: readonly string[]): DraftInput | undefined {
  return draft.data.inputs.find((input) => !kindOf(input).presence && columnsOfInput(draft, input, all).includes(column));
}

export function targetOf(draft: Draft, column: string): DraftTarget | undefined {
  return draft.data.targets.find((target) => targetColumns(target).includes(column));
}

/** Every column's role, by name. A target is one even where an input names it too. */
export function rolesOf(draft: Draft, all: readonly string[]): ReadonlyMap<string, Role> {
  const inputs = new Set(draft.data.inputs.flatMap((input) => columnsOfInput(draft, input, all)));
  const targets = new Set(draft.data.targets.flatMap(targetColumns));
  return new Map(all.map((column) => [column, targets.has(column) ? "target" : inputs.has(column) ? "input" : "ignore"]));
}

/**
 * Gives a column a role. What refers to a target follows it; layers that read an input that is gone are left, for a network is not changed behind one's back.
 * @param columns all of the table, in its order.
 */
export function setRole(draft: Draft, column: RoleColumn, role: Role, columns: readonly RoleColumn[]): void {
  const all = columns.map(({ name }) => name);
  if ((rolesOf(draft, all).get(column.name) ?? "ignore") === role) return;
  if (draft.data.source.type === "series") {
    setSeriesRole(draft, column, role, all);
    return;
  }
  if (role === "input") {
    takeFromTargets(draft, column.name);
    if (draft.data.source.type === "image-folder" && column.name === PICTURE_COLUMN)
      draft.data.inputs = [startInput("image", freeName(draft, PICTURE_COLUMN), [PICTURE_COLUMN]), ...draft.data.inputs];
    else addInput(draft, column.name, kindFor(column), all);
  } else if (role === "target") {
    takeFromInputs(draft, column.name, all, false);
    addTarget(draft, column);
  } else {
    takeFromTargets(draft, column.name);
    takeFromInputs(draft, column.name, all, true);
  }
  followTargets(draft);
}

/** Of a series, what is seen of a column is its past; what is to be forecast is seen too. */
function setSeriesRole(draft: Draft, column: RoleColumn, role: Role, all: readonly string[]): void {
  if (role !== "target") takeFromTargets(draft, column.name);
  if (role === "ignore") takeFromInputs(draft, column.name, all, true);
  else if (column.type === "number" || column.type === "boolean") setSeesPast(draft, column.name, true, all);
  if (role === "target") {
    addTarget(draft, column, Math.max(1, reachOf(draft).horizon));
  }
  followTargets(draft);
}

/** Reads an input column as numbers, as one of several values, or as one of two. */
export function setInputKind(draft: Draft, column: string, kind: InputKind, all: readonly string[]): void {
  const current = inputOf(draft, column, all);
  if (!current || current.type === kind || !isReadable(current)) return;
  if (!kindOf(current).gathers && !kindOf({ type: kind }).gathers) {
    draft.data.inputs = draft.data.inputs.map((input) => (input === current ? startInput(kind, current.name, [column]) : input));
    return;
  }
  // Its own input takes a column out of "rest"; one that gathers columns is joined.
  if (namedBy(current)) takeFromInputs(draft, column, all, true);
  else if (columnsOfInput(draft, current, all).length === 1) draft.data.inputs = draft.data.inputs.filter((input) => input !== current);
  addInput(draft, column, kind, all);
}

/** Whether an input is a category, which the network may read one-hot or by its place in the list of values. */
export function canBeEmbedded(input: DraftInput): input is Extract<DraftInput, { readonly type: "category" }> {
  return kindOf(input).embedded !== undefined;
}

/** How the network reads a category. The layers are left: one that reads it as if it were the other is told of with what to do. */
export function setCategoryEncoding(draft: Draft, column: string, encode: "one-hot" | "index", all: readonly string[]): void {
  const input = inputOf(draft, column, all);
  if (!input || !canBeEmbedded(input)) return;
  if (encode === "index") input.encode = encode;
  else delete input.encode;
}

/** Changes what kind of answer a target is. Its loss goes where it does not suit the new kind, and its output's layer gets as many numbers as it needs. */
export function setTargetKind(draft: Draft, name: string, kind: TargetKind): void {
  const at = draft.data.targets.findIndex((target) => target.name === name);
  const current = draft.data.targets[at];
  if (!current || current.type === kind) return;
  const column = targetColumns(current)[0] ?? "";
  if (kind === "labels") {
    const { target, absorbed } = asLabels(draft, current);
    draft.data.targets = draft.data.targets.flatMap((other) => (other === current ? [target] : absorbed.includes(other.name) ? [] : [other]));
    for (const gone of [name, ...absorbed]) dropTarget(draft, gone);
    followTargets(draft);
    return;
  }
  draft.data.targets[at] = kind === "numeric" ? { name, type: kind, column, normalize: "standard" } : { name, type: kind, column };
  // Losses suit one kind, and what is measured differs too.
  dropTarget(draft, name);
  followTargets(draft);
}

/** Renames a target, and what refers to it. @returns why not, or undefined. */
export function renameTarget(draft: Draft, from: string, to: string): "taken" | "invalid" | undefined {
  if (from === to) return undefined;
  if (!isName(to)) return "invalid";
  const target = draft.data.targets.find(({ name }) => name === from);
  if (!target || namesOf(draft).has(to)) return "taken";
  target.name = to;
  renameInDocument(draft, from, to);
  return undefined;
}

/** Inputs that no layer reads: what they hold would be prepared and never seen. */
export function unreadInputs(draft: Draft): readonly string[] {
  const { layers } = draft.model;
  const first = layers[0];
  if (!first) return [];
  const read = new Set(layers.flatMap(({ from }) => from ?? []));
  if (first.from === undefined) return draft.data.inputs.length === 1 ? [] : draft.data.inputs.map(({ name }) => name).filter((name) => !read.has(name));
  return draft.data.inputs.map(({ name }) => name).filter((name) => !read.has(name));
}

function takeFromTargets(draft: Draft, column: string): void {
  for (const target of [...draft.data.targets]) {
    const columns = targetColumns(target);
    if (!columns.includes(column)) continue;
    const left = columns.filter((other) => other !== column);
    // One label alone is a yes or no.
    if ("columns" in target && target.columns && left.length >= (targetKindOf(target).reader ? 2 : 1)) {
      target.columns = left;
      continue;
    }
    draft.data.targets = draft.data.targets.filter((other) => other !== target);
    dropTarget(draft, target.name);
  }
}

/** @param forGood whether "rest" may not take it up again, which writing its columns out sees to. */
function takeFromInputs(draft: Draft, column: string, all: readonly string[], forGood: boolean): void {
  const { data } = draft;
  // "rest" is what it is before anything moves.
  const before = new Map(data.inputs.map((input) => [input, columnsOfInput(draft, input, all)]));
  const rest = data.inputs.find((input) => namedBy(input) === undefined);
  data.inputs = data.inputs.flatMap((input): DraftInput[] => {
    const columns = before.get(input) ?? [];
    const left = columns.filter((other) => other !== column);
    if (input === rest) {
      if (left.length === 0) return [];
      return [forGood ? kindOf(input).withColumns(input, left) : input];
    }
    if (left.length === columns.length) return [input];
    return left.length === 0 ? [] : [kindOf(input).withColumns(input, left)];
  });
}

function addInput(draft: Draft, column: string, kind: InputType, all: readonly string[]): void {
  const { data } = draft;
  if (!kindOf({ type: kind }).gathers) {
    data.inputs = [...data.inputs, startInput(kind, freeName(draft, column), [column])];
    return;
  }
  // "rest" may have taken it up already.
  if (inputOf(draft, column, all)?.type === kind) return;
  const open = data.inputs.find((input) => input.type === kind && namedBy(input));
  if (!open) {
    data.inputs = [startInput(kind, freeName(draft, "features"), [column]), ...data.inputs];
    return;
  }
  const columns = [...(namedBy(open) ?? []), column];
  const known = all.filter((name) => columns.includes(name));
  const joined = kindOf(open).withColumns(open, [...known, ...columns.filter((name) => !known.includes(name))]);
  data.inputs = data.inputs.map((input) => (input === open ? joined : input));
}

/** @param horizon steps to forecast, of a series. */
function addTarget(draft: Draft, { name: column, target: kind }: RoleColumn, horizon?: number): void {
  const name = freeName(draft, column);
  draft.data.targets = [
    ...draft.data.targets,
    kind === "numeric" ? { name, type: kind, column, normalize: "standard", ...(horizon !== undefined && { horizon }) } : { name, type: kind, column },
  ];
}

function namesOf(draft: Draft): ReadonlySet<string> {
  return new Set([...draft.data.inputs, ...draft.data.targets].map(({ name }) => name).concat(draft.model.layers.map(({ id }) => id)));
}

/** A name for an input or a target, made from a column's: letters, digits, _ and -, not yet taken. */
function freeName(draft: Draft, column: string): string {
  const taken = namesOf(draft);
  const plain = column
    .trim()
    .replace(/[^\p{L}\p{N}_-]+/gu, "_")
    .replace(/^_+|_+$/g, "");
  const stem = plain === "" ? "column" : /^[\p{L}_]/u.test(plain) ? plain : `_${plain}`;
  let name = stem;
  for (let n = 2; taken.has(name); n++) name = `${stem}_${n}`;
  return name;
}
