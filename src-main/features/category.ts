import { z } from "zod";
import { argmax } from "../base/argmax.js";
import { defined } from "../base/assert.js";
import { LatheError } from "../base/errors.js";
import { ML_DOMAIN, float, floats, int, ints, strings, tensor } from "../onnx/types.js";
import type { FitContext, InputDefinition, TargetDefinition } from "./kind.js";
import { byText, classCells, classTarget } from "./classes.js";
import { oneColumn } from "./one-column.js";
import { columnSchema, counted, nameSchema } from "./options.js";
import { alsoOf, alsoSchema, describeWords, madeUpWords, tallyClasses, wordField, wordNotes } from "./words.js";

const CATEGORY_PYTHON = `def category(spec, table):
    """One-hot, all zeros for a text that training did not see; or its place in the list of values, -1 for such a text."""
    place = {text: k for k, text in enumerate(spec["classes"])}
    place |= {text: place[stands] for text, stands in spec.get("also", {}).items()}
    index = np.array([[place.get(text, -1)] for text in table[spec["column"]]])
    if spec.get("encode") == "index":
        return index.astype(np.float32)
    return (index == np.arange(len(spec["classes"]))).astype(np.float32)
`;

/** Wider one-hot inputs and outputs are surely a column that is no category. */
export const MOST_CLASSES = 10_000;

/** A category of more values is proposed for an Embedding: one-hot it would make the network wide. */
const MOST_ONE_HOT = 8;

/** So many rows of a value make it as good as sure that some of them are trained on. */
const SURELY_TRAINED = 20;

/** What the network reads of a value that training did not see, or a missing one, encoded by index: no row of a table. */
const NONE = -1;

const named = { name: nameSchema, type: z.literal("category"), column: columnSchema } as const;
const targetOptions = z.strictObject(named);
const options = z.strictObject({
  ...named,
  encode: z
    .enum(["one-hot", "index"])
    .optional()
    .describe("A column for each value (one-hot, when omitted), or the place of the value in their list, for a layer Embedding: index"),
});
const common = { name: z.string(), type: z.literal("category"), column: z.string(), classes: z.array(z.string()) };
/** `also`: other spellings, each with the class it stands for. */
const fitted = z.strictObject({ ...common, also: alsoSchema, encode: z.literal("index").optional() });
const fittedTarget = z.strictObject(common);

/**
 * One of several texts as one-hot: string `[N, 1]` to float32 `[N, classes]`. A text that training did not see, or a missing one, is all zeros. Encoded by
 * index it is float32 `[N, 1]`, from 0, and such a text -1, of which an `Embedding` makes zeros.
 */
export const categoryInput: InputDefinition<typeof options, typeof fitted> = {
  type: "category",
  summary: "One of several texts or numbers, one-hot or by its place in their list, for Embedding",
  options,
  fitted,
  cells: "text",
  reads: "values",
  kept: "record",

  ...oneColumn,
  suits: () => true,
  start: (name, [column = ""], values = 0) => ({ name, type: "category", column, ...(values > MOST_ONE_HOT ? { encode: "index" } : {}) }),
  gaps: () => "keep",
  standIn: () => "read as none of the values",
  // What is the default was none when data of earlier versions were prepared.
  prepared: ({ encode, ...spec }) => (encode === "index" ? { ...spec, encode } : spec),
  augmentation: () => undefined,
  plan({ column, encode }, table) {
    const facts = table.column(column);
    if (encode === "index") {
      const among = facts && facts.distinct > 0 ? ` among ${counted(facts.distinct, "value")}` : "";
      return { shape: ["N", 1], description: `the place of the value of "${column}"${among}, for an Embedding` };
    }
    if (!facts || facts.distinct === 0) return { description: `one column for each value of "${column}"` };
    // Only values of training rows get a column.
    const sure = facts.exact && (facts.rarest ?? 0) >= SURELY_TRAINED;
    return { shape: ["N", facts.distinct], description: `${sure ? "" : "about "}${counted(facts.distinct, "column")}, one for each value of "${column}"` };
  },

  async fit(spec, [column = spec.column], context) {
    const counts = await context.texts(column, "train", MOST_CLASSES);
    if (counts.size === 0)
      throw new LatheError("data.value", `column "${column}" of ${context.path} has no value in any training row; exclude the column`, {
        path: context.path,
        column,
      });
    refuseTooMany(counts, column, context);
    if (counts.size === 1)
      context.warn(
        "data.constant",
        `column "${column}" of ${context.path} is "${[...counts.keys()].join()}" in every training row; nothing can be learnt from it`,
      );
    const classes = sortClasses([...counts.keys()]);
    return { name: spec.name, type: "category", column, classes, ...alsoOf(classes, context), ...(spec.encode === "index" ? { encode: spec.encode } : {}) };
  },
  embedded: ({ encode }) => encode === "index",
  vocabulary: ({ encode, column }, values) => (encode === "index" ? { size: values(column), of: "values" } : undefined),
  known: ({ classes, also }) => new Set([...classes, ...Object.keys(also ?? {})]),
  range: () => undefined,

  rawType: () => ({ dtype: "string", shape: ["N", 1] }),
  describe: describeWords,
  encodedType: ({ classes, encode }) => ({ dtype: "float32", shape: ["N", encode === "index" ? 1 : classes.length] }),
  lower(e, raw, { classes, also, encode }) {
    const others = Object.entries(also ?? {});
    const place = new Map(classes.map((c, k) => [c, k]));
    if (encode === "index") {
      const keys = strings([...classes, ...others.map(([text]) => text)]);
      const places = floats([...classes.map((_, k) => k), ...others.map(([, stands]) => place.get(stands) ?? NONE)]);
      const [index] = e.graph.node("LabelEncoder", [raw], { keys_strings: keys, values_floats: places, default_float: float(NONE) }, { domain: ML_DOMAIN });
      return defined(index, "LabelEncoder's output");
    }
    // The position of the text among the classes, -1 for others; then equal to 0, 1, …
    const [position] = e.graph.node(
      "LabelEncoder",
      [raw],
      {
        keys_strings: strings([...classes, ...others.map(([text]) => text)]),
        values_int64s: ints([...classes.map((_, k) => k), ...others.map(([, stands]) => place.get(stands) ?? -1)]),
        default_int64: int(-1),
      },
      { domain: ML_DOMAIN },
    );
    const positions = e.constant(
      tensor(
        "int64",
        classes.map((_, k) => k),
        [1, classes.length],
      ),
    );
    return e.cast(e.equal(defined(position, "LabelEncoder's output"), positions), "float32");
  },

  python: CATEGORY_PYTHON,

  tally: (own) =>
    tallyClasses(own, (encoded, count) => {
      if (own.encode === "index") {
        for (const index of encoded) if (index >= 0) count(index);
      } else for (let i = 0; i < encoded.length; i++) if (encoded[i] === 1) count(i % own.classes.length);
    }),
  madeUp: ({ classes }, rows, random) => madeUpWords(classes, rows, random),
  fields: (own, seen) => [wordField(own, seen[own.column])],
  notes: (own, _, row) => wordNotes(own, row, "it counts as none of the known values"),
};

const CATEGORY_TARGET_PYTHON = `def category_target(spec, table):
    """Numbers of classes; -1 for a text that is none."""
    place = {text: k for k, text in enumerate(spec["classes"])}
    return np.array([class_of(text, place, -1) for text in table[spec["column"]]], np.int64)
`;

const CATEGORY_CELLS_PYTHON = `def category_cells(spec, answers, threshold):
    return [spec["classes"][answers.index(max(answers))], *map(show, answers)]
`;

/** One of several classes to predict. Classes are those of all rows in use, so that none is unknown in validation. */
export const categoryTarget: TargetDefinition<typeof targetOptions, typeof fittedTarget> = {
  type: "category",
  options: targetOptions,
  fitted: fittedTarget,
  ...classTarget,
  plan({ column }, table) {
    const facts = table.column(column);
    if (!facts || facts.distinct === 0) return { exact: false, description: `the class of "${column}"` };
    // Rows excluded for another reason may take a class with them, but not one of many rows.
    const exact = facts.exact && (facts.rarest ?? 0) >= SURELY_TRAINED;
    return { width: facts.distinct, exact, description: `one of ${exact ? "" : "about "}${counted(facts.distinct, "class")} of "${column}"` };
  },
  async fit(spec, [column = spec.column], context) {
    const counts = await context.texts(column, "all", MOST_CLASSES);
    refuseTooMany(counts, column, context);
    if (counts.size < 2) throw oneClass(column, [...counts.keys()], context);
    const trained = await context.texts(column, "train", MOST_CLASSES);
    const unseen = [...counts.keys()].filter((c) => !trained.has(c));
    if (unseen.length > 0) {
      context.warn(
        "data.classes",
        `${unseen.length} of ${counts.size} classes of "${column}" in ${context.path} have no training row ` +
          `(${unseen.slice(0, 3).join(", ")}${unseen.length > 3 ? ", …" : ""}); they cannot be learnt`,
      );
    }
    return { name: spec.name, type: "category", column, classes: sortClasses([...counts.keys()]) };
  },
  classOf: ({ classes }) => byText(classes.map((text, k) => [text, k])),
  width: ({ classes }) => classes.length,
  python: { reads: CATEGORY_TARGET_PYTHON, cells: CATEGORY_CELLS_PYTHON, answer: (answer) => answer },
  lower: (_, answer) => answer,
  describe: ({ classes }) => `probabilities of ${classes.join(", ")}`,
  cellsOf: (outputs, own) => classCells(own, outputs.includes(Number.NaN) ? undefined : argmax(outputs), Array.from(outputs)),
};

/** By number where all are numbers, else by code point. */
export function sortClasses(classes: readonly string[]): string[] {
  const numeric = classes.every((c) => c.trim() !== "" && Number.isFinite(Number(c)));
  return [...classes].sort((a, b) => (numeric ? Number(a) - Number(b) : 0) || (a < b ? -1 : a > b ? 1 : 0));
}

export function oneClass(column: string, classes: readonly string[], { path }: FitContext): LatheError {
  const got = classes.length === 0 ? "no value at all" : `only "${classes.join()}"`;
  return new LatheError("data.target", `target column "${column}" of ${path} holds ${got}, expected at least two classes`, { path, column, classes });
}

export function refuseTooMany(counts: ReadonlyMap<string, number>, column: string, { path }: FitContext): void {
  if (counts.size <= MOST_CLASSES) return;
  throw new LatheError(
    "data.column",
    `column "${column}" of ${path} has more than ${MOST_CLASSES} different values, too many for a category; exclude it, or read it as numeric`,
    { path, column },
  );
}
