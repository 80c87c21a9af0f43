import { MISSING_WORDS } from "../../features/spelling.js";

/** What a first row is: names, data, or neither can be told. */
export type FirstRow = "names" | "data" | "unsure";

const [FIRST_YEAR, LAST_YEAR] = [1500, 2200];
/** So many of a column's values are numbers where it is a column of numbers. */
const MOST = 0.8;
/** Names such as 0, 1, 2 … or 400, 410, 420 …: fewer may well be data. */
const FEWEST_NUMBERED = 3;

/**
 * What the first row of a table is, by what stands below it. A word above numbers is a name, and so are years in a row; a cell that recurs in its own
 * column, or a number above numbers, is data.
 */
export function judgeFirstRow(first: readonly string[], rest: readonly (readonly string[])[], isNumeric: (field: string) => boolean): FirstRow {
  if (rest.length === 0) return "unsure";
  const cells = first.map((field) => field.trim());
  const columns = cells.map((cell, k) => describe(cell, rest, k, isNumeric));
  const numbersAbove = columns.filter((c) => c.cell === "number" && c.below === "numbers").length;
  const likeThoseBelow = columns.filter((c) => c.cell === "number" && c.inRange).length;
  const asNames = columns.filter((c) => (c.cell === "word" && c.below === "numbers") || (c.cell === "number" && c.below === "words" && !c.recurs)).length;
  const recurring = columns.filter((c) => c.cell === "word" && c.recurs).length;
  const words = columns.filter((c) => c.cell === "word").length;
  const numbers = cells.filter((cell) => isNumeric(cell));
  if (numbersAbove > 0 && recurring === 0 && isNumbering(numbers, cells.length === numbersAbove) && !repeatsNumbering(rest, isNumeric)) return "names";
  if (asNames > 0 && asNames >= likeThoseBelow) return "names";
  if (numbersAbove > 0) return "data";
  if (recurring >= 2 || (recurring > 0 && recurring * 2 >= words)) return "data";
  // Words below come again and again, and none of them stands above: names.
  if (columns.some((c) => c.cell === "word" && c.below === "words" && c.repeats && !c.recurs)) return "names";
  return "unsure";
}

interface ColumnBelow {
  readonly cell: "word" | "number" | "missing";
  readonly below: "numbers" | "words" | "mixed" | "nothing";
  /** The first row's cell is a number between the least and the greatest below. */
  readonly inRange: boolean;
  /** The first row's cell comes again. */
  readonly recurs: boolean;
  /** Most values below come several times. */
  readonly repeats: boolean;
}

function describe(cell: string, rest: readonly (readonly string[])[], k: number, isNumeric: (field: string) => boolean): ColumnBelow {
  const values = rest.map((record) => (record[k] ?? "").trim()).filter((value) => !isMissing(value));
  const numbers = values.filter(isNumeric);
  return {
    cell: isMissing(cell) ? "missing" : isNumeric(cell) ? "number" : "word",
    below: values.length === 0 ? "nothing" : numbers.length >= values.length * MOST ? "numbers" : numbers.length === 0 ? "words" : "mixed",
    inRange: isNumeric(cell) && numbers.some((n) => sizeOf(n) <= sizeOf(cell)) && numbers.some((n) => sizeOf(n) >= sizeOf(cell)),
    recurs: values.includes(cell),
    repeats: new Set(values).size * 2 <= values.length,
  };
}

/** For comparing: a decimal comma is as good as a point. */
function sizeOf(number: string): number {
  return Number(number.replace(",", "."));
}

function isMissing(cell: string): boolean {
  return MISSING_WORDS.includes(cell.toLowerCase());
}

/** Years, wavelengths or plain numbers that go up or down by one step. @param alone there are no other cells. */
function isNumbering(cells: readonly string[], alone: boolean): boolean {
  const numbers = cells.map((cell) => (/^\d+(\.\d+)?$/.test(cell) ? Number(cell) : NaN));
  if (numbers.length < 2 || numbers.some(Number.isNaN)) return false;
  const step = (numbers[1] ?? 0) - (numbers[0] ?? 0);
  if (step === 0 || numbers.some((n, k) => k > 0 && Math.abs(n - (numbers[k - 1] ?? 0) - step) > Math.abs(step) * 1e-6)) return false;
  const years = numbers.every((n) => Number.isInteger(n) && n >= FIRST_YEAR && n <= LAST_YEAR);
  return years || numbers.length >= (alone ? 2 * FEWEST_NUMBERED : FEWEST_NUMBERED);
}

/** Whether rows below go up by steps too, as the first row does. */
function repeatsNumbering(rest: readonly (readonly string[])[], isNumeric: (field: string) => boolean): boolean {
  return rest.slice(0, 20).some((record) =>
    isNumbering(
      record.map((field) => field.trim()).filter((field) => isNumeric(field)),
      false,
    ),
  );
}

/**
 * Whether a first row holds names that are known: of the target, of the columns that a model was trained on.
 * @returns undefined where they say nothing. Names that were made up for a table without a header prove that there is none.
 */
export function provedByNames(first: readonly string[], names: readonly string[]): boolean | undefined {
  if (names.length === 0) return undefined;
  const cells = new Set(first.map((field) => field.trim()));
  const found = names.filter((name) => cells.has(name)).length;
  if (found > 0 && found * 2 >= names.length) return true;
  return found === 0 && names.every((name) => /^column[1-9]\d*$/.test(name)) ? false : undefined;
}
