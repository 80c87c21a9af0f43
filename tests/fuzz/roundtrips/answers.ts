import { readFileSync } from "node:fs";

/** A CSV of predictions: its header, and its rows as texts. */
export function readAnswers(path: string): { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] } {
  const rows: string[][] = [];
  let [row, field, quoted]: [string[], string, boolean] = [[], "", false];
  const text = readFileSync(path, "utf8");
  for (let at = 0; at < text.length; at++) {
    const c = text[at] ?? "";
    if (quoted && c === '"' && text[at + 1] === '"') field += text[++at] ?? "";
    else if (c === '"') quoted = !quoted;
    else if (quoted || (c !== "," && c !== "\n")) field += c;
    else {
      row.push(field);
      field = "";
      if (c === "\n") {
        rows.push(row);
        row = [];
      }
    }
  }
  const [head = [], ...rest] = rows;
  return { head, rows: rest };
}

/**
 * Python's onnxruntime is of another version than ours, whose kernels may add in another order: a sum of some hundred float32 products differs in its last
 * digits, by some 1e-6 of its largest part.
 */
const TOLERANCE = 1e-5;

/** The largest difference between answers, where it is beyond the tolerance. @param own as the CSV has them, by row. @param theirs as Python has them. */
export function differenceOf(own: readonly (readonly number[])[], theirs: readonly (readonly number[])[], tolerance = TOLERANCE): string | undefined {
  if (own.length !== theirs.length) return `${own.length} rows here, ${theirs.length} in Python`;
  const size = own.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let [worst, where] = [0, ""];
  own.forEach((row, r) =>
    row.forEach((value, k) => {
      const other = theirs[r]?.[k] ?? NaN;
      const difference = Math.abs(value - other) / (size || 1);
      if (difference <= worst) return;
      [worst, where] = [Number.isNaN(difference) ? Infinity : difference, `row ${r + 1}, number ${k + 1}: ${value} here, ${other} in Python`];
    }),
  );
  return worst <= tolerance ? undefined : where;
}
