import type { SkippedRows } from "./prepared.js";
import type { OutsideRows, UnknownTexts } from "./table-reader.js";

/** Unknown texts that are counted by name. */
const MOST_TEXTS = 1000;

type Range = Pick<OutsideRows, "min" | "max">;
type Counted<T> = { -readonly [K in keyof T]: T[K] };
type MetTexts = Omit<Counted<UnknownTexts>, "texts"> & { readonly texts: Map<string, number> };

/** What is odd about the rows of a table, counted as they are read: those that are skipped, and values that training never saw. */
export class OddRows {
  readonly #skipped = new Map<string, Counted<SkippedRows>>();
  readonly #unknown = new Map<string, MetTexts>();
  readonly #unknownClasses = new Map<string, MetTexts>();
  readonly #outside = new Map<string, Counted<OutsideRows>>();

  get skipped(): readonly SkippedRows[] {
    return [...this.#skipped.values()];
  }

  get unknown(): readonly UnknownTexts[] {
    return [...this.#unknown.values()];
  }

  get unknownClasses(): readonly UnknownTexts[] {
    return [...this.#unknownClasses.values()];
  }

  get outside(): readonly OutsideRows[] {
    return [...this.#outside.values()];
  }

  skip(reason: SkippedRows["reason"], column: string): void {
    counted(this.#skipped, `${reason} ${column}`, () => ({ reason, column, rows: 0 })).rows++;
  }

  /** An input's text that training did not know. @param known what it did */
  meetText(column: string, text: string, known: Iterable<string>): void {
    meet(this.#unknown, column, text, known);
  }

  /** The same of a target's. */
  meetClass(column: string, text: string, known: Iterable<string>): void {
    meet(this.#unknownClasses, column, text, known);
  }

  /** A number far outside of what training saw. */
  meetOutside(column: string, { min, max }: Range): void {
    counted(this.#outside, column, () => ({ column, rows: 0, min, max })).rows++;
  }
}

function meet(all: Map<string, MetTexts>, column: string, text: string, known: Iterable<string>): void {
  const met = counted(all, column, () => ({ column, rows: 0, texts: new Map<string, number>(), known: [...known] }));
  met.rows++;
  if (met.texts.has(text) || met.texts.size < MOST_TEXTS) met.texts.set(text, (met.texts.get(text) ?? 0) + 1);
}

function counted<T>(all: Map<string, T>, key: string, start: () => T): T {
  const found = all.get(key);
  if (found !== undefined) return found;
  const fresh = start();
  all.set(key, fresh);
  return fresh;
}

/** Beyond all that training saw by more than the range of that. */
export function isFarOutside({ min, max }: Range): (value: number) => boolean {
  const [least, most] = [min - (max - min), max + (max - min)];
  return (value) => value < least || value > most;
}
