import type { DuckDBDataChunk } from "@duckdb/node-api";
import type { FittedData, FittedTarget } from "../features/fitted.js";
import { canLackSome, kindOf, targetKindOf } from "../features/index.js";
import type { LabelReader } from "../features/kind.js";
import { type OddRows, isFarOutside } from "./odd-rows.js";
import type { SkippedRows } from "./prepared.js";
import type { Spelling } from "./raw-batch.js";
import type { Wanted } from "./sources/source.js";

/** Why a row is not used. `refused`: a value is missing where the model wants one. */
export interface Doubt {
  readonly reason: SkippedRows["reason"] | "refused";
  readonly column: string;
  readonly isText: boolean;
}

/** What is wrong with a refused value. */
export function tellRefused({ isText }: Doubt): string {
  return `got nothing, expected a ${isText ? "picture" : "number"}, because missing is "error"`;
}

/** Looks at the rows of `selectConverted`, one after the other, and counts what is odd about them. */
export class RowChecks {
  readonly #checks: readonly Check[];
  readonly #odd: OddRows;
  /** A row may lack some of its targets. A cell is missing or of no known class, not both: a row lacks all where as many checks say so as there are cells. */
  readonly #masks: number;

  constructor(
    fitted: FittedData,
    wanted: Wanted,
    { withTargets, spelling, odd }: { readonly withTargets: boolean; readonly spelling: Spelling; readonly odd: OddRows },
  ) {
    this.#checks = checksOf(fitted, wanted, withTargets, spelling);
    this.#odd = odd;
    this.#masks =
      withTargets && canLackSome(fitted.targets) ? fitted.targets.reduce((sum, target) => sum + targetKindOf(target).columnsOf(target).length, 0) : 0;
  }

  /** @param i the row's place in the chunk. @returns why it is not used; undefined where it is */
  look(chunk: DuckDBDataChunk, i: number): Doubt | undefined {
    let lacking = 0;
    let stranger: string | undefined;
    for (const check of this.#checks) {
      const { position, column, test, reason } = check;
      const value = chunk.getColumnVector(position).getItem(i);
      if (!test(value)) continue;
      if (this.#masks > 0 && (reason === "missing target" || reason === "unknown class")) {
        if (reason === "unknown class") {
          stranger ??= column;
          this.#meetClasses(check, value);
        }
        lacking++;
        continue;
      }
      if (reason === "outside") {
        this.#odd.meetOutside(column, check.range ?? { min: NaN, max: NaN });
        continue;
      }
      if (reason === "unknown text") {
        this.#odd.meetText(column, String(value), check.known ?? []);
        continue;
      }
      if (reason === "unknown class") this.#meetClasses(check, value);
      return { reason, column, isText: typeof value === "string" };
    }
    if (this.#masks === 0 || lacking < this.#masks) return undefined;
    return stranger === undefined ? { reason: "missing target", column: "", isText: false } : { reason: "unknown class", column: stranger, isText: true };
  }

  #meetClasses({ column, known, textsOf }: Check, value: unknown): void {
    for (const text of textsOf?.(value) ?? [String(value)]) this.#odd.meetClass(column, text, known ?? []);
  }
}

interface Check {
  readonly position: number;
  readonly column: string;
  readonly test: (value: unknown) => boolean;
  readonly reason: SkippedRows["reason"] | "refused" | "unknown text" | "outside";
  /** Where an unknown text is looked for. */
  readonly known?: ReadonlySet<string>;
  /** The unknown texts of a cell that lists several; omitted, the cell. */
  readonly textsOf?: (value: unknown) => readonly string[];
  /** What training saw, where a number beyond it is looked for. */
  readonly range?: { readonly min: number; readonly max: number };
}

function checksOf(fitted: FittedData, wanted: Wanted, withTargets: boolean, spelling: Spelling): readonly Check[] {
  const isMissing = (value: unknown) => value === "" || Number.isNaN(value);
  const position = (column: string, numeric: boolean) => (numeric ? wanted.numbers.indexOf(column) : wanted.numbers.length + wanted.texts.indexOf(column));
  /** Looks at a text as it is read. */
  const read = (name: string, test: (value: unknown) => boolean): Check["test"] => {
    const speller = spelling.get(name);
    return speller ? (value) => test(typeof value === "string" ? speller.read(value) : value) : test;
  };
  const strangers = (name: string, column: string, known: ReadonlySet<string>, reason: Check["reason"]): Check => ({
    position: position(column, false),
    column,
    reason,
    known,
    test: read(name, (value) => typeof value === "string" && value !== "" && !known.has(value)),
  });
  const ofTarget = (target: FittedTarget): readonly Check[] => {
    const kind = targetKindOf(target);
    const isNumber = kind.cells === "number";
    const reader = kind.reader?.(target);
    if (reader) return kind.columnsOf(target).flatMap((column, k) => ofLabels(reader, column, k, position(column, false)));
    const name = `target ${target.name}`;
    return kind.columnsOf(target).flatMap((column): readonly Check[] => {
      const missing: Check = { position: position(column, isNumber), column, test: isNumber ? isMissing : read(name, isMissing), reason: "missing target" };
      return isNumber || kind.open ? [missing] : [missing, strangers(name, column, new Set(kind.classOf(target).keys()), "unknown class")];
    });
  };
  return [
    ...(withTargets ? fitted.targets.flatMap(ofTarget) : []),
    ...fitted.inputs.flatMap((input): readonly Check[] => {
      const kind = kindOf(input);
      const gaps = kind.gaps(input);
      const known = kind.known(input);
      const name = `input ${input.name}`;
      return kind.columnsOf(input).flatMap((column, k): readonly Check[] => {
        const at = position(column, kind.cells === "number");
        const range = kind.range(input, k);
        const isFar = range ? isFarOutside(range) : () => false;
        return [
          ...(gaps === "keep"
            ? []
            : [{ position: at, column, test: read(name, isMissing), reason: gaps === "drop" ? ("missing value" as const) : ("refused" as const) }]),
          ...(known ? [strangers(name, column, known, "unknown text")] : []),
          ...(range ? [{ position: at, column, range, reason: "outside" as const, test: (value: unknown) => typeof value === "number" && isFar(value) }] : []),
        ];
      });
    }),
  ];
}

/** Cells of labels that are missing, and those with labels that training did not know. */
function ofLabels(reader: LabelReader, column: string, k: number, position: number): readonly Check[] {
  const faultsOf = (value: unknown) => reader.faultsOf(String(value), k);
  const isMissing = (value: unknown) => faultsOf(value).includes("");
  const isStrange = (value: unknown) => faultsOf(value).length > 0 && !isMissing(value);
  return [
    { position, column, reason: "missing target", test: isMissing },
    { position, column, reason: "unknown class", known: reader.known(k), test: isStrange, textsOf: faultsOf },
  ];
}
