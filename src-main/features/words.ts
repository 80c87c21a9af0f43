import { z } from "zod";
import { argmax } from "../base/argmax.js";
import { nearestKnown } from "../base/closest.js";
import type { Random } from "../base/random.js";
import type { TensorData } from "../onnx/types.js";
import type { ColumnValues, FormField, RowAnswered, ValueNote } from "./form.js";
import type { FitContext, Tally } from "./kind.js";
import { otherSpellings } from "./spelling.js";

/** What kinds share whose columns hold one of some words. */

/** More are not offered in a list; they can still be typed. */
const MOST_CHOICES = 1000;

/** Words of a column that stand for a class. */
interface Words {
  readonly column: string;
  readonly classes: readonly string[];
}

/** Other spellings of a column's words, each with the word it stands for. */
export const alsoSchema = z.record(z.string(), z.string()).optional();

/** The same as it is learnt of words that training saw. */
export function alsoOf(known: readonly string[], { before }: FitContext): { readonly also?: Record<string, string> } {
  const also = before ? {} : otherSpellings(known);
  return Object.keys(also).length === 0 ? {} : { also };
}

/** What whoever feeds the exported file has to do. */
export function describeWords({ column }: { readonly column: string }): string {
  return `column ${column}, as text without outer blanks, in Unicode's form NFC, a whole number without decimals; "" where it is missing`;
}

/** Counts rows by class. @param look tells of each encoded value the class, where it is one. */
export function tallyClasses({ column, classes }: Words, look: (encoded: Float32Array, count: (k: number) => void) => void): Tally {
  const rows = classes.map(() => 0);
  return { add: (encoded) => look(encoded, (k) => (rows[k] = (rows[k] ?? 0) + 1)), values: () => [[column, { type: "classes", rows }]] };
}

/** One in sixteen is missing. string `[rows, 1]` */
export function madeUpWords(words: readonly string[], rows: number, random: Random): TensorData {
  return {
    dtype: "string",
    dims: [rows, 1],
    data: Array.from({ length: rows }, () => (random.below(16) === 0 ? "" : (words[random.below(words.length)] ?? ""))),
  };
}

/** A list to choose from, the most frequent class chosen. */
export function wordField({ column, classes }: Words, seen: ColumnValues | undefined): FormField {
  const known = [...new Set(classes)];
  const rows = seen?.type === "classes" ? seen.rows : [];
  const field = { column, typical: classes[argmax(rows)] ?? known[0] ?? "" };
  return known.length > MOST_CHOICES ? { ...field, kind: "text" } : { ...field, kind: "choice", choices: known };
}

/** @param stands what becomes of a word that is missing or unknown. */
export function wordNotes({ column, classes }: Words, { typed, unknown }: RowAnswered, stands: string): readonly ValueNote[] {
  const text = typed[column]?.trim() ?? "";
  if (text === "") return [{ column, message: `${column} is missing: ${stands}` }];
  if (!unknown.includes(column)) return [];
  const few = `${classes.slice(0, 5).join(", ")}${classes.length > 5 ? ", …" : ""}`;
  const nearest = nearestKnown(text, classes);
  const meant = nearest === undefined ? "" : `; did you mean "${nearest}"?`;
  return [{ column, message: `the model has never seen "${text}" in ${column} (it knows ${few}): ${stands}${meant}` }];
}
