import { z } from "zod";
import { MOST_COLUMNS, MOST_STEPS } from "../base/limits.js";
import type { Emitter } from "../onnx/emitter.js";
import { type Value, tensor } from "../onnx/types.js";
import type { InputDefinition } from "./kind.js";
import { columnSchema, counted, nameSchema, normalize, numbers } from "./options.js";
import { presentNumbers, scalingOf } from "./scaling.js";

const options = z
  .strictObject({
    name: nameSchema,
    type: z.literal("window"),
    columns: z.array(columnSchema).min(1).max(MOST_COLUMNS).describe("Columns of numbers of a series, also those of its calendar, such as weekday.sin"),
    length: z.int().min(0).max(MOST_STEPS).describe("Rows of the past, the sample's own row the last of them"),
    ahead: z.int().min(0).max(MOST_STEPS).default(0).describe("Rows after these, of columns that are known in advance"),
    normalize: normalize
      .default("standard")
      .describe("Fitted on the rows of the training span: (x - mean) / deviation, (x - least) / (most - least), or as is"),
  })
  .refine(({ length, ahead }) => length + ahead > 0, { error: "got a window of no rows, expected a length or rows ahead", path: ["length"] });

const fitted = z.strictObject({
  name: z.string(),
  type: z.literal("window"),
  columns: z.array(z.string()),
  length: z.number(),
  ahead: z.number(),
  /** By column: encoded = (x - shift) / scale */
  shift: numbers,
  scale: numbers,
  /** Least and most of the rows of the training span, by column. */
  min: numbers,
  max: numbers,
});

/** Rows of a series around a sample's own, oldest first: y = (x - shift) / scale; float32 `[N, rows, columns]` in and out. */
export const windowInput: InputDefinition<typeof options, typeof fitted> = {
  type: "window",
  summary: "Rows of a series, one behind the other, scaled by column",
  options,
  fitted,
  cells: "number",
  reads: "sequence",
  kept: "series",

  gathers: true,
  // A series is chosen, not seen at a column.
  suits: () => false,
  start: (name, columns) => ({ name, type: "window", columns: columns === "rest" ? [] : [...columns], length: 28 }),
  withColumns: (spec, columns) => ({ ...spec, columns: [...columns] }),
  columns: ({ columns }) => columns.map((column, k) => ({ column, path: ["columns", k] })),
  rows: ({ length, ahead }) => ({ from: 1 - length, to: ahead }),
  gaps: () => "drop",
  standIn: () => "excluded",
  prepared: (spec) => spec,
  augmentation: () => undefined,
  plan({ columns, length, ahead, normalize: how }) {
    const scaled = { none: "", standard: ", scaled to mean 0 and deviation 1", minmax: ", scaled to 0 to 1" }[how];
    return { shape: ["N", length + ahead, columns.length], description: `${counted(length + ahead, "row")} of ${counted(columns.length, "number")}${scaled}` };
  },

  async fit(spec, columns, context) {
    const learnt: { readonly shift: number[]; readonly scale: number[]; readonly min: number[]; readonly max: number[] } = {
      shift: [],
      scale: [],
      min: [],
      max: [],
    };
    for (const column of columns) {
      const statistics = await presentNumbers(column, context);
      const { shift, scale } = scalingOf(spec.normalize, column, statistics, context);
      learnt.shift.push(shift);
      learnt.scale.push(scale);
      learnt.min.push(Math.fround(statistics.min));
      learnt.max.push(Math.fround(statistics.max));
    }
    return { name: spec.name, type: "window", columns: [...columns], length: spec.length, ahead: spec.ahead, ...learnt };
  },
  columnsOf: ({ columns }) => columns,
  known: () => undefined,
  range: ({ min, max }, k) => {
    const [least, most] = [min[k], max[k]];
    return least === undefined || most === undefined ? undefined : { min: least, max: most };
  },

  rawType: ({ columns, length, ahead }) => ({ dtype: "float32", shape: ["N", length + ahead, columns.length] }),
  describe: ({ columns, length, ahead }) => {
    const rows = [...(length > 0 ? [`the last ${counted(length, "row")}`] : []), ...(ahead > 0 ? [`the next ${counted(ahead, "row")}`] : [])];
    return `${rows.join(" and ")}, oldest first, of columns ${columns.join(", ")}`;
  },
  encodedType: ({ columns, length, ahead }) => ({ dtype: "float32", shape: ["N", length + ahead, columns.length] }),
  lower: (e, raw, own) => scaled(e, raw, own),
  stored: {
    type: ({ columns, length, ahead }) => ({ dtype: "float32", shape: ["N", length + ahead, columns.length] }),
    lower: (e, stored, own) => scaled(e, stored, own),
  },

  tally: () => undefined,
  madeUp({ columns, length, ahead, shift, scale }, rows, random) {
    const [width, count] = [columns.length, rows * (length + ahead) * columns.length];
    const values = Array.from({ length: count }, (_, i) => (shift[i % width] ?? 0) + (scale[i % width] ?? 1) * random.normal());
    return tensor("float32", values, [rows, length + ahead, width]);
  },
  // A window is read from a series, not typed.
  fields: () => [],
  notes: () => [],
};

function scaled(e: Emitter, raw: Value, { shift, scale }: Pick<z.infer<typeof fitted>, "shift" | "scale">): Value {
  const byColumn = (values: readonly number[]) => e.constant(tensor("float32", values, [1, 1, values.length]));
  const centred = shift.every((s) => s === 0) ? raw : e.sub(raw, byColumn(shift));
  return scale.every((s) => s === 1) ? centred : e.div(centred, byColumn(scale));
}
