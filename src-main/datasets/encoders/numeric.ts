import { LatheError } from "../../base/errors.js";
import { tensor } from "../../onnx/types.js";
import type { FitContext, InputEncoder, NumberStatistics, TargetEncoder } from "./encoder.js";
import { scalingOf } from "./scaling.js";

/** Numbers side by side: y = (where(isnan(x), fill, x) - shift) / scale; float32 `[N, columns]` in and out. */
export const numericInput: InputEncoder<"numeric"> = {
  type: "numeric",
  async fit(spec, columns, context) {
    const fill: number[] = [];
    const shift: number[] = [];
    const scale: number[] = [];
    for (const column of columns) {
      const statistics = await presentNumbers(column, context);
      const scaling = scalingOf(spec.normalize, column, statistics, context);
      shift.push(scaling.shift);
      scale.push(scaling.scale);
      if (spec.missing === "mean") fill.push(Math.fround(statistics.mean));
      if (spec.missing === "median") fill.push(Math.fround(await context.median(column)));
    }
    return { name: spec.name, type: "numeric", columns: [...columns], missing: spec.missing, fill: fill.length > 0 ? fill : null, shift, scale };
  },
  rawType: ({ columns }) => ({ dtype: "float32", shape: ["N", columns.length] }),
  encodedType: ({ columns }) => ({ dtype: "float32", shape: ["N", columns.length] }),
  lower(e, raw, { fill, shift, scale }) {
    const row = (values: readonly number[]) => e.constant(tensor("float32", values, [1, values.length]));
    const filled = fill === null ? raw : e.where(e.op("IsNaN", [raw]), row(fill), raw);
    const centred = shift.every((s) => s === 0) ? filled : e.sub(filled, row(shift));
    return scale.every((s) => s === 1) ? centred : e.div(centred, row(scale));
  },
};

/** Numbers to predict; the exported model undoes the scaling. */
export const numericTarget: TargetEncoder<"numeric"> = {
  type: "numeric",
  async fit(spec, columns, context) {
    const scalings = [];
    for (const column of columns) scalings.push(scalingOf(spec.normalize, column, await presentNumbers(column, context), context));
    return { name: spec.name, type: "numeric", columns: [...columns], shift: scalings.map((s) => s.shift), scale: scalings.map((s) => s.scale) };
  },
};

async function presentNumbers(column: string, context: FitContext): Promise<NumberStatistics> {
  const statistics = await context.numbers(column);
  if (statistics.count > 0) return statistics;
  throw new LatheError("data.value", `column "${column}" of ${context.path} has no value in any training row; leave the column out`, { path: context.path, column });
}
