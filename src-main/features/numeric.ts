import { z } from "zod";
import { defined } from "../base/assert.js";
import { MOST_COLUMNS, MOST_STEPS } from "../base/limits.js";
import { tensor } from "../onnx/types.js";
import type { ValueNote } from "./form.js";
import type { InputDefinition, Tally, TargetDefinition } from "./kind.js";
import { columnSchema, counted, nameSchema, normalize, numbers, writeNumber } from "./options.js";
import { numbersAfter, presentNumbers, scalingOf } from "./scaling.js";

const NUMERIC_PYTHON = `def numeric(spec, table):
    """Numbers side by side; what is missing is filled in, then all are scaled."""
    x = np.array([[number(text, column) for text in table[column]] for column in spec["columns"]], np.float32).T
    if spec["fill"] is not None:
        x = np.where(np.isnan(x), np.float32(spec["fill"]), x)
    return (x - np.float32(spec["shift"])) / np.float32(spec["scale"])
`;

/** Bounds are told with six digits. */
const ROUNDING = 1e-5;

const options = z.strictObject({
  name: nameSchema,
  type: z.literal("numeric"),
  columns: z
    .union([z.array(columnSchema).min(1).max(MOST_COLUMNS), z.literal("rest")])
    .describe('Column names, or "rest": every column that has no other role'),
  normalize: normalize.default("standard").describe("Fitted on the training rows: (x - mean) / deviation, (x - least) / (most - least), or as is"),
  missing: z.enum(["mean", "median", "drop", "error"]).default("mean").describe("Fill a missing value from the training rows, drop its row, or stop"),
});

const fitted = z.strictObject({
  name: z.string(),
  type: z.literal("numeric"),
  columns: z.array(z.string()),
  missing: z.enum(["mean", "median", "drop", "error"]),
  /** By column: what stands for a missing value; null where rows without a value are not used. */
  fill: numbers.nullable(),
  /** encoded = (x - shift) / scale */
  shift: numbers,
  scale: numbers,
  /** Least and most of the training rows, by column. */
  min: numbers.optional(),
  max: numbers.optional(),
});

/** Numbers side by side: y = (where(isnan(x), fill, x) - shift) / scale; float32 `[N, columns]` in and out. */
export const numericInput: InputDefinition<typeof options, typeof fitted> = {
  type: "numeric",
  summary: "Numbers of several columns, scaled, side by side",
  options,
  fitted,
  cells: "number",
  reads: "values",
  kept: "record",

  gathers: true,
  suits: ({ type }) => type === "number" || type === "boolean",
  start: (name, columns) => ({ name, type: "numeric", columns: columns === "rest" ? columns : [...columns], normalize: "standard", missing: "mean" }),
  withColumns: (spec, columns) => ({ ...spec, columns: [...columns] }),
  columns: ({ columns }) => (columns === "rest" ? "rest" : columns.map((column, k) => ({ column, path: ["columns", k] }))),
  gaps: ({ missing }) => (missing === "error" ? "refuse" : missing === "drop" ? "drop" : "keep"),
  standIn: ({ missing }) => `filled with the ${missing}`,
  prepared: (spec) => spec,
  augmentation: () => undefined,
  plan({ columns, normalize: how }, { rest }) {
    const width = columns === "rest" ? rest : columns.length;
    const scaled = { none: "", standard: ", scaled to mean 0 and deviation 1", minmax: ", scaled to 0 to 1" }[how];
    if (width === undefined || width === 0) return { description: `all other columns${scaled}` };
    return { shape: ["N", width], description: `${counted(width, "number")}${scaled}` };
  },

  async fit(spec, columns, context) {
    const fill: number[] = [];
    const shift: number[] = [];
    const scale: number[] = [];
    const [min, max]: [number[], number[]] = [[], []];
    for (const column of columns) {
      const statistics = await presentNumbers(column, context);
      min.push(Math.fround(statistics.min));
      max.push(Math.fround(statistics.max));
      const scaling = scalingOf(spec.normalize, column, statistics, context);
      shift.push(scaling.shift);
      scale.push(scaling.scale);
      if (spec.missing === "mean") fill.push(Math.fround(statistics.mean));
      if (spec.missing === "median") fill.push(Math.fround(await context.median(column)));
    }
    return {
      name: spec.name,
      type: "numeric",
      columns: [...columns],
      missing: spec.missing,
      fill: fill.length > 0 ? fill : null,
      shift,
      scale,
      ...(context.before ? {} : { min, max }),
    };
  },
  columnsOf: ({ columns }) => columns,
  known: () => undefined,
  range: ({ min, max }, k) => {
    const [least, most] = [min?.[k], max?.[k]];
    return least === undefined || most === undefined ? undefined : { min: least, max: most };
  },

  rawType: ({ columns }) => ({ dtype: "float32", shape: ["N", columns.length] }),
  describe: ({ columns }) => `columns ${columns.join(", ")}; NaN where a value is missing`,
  encodedType: ({ columns }) => ({ dtype: "float32", shape: ["N", columns.length] }),
  lower(e, raw, { fill, shift, scale }) {
    const row = (values: readonly number[]) => e.constant(tensor("float32", values, [1, values.length]));
    const filled = fill === null ? raw : e.where(e.op("IsNaN", [raw]), row(fill), raw);
    const centred = shift.every((s) => s === 0) ? filled : e.sub(filled, row(shift));
    return scale.every((s) => s === 1) ? centred : e.div(centred, row(scale));
  },

  python: NUMERIC_PYTHON,
  tally: ({ columns, shift, scale }) => tallyNumbers(columns, shift, scale),
  madeUp({ columns, fill, shift, scale }, rows, random) {
    const width = columns.length;
    const value = (k: number) => (fill !== null && random.below(16) === 0 ? Number.NaN : (shift[k] ?? 0) + (scale[k] ?? 1) * random.normal());
    return tensor(
      "float32",
      Array.from({ length: rows * width }, (_, i) => value(i % width)),
      [rows, width],
    );
  },
  fields: ({ columns, fill, shift }, seen, decimal) =>
    columns.map((column, k) => {
      const values = seen[column];
      const known = values?.type === "number" ? values : undefined;
      const typical = String(known?.mean ?? fill?.[k] ?? shift[k] ?? 0);
      return { column, kind: "number", typical: decimal === "," ? typical.replace(".", ",") : typical, ...(known ? { min: known.min, max: known.max } : {}) };
    }),
  notes: ({ columns, fill, missing }, seen, row) =>
    columns.flatMap((column, k): readonly ValueNote[] => {
      const value = row.numbers[column];
      if (value === null || value === undefined) {
        const stand = fill?.[k];
        return stand === undefined
          ? []
          : [{ column, message: `${column} is missing: ${Number(stand.toPrecision(6))}, the ${missing} of the training rows, stands in for it` }];
      }
      const values = seen[column];
      if (values?.type !== "number") return [];
      const slack = Math.max(Math.abs(values.min), Math.abs(values.max)) * ROUNDING;
      if (value >= values.min - slack && value <= values.max + slack) return [];
      const message =
        `${column} is ${Number(value.toPrecision(7))}, but the training rows hold ${values.min} to ${values.max}: the answer goes ` +
        `beyond what the model has seen`;
      return [{ column, message }];
    }),
};

const NUMERIC_TARGET_PYTHON = `def numeric_target(spec, table):
    """Numbers as the network is to give them: scaled."""
    y = np.array([[number(text, column) for text in table[column]] for column in spec["columns"]], np.float32).T
    return (y - np.float32(spec["shift"])) / np.float32(spec["scale"])
`;

const NUMERIC_CELLS_PYTHON = `def numeric_cells(spec, answers, threshold):
    return [show(value) for value in answers]
`;

/** Numbers to predict: one `column`, or several `columns` side by side. */
const targetOptions = z.strictObject({
  name: nameSchema,
  type: z.literal("numeric"),
  column: columnSchema.optional(),
  columns: z.array(columnSchema).min(1).max(MOST_COLUMNS).optional(),
  normalize: normalize.default("none").describe("Undone in the exported model, so predictions are in the column's own unit"),
  horizon: z.int().min(1).max(MOST_STEPS).optional().describe("Of a series: how many rows after the sample's own are predicted, one value each"),
});

const fittedTarget = z.strictObject({
  name: z.string(),
  type: z.literal("numeric"),
  columns: z.array(z.string()),
  /** By column: trained on (y - shift) / scale */
  shift: numbers,
  scale: numbers,
  horizon: z.number().optional(),
});

/** Numbers to predict; the exported model undoes the scaling. */
export const numericTarget: TargetDefinition<typeof targetOptions, typeof fittedTarget> = {
  type: "numeric",
  options: targetOptions,
  fitted: fittedTarget,
  cells: "number",
  stratified: false,
  columns: ({ column, columns }) =>
    columns ? columns.map((name, k) => ({ column: name, path: ["columns", k] })) : column === undefined ? [] : [{ column, path: ["column"] }],
  plan(spec, table) {
    const columns = numericTarget.columns(spec).map(({ column }) => column);
    const steps = spec.horizon ?? 1;
    const row = columns.map((column) => numbersAfter(spec.normalize, column, table.column(column)));
    const numbers = Array.from({ length: steps }, () => row).flat();
    const description = `${columns.map((column) => `"${column}"`).join(", ")}${spec.horizon === undefined ? "" : `, the next ${counted(steps, "row")}`}`;
    return { ...(columns.length > 0 ? { width: columns.length * steps } : {}), exact: true, numbers, description };
  },
  async fit(spec, columns, context) {
    const scalings = [];
    for (const column of columns) scalings.push(scalingOf(spec.normalize, column, await presentNumbers(column, context), context));
    return {
      name: spec.name,
      type: "numeric",
      columns: [...columns],
      shift: scalings.map((s) => s.shift),
      scale: scalings.map((s) => s.scale),
      ...(spec.horizon === undefined ? {} : { horizon: spec.horizon }),
    };
  },
  columnsOf: ({ columns }) => columns,
  valuesOf: (own) => {
    const columns = own.columns ?? ("column" in own && own.column !== undefined ? [own.column] : []);
    return stepsOf(own).flatMap((step) => columns.map((column) => `${column}${step}`));
  },
  horizon: ({ horizon = 0 }) => horizon,
  classes: () => undefined,
  classOf: () => new Map(),
  width: ({ columns, horizon = 1 }) => columns.length * horizon,
  restored: (values, { shift, scale }) => Float64Array.from(values, (x, i) => x * (scale[i % scale.length] ?? 1) + (shift[i % shift.length] ?? 0)),
  trained: (values, { shift, scale }) => values.map((y, i) => (y - (shift[i % shift.length] ?? 0)) / (scale[i % shift.length] ?? 1)),
  /** y = x · scale + shift */
  lower(e, answer, { name, shift, scale, horizon = 1 }) {
    return e.graph.scope(name, () => {
      const row = (values: readonly number[]) =>
        e.constant(tensor("float32", Array.from({ length: horizon }, () => values).flat(), [1, values.length * horizon]));
      const scaled = scale.every((s) => s === 1) ? answer : e.mul(answer, row(scale));
      return shift.every((s) => s === 0) ? scaled : e.add(scaled, row(shift));
    });
  },
  python: {
    reads: NUMERIC_TARGET_PYTHON,
    cells: NUMERIC_CELLS_PYTHON,
    answer(answer, { shift, scale }) {
      const scaled = scale.every((s) => s === 1) ? answer : `${answer} * ${answer}.new_tensor([${scale.join(", ")}])`;
      return shift.every((s) => s === 0) ? scaled : `${scaled} + ${answer}.new_tensor([${shift.join(", ")}])`;
    },
  },
  describe: ({ columns, horizon }) =>
    horizon === undefined
      ? columns.join(", ")
      : `${columns.join(", ")} of the next ${counted(horizon, "row")}, ${columns.length === 1 ? "in order" : "row by row"}`,
  head: (own) => stepsOf(own).flatMap((step) => own.columns.map((column) => `${own.name}${own.columns.length === 1 ? "" : `:${column}`}${step}`)),
  cellsOf: (outputs) => Array.from(outputs, writeNumber),
};

/** What is added to a column's name for each row ahead. */
function stepsOf({ horizon }: { readonly horizon?: number | undefined }): readonly string[] {
  return horizon === undefined ? [""] : Array.from({ length: horizon }, (_, k) => `+${k + 1}`);
}

/** x = encoded · scale + shift */
function tallyNumbers(columns: readonly string[], shift: readonly number[], scale: readonly number[]): Tally {
  const width = columns.length;
  const [sum, min, max] = [new Float64Array(width), new Float64Array(width).fill(Infinity), new Float64Array(width).fill(-Infinity)];
  let rows = 0;
  return {
    add(encoded) {
      for (let i = 0; i < encoded.length; i++) {
        const [k, value] = [i % width, encoded[i] ?? 0];
        sum[k] = (sum[k] ?? 0) + value;
        if (value < (min[k] ?? 0)) min[k] = value;
        if (value > (max[k] ?? 0)) max[k] = value;
      }
      rows += encoded.length / width;
    },
    values: () =>
      columns.map((column, k) => {
        const own = (value: number | undefined) => plain(defined(value, column) * (scale[k] ?? 1) + (shift[k] ?? 0));
        return [column, { type: "number", mean: own((sum[k] ?? 0) / rows), min: own(min[k]), max: own(max[k]) }];
      }),
  };
}

/** Scaling and back costs the last of float32's digits. */
function plain(value: number): number {
  return Number(value.toPrecision(6));
}
