import { nearestKnown } from "../../base/closest.js";
import { LatheError } from "../../base/errors.js";
import type { PredictionResult, UnknownValue } from "../../contract/results.js";
import { type TableReader, type UnknownTexts, nameSkipped } from "../../datasets/index.js";

/** Values that are named, and classes in a message. */
const NAMED = 10;

/** What a table held that training never saw, when all batches have come. */
export function strangersOf({ unknown, outside }: Pick<TableReader, "unknown" | "outside">): Pick<PredictionResult, "unknownValues" | "outside"> {
  return {
    ...(unknown.length > 0 ? { unknownValues: namedOf(unknown) } : {}),
    ...(outside.length > 0 ? { outside: Object.fromEntries(outside.map(({ column, rows, min, max }) => [column, { rows, min, max }])) } : {}),
  };
}

/** The most frequent unknown values by column, each with the nearest known one. */
export function namedOf(unknown: readonly UnknownTexts[]): Record<string, UnknownValue[]> {
  return Object.fromEntries(unknown.map((column) => [column.column, valuesOf(column)]));
}

function valuesOf({ texts, known }: UnknownTexts): UnknownValue[] {
  return [...texts]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, NAMED)
    .map(([value, rows]) => {
      const nearest = nearestKnown(value, known);
      return { value, rows, ...(nearest === undefined ? {} : { nearest }) };
    });
}

/** Nothing is left to answer for: why. */
export function nothingToAnswer({ path, rows, skipped }: Pick<TableReader, "path" | "rows" | "skipped">): LatheError {
  return new LatheError(
    "data.empty",
    `none of the ${rows} row${rows === 1 ? "" : "s"} of ${path} can be answered for: ${reasonsOf(skipped) || "there is none"}; give the values or rows that ` +
      `the model reads`,
    { path, rows },
  );
}

function reasonsOf(skipped: TableReader["skipped"]): string {
  return skipped.map((skip) => `${nameSkipped(skip, '"')} (${skip.rows})`).join(", ");
}

/** Nothing is left to judge: what the table and the model call their classes. */
export function nothingToJudge({ path, rows, skipped, unknownClasses }: TableReader): LatheError {
  const why = reasonsOf(skipped);
  const lists = unknownClasses.map((column) => {
    const values = valuesOf(column);
    const own = values.map(({ value, nearest }) => `"${value}"${nearest === undefined ? "" : ` (did you mean "${nearest}"?)`}`);
    return (
      `"${column.column}" has ${own.join(", ")}${column.texts.size > own.length ? " and more" : ""}, the model knows ` +
      `${column.known
        .slice(0, NAMED)
        .map((value) => `"${value}"`)
        .join(", ")}${column.known.length > NAMED ? " and more" : ""}`
    );
  });
  const parts = unknownClasses.flatMap(({ texts }) => [...texts.keys()].filter((text) => /^(train|val|test|dev)/i.test(text)));
  return new LatheError(
    "data.target",
    `none of the ${rows} row${rows === 1 ? "" : "s"} of ${path} can be judged: ${why || "there is none"}${lists.length > 0 ? `; ${lists.join("; ")}` : ""}` +
      (parts[0] === undefined
        ? `; ${lists.length > 0 ? "rename the classes, or " : ""}judge on other data`
        : `; for parts in folders of their own choose one of them, such as ${path}/${parts[0]}`),
    { path, rows, classes: Object.fromEntries(unknownClasses.map(({ column, texts }) => [column, [...texts.keys()].slice(0, 100)])) },
  );
}
