import { z } from "zod";
import { defined } from "../base/assert.js";
import { LatheError } from "../base/errors.js";
import { ML_DOMAIN, float, floats, strings } from "../onnx/types.js";
import { oneClass, sortClasses } from "./category.js";
import { byText, classCells, classTarget, numberOf } from "./classes.js";
import type { FitContext, InputDefinition, TargetDefinition } from "./kind.js";
import { oneColumn } from "./one-column.js";
import { columnSchema, nameSchema } from "./options.js";
import { PAIRS } from "./spelling.js";
import { alsoOf, alsoSchema, describeWords, madeUpWords, tallyClasses, wordField, wordNotes } from "./words.js";

const BINARY_PYTHON = `def binary(spec, table):
    """0 or 1; the share of 1 in training for a text that it did not see."""
    value = dict.fromkeys(spec["negative"], 0.0) | dict.fromkeys(spec["positive"], 1.0)
    value |= {text: value[stands] for text, stands in spec.get("also", {}).items()}
    return np.array([[value.get(text, spec["share"])] for text in table[spec["column"]]], np.float32)
`;

export interface Pair {
  readonly classes: [string, string];
  readonly negative: string[];
  readonly positive: string[];
}

const options = z.strictObject({ name: nameSchema, type: z.literal("binary"), column: columnSchema });
/** Texts that mean no and yes. Variants of a pair of words (`Yes`, `yes`, `1`, `1.0`) count as one value. */
const pairSchema = { classes: z.tuple([z.string(), z.string()]), negative: z.array(z.string()), positive: z.array(z.string()) };
const fitted = z.strictObject({
  name: z.string(),
  type: z.literal("binary"),
  column: z.string(),
  ...pairSchema,
  /** Share of yes among the training rows: stands for a missing or unknown value. */
  share: z.number(),
  /** Other spellings, each with the text it stands for. */
  also: alsoSchema,
});

/** One of two values: string `[N, 1]` to float32 `[N, 1]` of 0 and 1; what training did not see becomes the share of 1 in training. */
export const binaryInput: InputDefinition<typeof options, typeof fitted> = {
  type: "binary",
  summary: "One of two values, 0 or 1",
  options,
  fitted,
  cells: "text",
  reads: "values",
  kept: "record",

  ...oneColumn,
  suits: ({ distinct }) => distinct === 2,
  start: (name, [column = ""]) => ({ name, type: "binary", column }),
  gaps: () => "keep",
  standIn: () => "read as the average",
  prepared: (spec) => spec,
  augmentation: () => undefined,
  plan: ({ column }) => ({ shape: ["N", 1], description: `"${column}" as 0 or 1` }),

  async fit(spec, [column = spec.column], context) {
    const counts = await context.texts(column, "train", 20);
    const [only, ...others] = counts.keys();
    if (only !== undefined && others.length === 0) {
      context.warn("data.constant", `column "${column}" of ${context.path} is "${only}" in every training row; nothing can be learnt from it`);
      return { name: spec.name, type: "binary", column, classes: [only, only], negative: [only], positive: [], share: 0 };
    }
    const pair = pairOf([...counts.keys()]);
    if (!pair) throw notTwo("data.value", `input ${spec.name}`, column, counts, context);
    const total = [...counts.values()].reduce((a, b) => a + b, 0);
    const positives = pair.positive.reduce((sum, text) => sum + (counts.get(text) ?? 0), 0);
    return {
      name: spec.name,
      type: "binary",
      column,
      ...pair,
      share: Math.fround(positives / total),
      ...alsoOf([...pair.negative, ...pair.positive], context),
    };
  },
  known: ({ negative, positive, also }) => new Set([...negative, ...positive, ...Object.keys(also ?? {})]),
  range: () => undefined,

  rawType: () => ({ dtype: "string", shape: ["N", 1] }),
  describe: describeWords,
  encodedType: () => ({ dtype: "float32", shape: ["N", 1] }),
  lower(e, raw, { negative, positive, share, also }) {
    const others = Object.entries(also ?? {});
    const [encoded] = e.graph.node(
      "LabelEncoder",
      [raw],
      {
        keys_strings: strings([...negative, ...positive, ...others.map(([text]) => text)]),
        values_floats: floats([...negative.map(() => 0), ...positive.map(() => 1), ...others.map(([, stands]) => (positive.includes(stands) ? 1 : 0))]),
        default_float: float(share),
      },
      { domain: ML_DOMAIN },
    );
    return defined(encoded, "LabelEncoder's output");
  },

  python: BINARY_PYTHON,

  tally: (own) =>
    tallyClasses(own, (encoded, count) => {
      for (const value of encoded) if (value === 0 || value === 1) count(value);
    }),
  madeUp: ({ negative, positive }, rows, random) => madeUpWords([...negative, ...positive], rows, random),
  fields: (own, seen) => [wordField(own, seen[own.column])],
  notes: (own, _, row) => wordNotes(own, row, "the average of both values stands in for it"),
};

const BINARY_TARGET_PYTHON = `def binary_target(spec, table):
    """0 or 1; NaN for a text that is neither."""
    value = dict.fromkeys(spec["negative"], 0.0) | dict.fromkeys(spec["positive"], 1.0)
    return np.array([[class_of(text, value, np.nan)] for text in table[spec["column"]]], np.float32)
`;

const BINARY_CELLS_PYTHON = `def binary_cells(spec, answers, threshold):
    [yes] = answers
    return [spec["classes"][int(yes > threshold)], show(1 - yes), show(yes)]
`;

const fittedTarget = z.strictObject({ name: z.string(), type: z.literal("binary"), column: z.string(), ...pairSchema });

/** Yes or no to predict. */
export const binaryTarget: TargetDefinition<typeof options, typeof fittedTarget> = {
  type: "binary",
  options,
  fitted: fittedTarget,
  ...classTarget,
  plan: ({ column }) => ({ width: 1, exact: true, description: `how likely "${column}" is` }),
  async fit(spec, [column = spec.column], context) {
    const counts = await context.texts(column, "all", 20);
    const pair = pairOf([...counts.keys()]);
    if (counts.size < 2) throw oneClass(column, [...counts.keys()], context);
    if (!pair) throw notTwo("data.target", `target ${spec.name}`, column, counts, context);
    const trained = await context.texts(column, "train", 20);
    for (const [k, texts] of [pair.negative, pair.positive].entries()) {
      if (!texts.some((t) => trained.has(t))) {
        throw new LatheError(
          "data.target",
          `target column "${column}" of ${context.path}: no training row is "${pair.classes[k]}"; use more rows, another split or another seed`,
          { path: context.path, column },
        );
      }
    }
    return { name: spec.name, type: "binary", column, ...pair };
  },
  classOf: ({ negative, positive }) => byText([...negative.map((text) => [text, 0] as const), ...positive.map((text) => [text, 1] as const)]),
  width: () => 1,
  python: { reads: BINARY_TARGET_PYTHON, cells: BINARY_CELLS_PYTHON, answer: (answer) => answer },
  lower: (_, answer) => answer,
  describe: ({ classes }) => `probability of ${classes[1]}`,
  cellsOf: ([p = Number.NaN], own, threshold) => classCells(own, Number.isNaN(p) ? undefined : p > numberOf(threshold) ? 1 : 0, [1 - p, p]),
};

/**
 * Which of two values is the positive one: by a known pair of words (in any case; numbers by value), else the second in order. undefined where the texts
 * are not two values.
 */
export function pairOf(texts: readonly string[]): Pair | undefined {
  const folded = new Map<string, string[]>();
  for (const text of sortClasses(texts)) {
    const key = fold(text);
    folded.set(key, [...(folded.get(key) ?? []), text]);
  }
  const known = PAIRS.find((pair) => [...folded.keys()].every((key) => (pair as readonly string[]).includes(key)) && folded.size === 2);
  if (known) return pair(folded.get(known[0]) ?? [], folded.get(known[1]) ?? []);
  const [negative, positive, ...more] = sortClasses(texts);
  if (more.length > 0 || negative === undefined || positive === undefined) return undefined;
  return pair([negative], [positive]);
}

function pair(negative: string[], positive: string[]): Pair | undefined {
  const [no, yes] = [negative[0], positive[0]];
  return no === undefined || yes === undefined ? undefined : { classes: [no, yes], negative, positive };
}

function fold(text: string): string {
  const number = Number(text);
  return text.trim() !== "" && Number.isFinite(number) ? String(number) : text.toLowerCase();
}

function notTwo(code: "data.value" | "data.target", what: string, column: string, counts: ReadonlyMap<string, number>, { path }: FitContext): LatheError {
  const values = sortClasses([...counts.keys()]);
  const got =
    values.length === 0
      ? "no value"
      : values.length === 1
        ? `only "${values.join()}"`
        : `${counts.size > 20 ? "more than 20" : values.length} different values (${values
            .slice(0, 5)
            .map((v) => `"${v}"`)
            .join(", ")}${values.length > 5 ? ", …" : ""})`;
  return new LatheError(code, `${what}: column "${column}" of ${path} has ${got}, expected two, such as 0 and 1; is it a category?`, { path, column, values });
}
