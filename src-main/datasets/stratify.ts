import { defined } from "../base/assert.js";

/** Shares of the rows; the rest is trained on. */
export interface Shares {
  readonly validation: number;
  readonly test: number;
}

/** Parts by number: training, validation, test. */
const PARTS = [0, 1, 2] as const;
type Counts = [train: number, validation: number, test: number];

/** A class of fewer rows cannot be in all parts: it is no stratum. */
const FEWEST = 3;
/** Looks for parts without a class. */
const PASSES = 3;

/** How many of n rows of a class each part gets: round(n·test), round(n·validation), one at least of a class with three rows. */
export function quotas(n: number, { validation, test }: Shares, spread = n >= FEWEST): Counts {
  const atLeastOne = (share: number, most: number) => (share === 0 || !spread ? Math.round(n * share) : Math.max(1, Math.min(Math.round(n * share), most)));
  const tests = atLeastOne(test, n - (validation > 0 ? 2 : 1));
  const validations = Math.min(n - tests, atLeastOne(validation, n - 1 - tests));
  return [n - tests - validations, validations, tests];
}

/**
 * Deals rows to parts so that each has its share of every class of several targets. Rows that agree in all targets are a stratum where it is large enough to
 * have its share in each part. The others go by iterative stratification (Sechidis, Tsoumakas, Vlahavas 2011, https://doi.org/10.1007/978-3-642-23808-6_10):
 * of the class that has fewest rows left, each row goes where most of the class are still wanted, and where as many are, where most rows are. Last, a part
 * that lacks a class of three rows or more is given one of another part's, where that can spare it.
 * @param labels by target, `[rows]`: the class of each row; -1: none. @param rows in the order that they are dealt in.
 * @returns `[rows]`: 0 train, 1 validation, 2 test.
 */
export function stratify(labels: readonly Int32Array[], rows: number, shares: Shares): Int8Array {
  return new Dealer(labels, rows, shares).deal();
}

/** A class of a target. */
interface Label {
  readonly rows: number[];
  /** Rows that each part is still to get; below 0 where it has more than its share. */
  readonly wanted: Counts;
  /** Rows that it has. */
  readonly has: Counts;
  left: number;
}

class Dealer {
  readonly #parts: Int8Array;
  readonly #shares: Shares;
  readonly #asked: readonly (0 | 1 | 2)[];
  /** Those of a row, but for rare ones. */
  readonly #labelsOf: (row: number) => readonly Label[];
  readonly #labels: readonly Label[];
  readonly #strata: readonly (readonly number[])[];
  readonly #wanted: Counts;

  constructor(labels: readonly Int32Array[], rows: number, shares: Shares) {
    this.#shares = shares;
    this.#asked = PARTS.filter((part) => part === 0 || (part === 1 ? shares.validation : shares.test) > 0);
    this.#parts = new Int8Array(rows).fill(-1);
    this.#wanted = quotas(rows, shares, false);
    const byTarget = labels.map((codes) => rowsByCode(codes).map((own) => (own.length < FEWEST ? undefined : labelOf(own, shares))));
    this.#labelsOf = (row) =>
      labels.flatMap((codes, t) => {
        const label = byTarget[t]?.[codes[row] ?? -1];
        return label ? [label] : [];
      });
    this.#labels = byTarget.flat().filter((label) => label !== undefined);
    this.#strata = rowsByCode(combined(labels, rows));
  }

  deal(): Int8Array {
    for (const stratum of this.#strata) this.#dealStratum(stratum);
    for (let next = this.#rarest(); next; next = this.#rarest()) {
      const label = next;
      for (const row of label.rows) if (this.#parts[row] === -1) this.#put(row, this.#mostWanted([label.wanted, this.#wanted]));
    }
    for (let row = 0; row < this.#parts.length; row++) if (this.#parts[row] === -1) this.#put(row, this.#mostWanted([this.#wanted]));
    for (let pass = 0; pass < PASSES; pass++) if (!this.#fillIn()) break;
    return this.#parts;
  }

  /** A stratum that every part has a share of, rounded, is dealt as it stands. */
  #dealStratum(rows: readonly number[]): void {
    const [train, validation, test] = quotas(rows.length, this.#shares, false);
    if (this.#asked.some((part) => ([train, validation, test][part] ?? 0) < 1)) return;
    rows.forEach((row, place) => this.#put(row, place < test ? 2 : place < test + validation ? 1 : 0));
  }

  #rarest(): Label | undefined {
    let rarest: Label | undefined;
    for (const label of this.#labels) if (label.left > 0 && (!rarest || label.left < rarest.left)) rarest = label;
    return rarest;
  }

  /** The part that most is wanted of, by the first of some counts that tells them apart. */
  #mostWanted(counts: readonly Counts[]): 0 | 1 | 2 {
    let best: 0 | 1 | 2 = 0;
    for (const part of this.#asked) {
      const apart = counts.find((count) => count[part] !== count[best]);
      if (apart && apart[part] > apart[best]) best = part;
    }
    return best;
  }

  #put(row: number, part: 0 | 1 | 2): void {
    const before = this.#parts[row] as -1 | 0 | 1 | 2;
    this.#parts[row] = part;
    this.#wanted[part]--;
    if (before !== -1) this.#wanted[before]++;
    for (const label of this.#labelsOf(row)) {
      label.wanted[part]--;
      label.has[part]++;
      if (before === -1) label.left--;
      else {
        label.wanted[before]++;
        label.has[before]--;
      }
    }
  }

  /** Gives parts a row of each class that they lack. @returns whether there was one to give. */
  #fillIn(): boolean {
    let moved = false;
    for (const label of this.#labels) {
      for (const part of this.#asked) {
        if (label.has[part] > 0) continue;
        const spare = label.rows.filter((row) => {
          const from = this.#parts[row] as 0 | 1 | 2;
          return this.#labelsOf(row).every(({ has }) => has[from] > 1);
        });
        const surplus = (row: number) => -label.wanted[this.#parts[row] as 0 | 1 | 2];
        const [first] = spare;
        if (first === undefined) continue;
        this.#put(
          spare.reduce((best, row) => (surplus(row) > surplus(best) ? row : best), first),
          part,
        );
        moved = true;
      }
    }
    return moved;
  }
}

function labelOf(rows: number[], shares: Shares): Label {
  return { rows, wanted: quotas(rows.length, shares), has: [0, 0, 0], left: rows.length };
}

/** By code, the rows that have it, in order; those of no code are left out. */
function rowsByCode(codes: Int32Array): number[][] {
  const found: number[][] = [];
  codes.forEach((code, row) => {
    if (code < 0) return;
    while (found.length <= code) found.push([]);
    defined(found[code], "a code").push(row);
  });
  return found;
}

/** One code for each combination of codes, those of no code among them, numbered as they come. */
function combined(labels: readonly Int32Array[], rows: number): Int32Array {
  let all = new Int32Array(rows);
  for (const codes of labels) {
    const width = codes.reduce((most, code) => Math.max(most, code), -1) + 2;
    const seen = new Map<number, number>();
    all = all.map((before, row) => {
      const key = before * width + (codes[row] ?? -1) + 1;
      const code = seen.get(key) ?? seen.size;
      seen.set(key, code);
      return code;
    });
  }
  return all;
}
