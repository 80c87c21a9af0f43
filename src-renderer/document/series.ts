import { horizonOf, kindOf, targetColumns, windowsOf as windows } from "../../src-main/features/index.js";
import type { Draft, DraftInput } from "./draft.js";

/** Windows and what is known in advance, as changes to a draft of a series. */

type Window = Extract<DraftInput, { readonly type: "window" }>;

export function windowsOf(draft: Pick<Draft, "data">): readonly Window[] {
  return windows(draft.data.inputs);
}

/** The window of the past, and the one that reaches into the future. */
export function pastOf(draft: Pick<Draft, "data">): Window | undefined {
  return windowsOf(draft).find(({ length }) => length > 0);
}

export function futureOf(draft: Pick<Draft, "data">): Window | undefined {
  return windowsOf(draft).find(({ ahead = 0, length }) => ahead > 0 && length === 0) ?? windowsOf(draft).find(({ ahead = 0 }) => ahead > 0);
}

/** Rows before a sample's own row, and after it. */
export function reachOf(draft: Pick<Draft, "data">): { readonly past: number; readonly ahead: number; readonly length: number; readonly horizon: number } {
  const length = Math.max(0, ...windowsOf(draft).map((window) => window.length));
  const horizon = Math.max(0, ...draft.data.targets.map(horizonOf));
  return { past: Math.max(0, length - 1), ahead: Math.max(horizon, ...windowsOf(draft).map(({ ahead = 0 }) => ahead)), length, horizon };
}

/** Whether the model sees the column in the past. */
export function seesPast(draft: Pick<Draft, "data">, column: string): boolean {
  return windowsOf(draft).some(({ columns, length }) => length > 0 && columns.includes(column));
}

export function isKnown(draft: Pick<Draft, "data">, column: string): boolean {
  const { source } = draft.data;
  return source.type === "series" && (source.known ?? []).includes(column);
}

/** Whether the model sees the column's values of the steps that it forecasts. */
export function seesFuture(draft: Pick<Draft, "data">, column: string): boolean {
  return windowsOf(draft).some(({ columns, ahead = 0 }) => ahead > 0 && columns.includes(column));
}

/** Puts a column into the window of the past, or takes it out. @param all the table's columns, in whose order a window's stand */
export function setSeesPast(draft: Draft, column: string, seen: boolean, all: readonly string[]): void {
  const past = pastOf(draft);
  if (seen && !past) {
    draft.data.inputs = [{ name: freeName(draft, "past"), type: "window", columns: [column], length: 28 }, ...draft.data.inputs];
    return;
  }
  if (past) withColumn(draft, past, column, seen, all);
}

/** The same of the window of the future, which is made as long as the horizon. */
export function setSeesFuture(draft: Draft, column: string, seen: boolean, all: readonly string[]): void {
  const future = futureOf(draft);
  if (seen && !future) {
    const { horizon } = reachOf(draft);
    draft.data.inputs = [...draft.data.inputs, { name: freeName(draft, "known"), type: "window", columns: [column], length: 0, ahead: Math.max(1, horizon) }];
    return;
  }
  if (future) withColumn(draft, future, column, seen, all);
}

/** Says that a column is known in advance, or no longer: then no window may reach into its future. */
export function setKnown(draft: Draft, column: string, known: boolean, all: readonly string[]): void {
  const { source } = draft.data;
  if (source.type !== "series") return;
  const next = known ? [...(source.known ?? []), column] : (source.known ?? []).filter((name) => name !== column);
  if (next.length > 0) source.known = [...new Set(next)];
  else Reflect.deleteProperty(source, "known");
  setSeesFuture(draft, column, known, all);
}

/** Steps to forecast: of every numeric target, and of the windows that reach as far. */
export function setHorizon(draft: Draft, horizon: number): void {
  const before = reachOf(draft).horizon;
  for (const target of draft.data.targets) if ("horizon" in target) target.horizon = horizon;
  const follows = ({ ahead = 0 }: Window) => ahead > 0 && (ahead === before || ahead < horizon);
  const following = new Map(
    windowsOf(draft)
      .filter(follows)
      .map((window) => [window as DraftInput, { ...window, ahead: horizon }]),
  );
  draft.data.inputs = draft.data.inputs.map((input) => following.get(input) ?? input);
}

/** Rows of the past that the model sees. */
export function setLength(draft: Draft, length: number): void {
  const past = pastOf(draft);
  draft.data.inputs = draft.data.inputs.map((input) => (input === past ? { ...past, length } : input));
}

function withColumn(draft: Draft, window: Window, column: string, there: boolean, all: readonly string[]): void {
  if (window.columns.includes(column) === there) return;
  const columns = there ? [...window.columns, column] : window.columns.filter((name) => name !== column);
  // Targets stand first, then the table's order.
  const targets = draft.data.targets.flatMap(targetColumns);
  const place = (name: string) => (targets.includes(name) ? -1 : all.indexOf(name) < 0 ? all.length : all.indexOf(name));
  const ordered = there ? columns.toSorted((a, b) => place(a) - place(b)) : columns;
  const changed = ordered.length === 0 ? [] : [kindOf(window).withColumns(window, ordered)];
  draft.data.inputs = draft.data.inputs.flatMap((input): readonly DraftInput[] => (input === window ? changed : [input]));
}

function freeName(draft: Draft, stem: string): string {
  const taken = new Set([...draft.data.inputs, ...draft.data.targets].map(({ name }) => name).concat(draft.model.layers.map(({ id }) => id)));
  let name = stem;
  for (let n = 2; taken.has(name); n++) name = `${stem}_${n}`;
  return name;
}
