import { z } from "zod";
import { own } from "../base/own.js";
import { LatheError } from "../base/errors.js";
import { MOST_LABELS } from "../base/limits.js";
import { pairOf, type Pair } from "./binary.js";
import { sortClasses } from "./category.js";
import type { FitContext, LabelReader, TargetDefinition, Threshold } from "./kind.js";
import { columnSchema, counted, nameSchema, writeNumber } from "./options.js";
import { NO_WORDS, SEPARATORS, findSeparator, rowsWith, wordsIn } from "./separator.js";
import { MISSING_WORDS, PAIRS, Speller, caseVariants } from "./spelling.js";

const LABELS_TARGET_PYTHON = `def labels_target(spec, table):
    """0 or 1 by label; NaN where a cell cannot be read."""
    if "column" in spec:
        cells = [[word.strip() for word in text.split(spec["separator"])] if text else [] for text in table[spec["column"]]]
        return np.array([[float(label in words) for label in spec["classes"]] for words in cells], np.float32)
    columns = []
    for column, pair in zip(spec["columns"], spec["pairs"]):
        value = dict.fromkeys(pair["negative"], 0.0) | dict.fromkeys(pair["positive"], 1.0)
        columns.append([class_of(text, value, np.nan) for text in table[column]])
    return np.array(columns, np.float32).T
`;

const LABELS_CELLS_PYTHON = `def labels_cells(spec, answers, threshold):
    least = threshold if isinstance(threshold, dict) else dict.fromkeys(spec["classes"], threshold)
    given = [label for label, p in zip(spec["classes"], answers) if p > least.get(label, 0.5)]
    return [spec.get("separator", ";").join(given), *map(show, answers)]
`;

/** Cells that a separator is looked for in, the most frequent first. */
const LOOKED_AT = 10_000;
/** Values of a column of yes or no that are listed. */
const LISTED = 20;
/** What stands between labels where they are written down and no column told. */
const BETWEEN = ";";
/** Names in a message. */
const NAMED = 3;
const HALF = 0.5;

const options = z.strictObject({
  name: nameSchema,
  type: z.literal("labels"),
  columns: z.array(columnSchema).min(2).max(MOST_LABELS).optional().describe("A column of yes or no for each label, such as 0 and 1"),
  column: columnSchema.optional().describe("One column whose cells list words, such as rain;wind; an empty cell has none"),
  separator: z.string().min(1).max(8).optional().describe("What stands between the words of a cell; found out when omitted"),
});

const fitted = z.strictObject({
  name: z.string(),
  type: z.literal("labels"),
  /** What may be predicted together, in the order of the network's outputs. */
  classes: z.array(z.string()),
  /** Of one column of words. */
  column: z.string().optional(),
  separator: z.string().optional(),
  /** Of a column a label: which, and its texts that mean no and yes. */
  columns: z.array(z.string()).optional(),
  pairs: z.array(z.strictObject({ negative: z.array(z.string()), positive: z.array(z.string()) })).optional(),
});

type FittedLabels = z.output<typeof fitted>;

/** Any number of labels at once, of a sample: float32 `[N, labels]` of 0 and 1. */
export const labelsTarget: TargetDefinition<typeof options, typeof fitted> = {
  type: "labels",
  options,
  fitted,
  cells: "text",
  stratified: false,
  columns: ({ column, columns }) =>
    columns ? columns.map((name, k) => ({ column: name, path: ["columns", k] })) : column === undefined ? [] : [{ column, path: ["column"] }],
  lists: ({ column }) => column !== undefined,
  plan({ column, columns }) {
    if (columns) return { width: columns.length, exact: true, description: `how likely each of ${counted(columns.length, "label")} is` };
    return { exact: false, description: `how likely each label of "${column}" is` };
  },
  fit: (spec, columns, context) => (spec.column === undefined ? fitColumns(spec.name, columns, context) : fitWords(spec, columns[0] ?? spec.column, context)),
  columnsOf: ({ column, columns }) => columns ?? (column === undefined ? [] : [column]),
  valuesOf: (of) => ("classes" in of ? of.classes : (of.columns ?? [])),
  horizon: () => 0,
  classes: ({ classes }) => classes,
  classOf: ({ classes }) => new Map(classes.map((label, k) => [label, k])),
  reader: readerOf,
  width: ({ classes }) => classes.length,
  trained: (values) => values.map((value) => (value < 0 ? Number.NaN : value)),
  restored: (values) => Float64Array.from(values),
  python: { reads: LABELS_TARGET_PYTHON, cells: LABELS_CELLS_PYTHON, answer: (answer) => answer },
  lower: (_, answer) => answer,
  describe: ({ classes }) => `probability of each of ${classes.join(", ")}`,
  head: ({ name, classes }) => [name, ...classes.map((label) => `${name}:${label}`)],
  cellsOf(outputs, { classes, separator }, threshold) {
    const least = labelThresholds(classes, threshold);
    const chosen = outputs.includes(Number.NaN) ? [] : classes.filter((_, k) => (outputs[k] ?? 0) > (least[k] ?? HALF));
    return [chosen.join(separator ?? BETWEEN), ...Array.from(outputs, writeNumber)];
  },
};

/** By label, above which probability it is given. @param threshold one for all, or by label; a label that is not named has the usual one. */
export function labelThresholds(labels: readonly string[], threshold: Threshold, usual: number = HALF): readonly number[] {
  return labels.map((label) => (typeof threshold === "number" ? threshold : (own(threshold, label) ?? usual)));
}

async function fitWords(spec: z.output<typeof options>, column: string, context: FitContext): Promise<FittedLabels> {
  const cells = await context.texts(column, "all", LOOKED_AT);
  const separator = separatorOf(spec.separator, column, cells, context);
  const counts = await context.words(column, separator, "all", MOST_LABELS);
  refuseTooMany(counts.size, column, context);
  if (counts.size < 2) {
    const got = counts.size === 0 ? "no label at all" : `only the label "${[...counts.keys()].join()}"`;
    throw new LatheError(
      "data.target",
      `target ${spec.name}: column "${column}" of ${context.path} holds ${got}, expected at least two; of one, make a column of 0 and 1 and a target of ` +
        `type binary`,
      { path: context.path, column },
    );
  }
  for (const group of caseVariants(counts).slice(0, NAMED))
    context.warn(
      "data.case",
      `labels of "${column}" in ${context.path}: ${[...group].map(([label, rows]) => `"${label}" (${rows})`).join(", ")} differ only in case and are ` +
        `different labels; write each in one way if they are not`,
    );
  const classes = sortClasses([...counts.keys()]);
  tellRare(classes, await context.words(column, separator, "train", MOST_LABELS), `"${column}"`, context);
  return { name: spec.name, type: "labels", classes, column, separator };
}

/** @throws LatheError `data.target` where nothing separates words */
function separatorOf(asked: string | undefined, column: string, cells: ReadonlyMap<string, number>, { path }: FitContext): string {
  const found = findSeparator(cells);
  const separator = asked ?? found;
  if (separator !== undefined && rowsWith(cells, separator) > 0) return separator;
  const [example = ""] = [...cells.keys()].filter((text) => text !== NO_WORDS);
  const shown = example.length > 60 ? `${example.slice(0, 60)}…` : example;
  const where = `column "${column}" of ${path}`;
  if (asked !== undefined)
    throw new LatheError(
      "data.target",
      `separator: no cell of ${where} has ${show(asked)} between words (one is "${shown}"); ` +
        (found === undefined ? "where every cell is one word, make it a target of type category" : `did you mean ${show(found)}?`),
      { path, column, separator: asked },
    );
  throw new LatheError(
    "data.target",
    `no cell of ${where} lists several words: none has ${SEPARATORS.map(show).join(", ")} between them (one is "${shown}"); give the separator, or make ` +
      `it a target of type category`,
    { path, column },
  );
}

function show(separator: string): string {
  return separator === " " ? "a blank" : `"${separator}"`;
}

async function fitColumns(name: string, columns: readonly string[], context: FitContext): Promise<FittedLabels> {
  const pairs: Pair[] = [];
  const trained = new Map<string, number>();
  for (const column of columns) {
    const counts = await context.texts(column, "all", LISTED);
    const pair = pairOf([...counts.keys()]) ?? pairWith([...counts.keys()]);
    if (!pair) {
      const values = [...counts.keys()].slice(0, NAMED).map((text) => `"${text}"`);
      throw new LatheError(
        "data.target",
        `target ${name}: column "${column}" of ${context.path} has ${counts.size > LISTED ? `more than ${LISTED}` : counts.size} different values ` +
          `(${values.join(", ")}${counts.size > NAMED ? ", …" : ""}), expected two for a label, such as 0 and 1`,
        { path: context.path, column },
      );
    }
    pairs.push(pair);
    const own = await context.texts(column, "train", LISTED);
    trained.set(
      column,
      pair.positive.reduce((sum, text) => sum + (own.get(text) ?? 0), 0),
    );
    const negatives = pair.negative.reduce((sum, text) => sum + (own.get(text) ?? 0), 0);
    if (negatives === 0)
      context.warn("data.classes", `every training row of ${context.path} has the label "${column}" (target ${name}); when it is absent cannot be learnt`);
  }
  tellRare(columns, trained, name, context);
  return { name, type: "labels", classes: [...columns], columns: [...columns], pairs: pairs.map(({ negative, positive }) => ({ negative, positive })) };
}

/** Of a column of one value, the pair that it is of: 0 of 0 and 1. */
function pairWith(texts: readonly string[]): Pair | undefined {
  const [only = "", ...others] = texts;
  if (others.length > 0) return undefined;
  const number = Number(only);
  const word = only.trim() !== "" && Number.isFinite(number) ? String(number) : only.toLowerCase();
  const known = PAIRS.find((pair) => (pair as readonly string[]).includes(word));
  if (!known) return undefined;
  const [no, yes] = known;
  return word === no ? { classes: [only, yes], negative: [only], positive: [yes] } : { classes: [no, only], negative: [no], positive: [only] };
}

/** @param counts training rows by label. */
function tellRare(labels: readonly string[], counts: ReadonlyMap<string, number>, of: string, context: FitContext): void {
  const unseen = labels.filter((label) => (counts.get(label) ?? 0) === 0);
  if (unseen.length > 0)
    context.warn(
      "data.classes",
      `${unseen.length} of ${labels.length} labels of ${of} in ${context.path} ${unseen.length === 1 ? "has" : "have"} no training row ` +
        `(${unseen.slice(0, NAMED).join(", ")}${unseen.length > NAMED ? ", …" : ""}); they cannot be learnt`,
    );
}

function refuseTooMany(count: number, column: string, { path }: FitContext): void {
  if (count <= MOST_LABELS) return;
  throw new LatheError(
    "data.target",
    `column "${column}" of ${path} has more than ${MOST_LABELS.toLocaleString("en")} different labels, expected at most that; is the separator right, or ` +
      `is it prose? Keep the labels that matter`,
    { path, column },
  );
}

function readerOf(own: FittedLabels): LabelReader {
  const { classes, separator, pairs = [] } = own;
  if (own.column !== undefined) return wordReader(classes, separator ?? BETWEEN);
  const columns = pairs.map(({ negative, positive }) => {
    const values = new Map([...negative.map((text) => [text, 0] as const), ...positive.map((text) => [text, 1] as const)]);
    return { values, speller: new Speller(values.keys()) };
  });
  const valueOf = (cell: string, k: number): number | undefined => columns[k]?.values.get(columns[k].speller.read(cell));
  return {
    read: (cells, into, at) => cells.forEach((cell, k) => (into[at + k] = valueOf(cell, k) ?? -1)),
    faultsOf: (cell, k) => (valueOf(cell, k) !== undefined ? [] : [columns[k]?.speller.read(cell) ?? ""]),
    known: (k) => new Set(columns[k]?.values.keys()),
  };
}

function wordReader(classes: readonly string[], separator: string): LabelReader {
  const places = new Map(classes.map((label, k) => [label, k]));
  const isMissing = (cell: string) => cell === "" || (!places.has(cell) && cell !== NO_WORDS && MISSING_WORDS.includes(cell.toLowerCase()));
  const faultsOf = (cell: string): readonly string[] => (isMissing(cell) ? [""] : wordsIn(cell, separator).filter((word) => !places.has(word)));
  return {
    read([cell = ""], into, at) {
      const bad = faultsOf(cell).length > 0;
      into.fill(bad ? -1 : 0, at, at + classes.length);
      if (!bad) for (const word of wordsIn(cell, separator)) into[at + (places.get(word) ?? 0)] = 1;
    },
    faultsOf,
    known: () => new Set(classes),
  };
}
