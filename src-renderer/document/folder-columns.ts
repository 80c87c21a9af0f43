import { nameColumns } from "../../src-main/contract/file-names.js";
import { isName, kindOf } from "../../src-main/features/index.js";
import type { Draft } from "./draft.js";
import { renameTarget } from "./roles.js";

/** The columns of a folder of pictures: what its levels stand for, and parts of the files' names. */

/** Calls a level otherwise, and with it everything that refers to its column. @param level from the outermost */
export function renameLevel(draft: Draft, level: number, to: string): void {
  const { source } = draft.data;
  if (source.type !== "image-folder") return;
  const levels = source.levels ?? ["label"];
  const from = levels[level];
  if (from === undefined || from === to) return;
  source.levels = levels.map((name, k) => (k === level ? to : name));
  renameColumn(draft, from, to);
}

/** Reads other parts of the files' names, or none. Where there are as many as before, they are the same ones under other names. */
export function setNames(draft: Draft, pattern: string | undefined): void {
  const { source } = draft.data;
  if (source.type !== "image-folder") return;
  const [before, after] = [nameColumns(source.names), nameColumns(pattern)];
  if (pattern === undefined) delete source.names;
  else source.names = pattern;
  if (before.length !== after.length || before.some((name, k) => after.includes(name) && after[k] !== name)) return;
  before.forEach((from, k) => {
    const to = after[k];
    if (to !== undefined && to !== from) renameColumn(draft, from, to);
  });
}

/** Everything in the document that names a column of the folder. Inputs and targets that are called as the column was are called as it is. */
function renameColumn(draft: Draft, from: string, to: string): void {
  const { data, model } = draft;
  const renamed = (column: string) => (column === from ? to : column);
  data.inputs = data.inputs.map((input) => {
    const named = kindOf(input).columns(input);
    return named === "rest" || !named.some(({ column }) => column === from)
      ? input
      : kindOf(input).withColumns(
          input,
          named.map(({ column }) => renamed(column)),
        );
  });
  for (const target of data.targets) {
    if ("column" in target && target.column !== undefined) target.column = renamed(target.column);
    if ("columns" in target && target.columns !== undefined) target.columns = target.columns.map(renamed);
  }
  if (data.split?.column === from) data.split.column = to;
  if (data.source.type === "image-folder")
    for (const list of ["relabel", "testRelabel"] as const) {
      const labels = data.source[list];
      if (labels) data.source[list] = Object.fromEntries(Object.entries(labels).map(([picture, own]) => [picture, renameKey(own, renamed)]));
    }
  if (data.targets.some(({ name }) => name === from)) renameTarget(draft, from, to);
  const input = data.inputs.find(({ name }) => name === from);
  const taken = [...data.inputs, ...data.targets].some(({ name }) => name === to) || model.layers.some(({ id }) => id === to);
  if (!input || taken || !isName(to)) return;
  input.name = to;
  for (const layer of model.layers) if (layer.from) layer.from = layer.from.map(renamed);
  for (const output of model.outputs) output.from = renamed(output.from);
}

function renameKey(labels: Readonly<Record<string, string>>, renamed: (column: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([column, label]) => [renamed(column), label]));
}
