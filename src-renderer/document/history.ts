/** A state with its past and future. Changes of the same kind in quick succession, as of typing, are one step, and so is a drag. */
export interface History<T> {
  readonly present: T;
  readonly past: readonly Step<T>[];
  readonly future: readonly Step<T>[];
  /** What the last change may still grow with. */
  readonly open?: { readonly key: StepKey; readonly at: number };
}

/** What makes one step of several changes: a text those that follow each other quickly, a gesture all that are made during it, however long it takes. */
export type StepKey = string | Gesture;

/** One drag; another one is another object. */
export interface Gesture {
  readonly gesture: true;
}

interface Step<T> {
  readonly label: string;
  readonly state: T;
}

/** Steps kept. */
const depth = 200;
/** Milliseconds within which changes with the same text as their key are one. */
const together = 1500;

export function startHistory<T>(present: T): History<T> {
  return { present, past: [], future: [] };
}

/** @param key of changes that become one step. */
export function record<T>(history: History<T>, label: string, state: T, now: number, key?: StepKey): History<T> {
  const open = key === undefined ? {} : { open: { key, at: now } };
  if (key !== undefined && history.open?.key === key && (typeof key === "object" || now - history.open.at < together) && history.past.length > 0) {
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
