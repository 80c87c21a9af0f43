/** A state with its past and future. Changes of the same kind in quick succession (typing, dragging) are one step. */
export interface History<T> {
  readonly present: T;
  readonly past: readonly Step<T>[];
  readonly future: readonly Step<T>[];
  /** What the last change may still grow with. */
  readonly open?: { readonly key: string; readonly at: number };
}

interface Step<T> {
  readonly label: string;
  readonly state: T;
}

/** Steps kept. */
const depth = 200;
/** Milliseconds within which changes with the same key are one. */
const together = 1500;

export function startHistory<T>(present: T): History<T> {
  return { present, past: [], future: [] };
}

/** @param key changes with the same key that follow each other quickly become one step. */
export function record<T>(history: History<T>, label: string, state: T, now: number, key?: string): History<T> {
  const open = key === undefined ? {} : { open: { key, at: now } };
  if (key !== undefined && history.open?.key === key && now - history.open.at < together && history.past.length > 0) {
    return { present: state, past: history.past, future: [], ...open };
  }
  return { present: state, past: [...history.past, { label, state: history.present }].slice(-depth), future: [], ...open };
}

export function undo<T>(history: History<T>): History<T> {
  const step = history.past.at(-1);
  if (!step) return history;
  return { present: step.state, past: history.past.slice(0, -1), future: [{ label: step.label, state: history.present }, ...history.future] };
}

export function redo<T>(history: History<T>): History<T> {
  const [step, ...rest] = history.future;
  if (!step) return history;
  return { present: step.state, past: [...history.past, { label: step.label, state: history.present }], future: rest };
}
